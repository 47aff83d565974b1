// Uploads that were not finished when their page was closed. The browser keeps their items; the store keeps the parts that arrived.

/** @typedef {import("./api.js").Item} Item */
/** @typedef {{name: string, size: number, lastModified: number}} FileFacts */
/** @typedef {FileFacts & {item: Item, api: string}} Unfinished */
/** @typedef {Pick<Storage, "getItem" | "setItem">} Keeping */

const KEY = "reelbucket.unfinished";
const MOST = 100; // the store forgets parts after a week

export class UnfinishedUploads {
  #storage;
  #api;

  /** @param {Keeping} storage @param {string} api whose items these are */
  constructor(storage, api) {
    this.#storage = storage;
    this.#api = api;
  }

  /** Those of this server, the newest last. @returns {Unfinished[]} */
  all() {
    return this.#kept().filter(({ api }) => api === this.#api);
  }

  /** The item that a file was being sent as: the same file is known by its name, size and time. @param {FileFacts} file @returns {Item | undefined} */
  of({ name, size, lastModified }) {
    return this.all().find((kept) => kept.name === name && kept.size === size && kept.lastModified === lastModified)?.item;
  }

  /** @param {FileFacts} file @param {Item} item */
  keep({ name, size, lastModified }, item) {
    const { upload_id, part_size } = item.upload;
    const kept = { ...item, upload: { upload_id, part_size, parts: [] } }; // its addresses expire
    this.#write([...this.#without(item), { name, size, lastModified, item: kept, api: this.#api }].slice(-MOST));
  }

  /** @param {Item} item */
  forget(item) {
    this.#write(this.#without(item));
  }

  /** @param {Item} item */
  #without(item) {
    return this.#kept().filter((kept) => kept.item.item_id !== item.item_id);
  }

  /** @returns {Unfinished[]} */
  #kept() {
    try {
      return JSON.parse(this.#storage.getItem(KEY) ?? "[]");
    } catch {
      return []; // what cannot be read is not gone on with
    }
  }

  /** @param {Unfinished[]} uploads */
  #write(uploads) {
    this.#storage.setItem(KEY, JSON.stringify(uploads));
  }
}
