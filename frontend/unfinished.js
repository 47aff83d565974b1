// Uploads that were not finished when their page was closed. The browser keeps their items; the store keeps the parts that arrived.

/** @typedef {import("./api.js").Item} Item */
/** @typedef {{name: string, size: number, lastModified: number}} FileFacts */
/** @typedef {FileFacts & {id: string, item: Item, api: string, since: number}} Unfinished `since` in ms */
/** @typedef {{all(): Promise<Unfinished[]>, put(upload: Unfinished): Promise<void>, delete(id: string): Promise<void>}} Table */

const MOST = 100; // the store forgets parts after a week

export class UnfinishedUploads {
  #table;
  #api;

  /** @param {Table} table @param {string} api whose items these are */
  constructor(table, api) {
    this.#table = table;
    this.#api = api;
  }

  /** Those of this server, the newest last. @returns {Promise<Unfinished[]>} */
  async all() {
    return (await this.#kept()).filter(({ api }) => api === this.#api);
  }

  /** The item that a file was being sent as: the same file is known by its name, size and time. @param {FileFacts} file @returns {Promise<Item | undefined>} */
  async of({ name, size, lastModified }) {
    const kept = await this.all();
    return kept.find((each) => each.name === name && each.size === size && each.lastModified === lastModified)?.item;
  }

  /** @param {FileFacts} file @param {Item} item @param {number} since ms */
  async keep({ name, size, lastModified }, item, since) {
    const { upload_id, part_size } = item.upload;
    const bare = { ...item, upload: { upload_id, part_size, parts: [] } }; // its addresses expire
    await this.#table.put({ id: item.item_id, name, size, lastModified, item: bare, api: this.#api, since }).catch(unkept);
    for (const { id } of (await this.#kept()).slice(0, -MOST)) await this.#table.delete(id).catch(unkept);
  }

  /** @param {Item} item */
  async forget(item) {
    await this.#table.delete(item.item_id).catch(unkept);
  }

  async #kept() {
    const kept = await this.#table.all().catch(unkept);
    return (kept ?? []).sort((one, other) => one.since - other.since);
  }
}

/** A browser that keeps nothing sends all the same. @param {Error} error @returns {undefined} */
function unkept(error) {
  console.info(`uploads cannot be gone on with here: ${error.message}`);
}
