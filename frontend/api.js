// The upload API as functions, and the one request to the store that reports its progress.

import { md5Of } from "./digest.js";
import { PartFailed } from "./uploader.js";

/** @typedef {import("./uploader.js").Part} Part */
/** @typedef {import("./uploader.js").Sent} Sent */
/** @typedef {import("./uploader.js").SignedPart} SignedPart */
/** @typedef {{number: number, etag: string, size: number}} Arrived */
/** @typedef {{upload_id: string, part_size: number, parts: SignedPart[]}} Upload */
/** @typedef {{client_id: string, item_id: string}} Owned */
/** @typedef {{unit: string, since: string, progress: number, speed: number}} Unit */
/** @typedef {{video_id: string, file_name: string, client_id: string | null, item_id: string | null, progress: number, since: string, underway: Unit[], error: {message: string, todo: string} | null}} Job */
/** @typedef {{to_do: Job[], in_progress: Job[], failed: Job[], done: Job[], more: boolean}} Queue */
/** @typedef {{item_id: string, client_id: string, video_id: string, upload: Upload}} Item */

/** An answer that is not a success, in the API's own words (RFC 9457); `status` 0: no answer. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Api {
  #base;
  #client;
  #token;

  /** @param {string} base URL @param {string} client id of this browser, where the token is no client's @param {() => string} token */
  constructor(base, client, token) {
    this.#base = base;
    this.#client = client;
    this.#token = token;
  }

  /** @param {File} file @returns {Promise<Item>} */
  async create(file) {
    const { client_id } = await this.#ask("GET", "/me");
    // Some systems call a .ts or .mkv file text, or nothing at all; what it is, the server reads from its bytes.
    const content_type = /^(video|audio)\//.test(file.type) ? file.type : "application/octet-stream";
    const wish = { client_id: client_id ?? this.#client, file_name: file.name, file_size: file.size, content_type };
    return this.#ask("POST", "/item", wish);
  }

  /** @param {Item} item @param {number[]} numbers @returns {Promise<SignedPart[]>} */
  async sign(item, numbers) {
    const answer = await this.#ask("POST", `${place(item)}/parts`, { numbers }).catch((error) => {
      throw retriable(error) ? new PartFailed(error.status) : error; // signing is a step of sending: tried again alike
    });
    return answer.parts;
  }

  /** @param {Item} item @returns {Promise<{status: string}>} */
  look(item) {
    return this.#ask("GET", place(item));
  }

  /** The parts that the store has. @param {Item} item @returns {Promise<Arrived[]>} */
  async arrived(item) {
    return (await this.#ask("GET", `${place(item)}/parts`)).parts;
  }

  /** @param {Item} item @param {Sent[]} parts */
  complete(item, parts) {
    return this.#ask("POST", `${place(item)}/complete`, { parts });
  }

  /** @param {Owned} item */
  remove(item) {
    return this.#ask("DELETE", place(item));
  }

  /** What is to do, in progress, failed, and done lately. @returns {Promise<Queue>} */
  queue() {
    return this.#ask("GET", "/queue");
  }

  /** @param {Owned} item */
  retry(item) {
    return this.#ask("POST", `${place(item)}/retry`);
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #ask(method, path, body) {
    const headers = new Headers({ Authorization: `Bearer ${this.#token()}` });
    if (body) headers.set("Content-Type", "application/json");
    const request = { method, headers, body: body && JSON.stringify(body) };
    const response = await fetch(this.#base + path, request).catch(() => undefined);
    if (!response) throw new Refused(0, "The server does not answer. Check the connection, then try again.");
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refused(response.status, answer.detail || answer.title || `The server answered ${response.status}.`);
    return answer;
  }
}

/** @param {Owned} item */
function place({ client_id, item_id }) {
  return `/item/${encodeURIComponent(client_id)}/${encodeURIComponent(item_id)}`;
}

/** @param {unknown} error @returns {error is Refused} */
function retriable(error) {
  return error instanceof Refused && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/**
 * Puts one part, and holds what arrived to what was read.
 * @param {string} url
 * @param {Blob} bytes
 * @param {AbortSignal} signal
 * @param {(sent: number) => void} onProgress
 * @returns {Promise<string>} the part's ETag
 */
export async function sendWhole(url, bytes, signal, onProgress) {
  const [etag, digest] = await Promise.all([putPart(url, bytes, signal, onProgress), md5Of(bytes)]);
  if (etag.replaceAll('"', "") === digest) return etag;
  onProgress(0);
  throw new PartFailed(200, "other bytes arrived than were sent");
}

/**
 * Puts one part. XMLHttpRequest, because fetch does not tell how much was sent.
 * @param {string} url presigned for the exact length
 * @param {Blob} bytes
 * @param {AbortSignal} signal
 * @param {(sent: number) => void} onProgress
 * @returns {Promise<string>} the part's ETag
 */
function putPart(url, bytes, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal.addEventListener("abort", abort, { once: true });
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("loadend", () => {
      signal.removeEventListener("abort", abort);
      const etag = request.getResponseHeader("ETag");
      if (request.status === 200 && etag) return resolve(etag);
      onProgress(0);
      reject(signal.aborted ? signal.reason : new PartFailed(request.status));
    });
    request.open("PUT", url);
    request.send(bytes);
  });
}
