// A table that this browser keeps, by IndexedDB: what was put is there even if the browser is killed in the next moment, or the power
// fails. localStorage is written seconds later.

/**
 * @template {{id: string}} Row
 */
export class Table {
  #name;
  /** @type {Promise<IDBDatabase> | undefined} */
  #opened;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  /** @returns {Promise<Row[]>} */
  all() {
    return this.#do("readonly", (rows) => rows.getAll());
  }

  /** @param {Row} row @returns {Promise<void>} */
  async put(row) {
    await this.#do("readwrite", (rows) => rows.put(row));
  }

  /** @param {string} id @returns {Promise<void>} */
  async delete(id) {
    await this.#do("readwrite", (rows) => rows.delete(id));
  }

  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(rows: IDBObjectStore) => IDBRequest<T>} ask
   * @returns {Promise<T>} once it is on the disk
   */
  async #do(mode, ask) {
    this.#opened ??= open(this.#name);
    const transaction = (await this.#opened).transaction(ROWS, mode, { durability: "strict" });
    const request = ask(transaction.objectStore(ROWS));
    transaction.commit(); // else a page that is left takes it back
    return new Promise((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve(request.result));
      transaction.addEventListener("abort", () => reject(transaction.error));
    });
  }
}
const ROWS = "rows";

/** @param {string} name @returns {Promise<IDBDatabase>} */
function open(name) {
  const request = indexedDB.open(name, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(ROWS, { keyPath: "id" }));
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
