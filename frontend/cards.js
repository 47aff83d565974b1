// A video in a list, as the pages that are rendered beforehand show it.

import { sitePage } from "./documents.js";
import { clock, day } from "./format.js";
import { element, find } from "./page.js";
import { posterImage } from "./pictures.js";

/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Label} Label */

/** @param {Entry} entry @param {HTMLTemplateElement} pattern */
export function card(entry, pattern) {
  const item = find("li", HTMLLIElement, /** @type {DocumentFragment} */ (pattern.content.cloneNode(true)));
  item.dataset.id = entry.id;
  item.classList.toggle("growing", !entry.complete);
  find("a", HTMLAnchorElement, item).href = sitePage(`w/${entry.id}.html`);
  if (entry.kind === "image") find(".clock", HTMLElement, item).remove();
  else find(".clock", HTMLElement, item).textContent = clock(entry.duration_s);
  find(".title", HTMLElement, item).textContent = entry.title || "Untitled video";
  if (entry.posters?.length) find(".frame", HTMLElement, item).prepend(posterImage(entry.posters, "(min-width: 40rem) 20rem, 100vw"));
  find(".facts", HTMLElement, item).append(...facts(entry));
  return item;
}

/** @param {Entry} entry */
function* facts({ date, channel, tags = [] }) {
  yield Object.assign(element("time", day(date)), { dateTime: date });
  if (channel) yield* link("channel", channel);
  for (const tag of tags) yield* link("tag", tag);
}

/** @param {string} kind @param {Label} label */
function link(kind, { name, list }) {
  const part = Object.assign(element("a", "", kind), { href: sitePage(`lists/${list}.html`) });
  part.append(element("bdi", name)); // whose writing may run the other way
  return [" ", part];
}
