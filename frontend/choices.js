// What a media element offers to choose from, in the form that media-chrome's menus read.

/** A list of choices as media-chrome expects it of a media element: renditions by `selectedIndex`, audio by `enabled`. */
export class Choices extends EventTarget {
  length = 0;
  /** @type {(index: number) => void} */
  onselect = () => {};
  #selected = -1; // -1 is "automatic"

  /** @param {readonly object[]} items @param {string} event */
  fill(items, event) {
    Object.assign(this, items, { length: items.length });
    this.dispatchEvent(new Event(event));
  }
  get selectedIndex() {
    return this.#selected;
  }
  set selectedIndex(index) {
    this.#selected = index;
    this.onselect(index);
    this.dispatchEvent(new Event("change"));
  }
  [Symbol.iterator]() {
    return Array.prototype.values.call(this);
  }
}
