// Sends one file in parts. Knows neither the page nor the network: `send` and `sign` are given.

/** @typedef {{number: number, begin: number, end: number}} Part bytes begin..end-1 of the file; numbers from 1 */
/** @typedef {{number: number, etag: string}} Sent */
/** @typedef {{number: number, url: string}} SignedPart */

const LANES = 4; // parts on their way at once: enough to fill a line with delay, few enough for a slow one
const ATTEMPTS = 8; // with the pauses below, a part outlasts two minutes without a network
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const GONE = 404; // S3's answer once the multipart upload was aborted or completed

/** A part that did not arrive; `status` is HTTP's, 0 where there was no answer. */
export class PartFailed extends Error {
  /** @param {number} status @param {string} [message] */
  constructor(status, message = status ? `the store answered ${status}` : "the store did not answer") {
    super(message);
    this.status = status;
  }
}

/** Cuts a file. S3 takes an empty file as one empty part. @param {number} size @param {number} partSize @returns {Part[]} */
export function planParts(size, partSize) {
  const count = Math.max(1, Math.ceil(size / partSize));
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    begin: index * partSize,
    end: Math.min(size, (index + 1) * partSize),
  }));
}

/** The pause after so many failed attempts, in ms. @param {number} failed from 1 */
export function pauseAfter(failed) {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failed - 1), LONGEST_PAUSE_MS);
}

/**
 * Sends all parts, several at once; a part that fails is signed anew and sent again.
 * @param {Part[]} parts
 * @param {object} means
 * @param {readonly SignedPart[]} means.signed addresses that are known already
 * @param {(numbers: number[]) => Promise<SignedPart[]>} means.sign gives fresh addresses
 * @param {(part: Part, url: string, signal: AbortSignal) => Promise<string>} means.send sends one part and gives its ETag; PartFailed where it failed
 * @param {AbortSignal} means.signal
 * @param {(ms: number) => Promise<void>} [means.sleep]
 * @returns {Promise<Sent[]>} in the parts' order
 */
export async function sendParts(parts, { signed, sign, send, signal, sleep = pause }) {
  const urls = new Map(signed.map(({ number, url }) => [number, url]));
  const failure = new AbortController(); // one part that is given up stops the others
  const stop = AbortSignal.any([signal, failure.signal]);
  const left = [...parts];
  /** @type {Sent[]} */
  const sent = [];

  /** @param {Part} part */
  const attempt = async (part) => {
    const url = urls.get(part.number) ?? (await sign([part.number]))[0].url;
    urls.delete(part.number); // an address that failed may have expired: the next attempt asks for a fresh one
    return send(part, url, stop);
  };
  const lane = async () => {
    for (let part = left.shift(); part && !stop.aborted; part = left.shift()) {
      const now = part;
      sent.push({ number: now.number, etag: await persist(() => attempt(now), stop, sleep) });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane)).catch((error) => {
    failure.abort(error);
    throw error;
  });
  signal.throwIfAborted();
  return sent.sort((one, other) => one.number - other.number);
}

/**
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {AbortSignal} stop
 * @param {(ms: number) => Promise<void>} sleep
 */
async function persist(attempt, stop, sleep) {
  for (let failed = 1; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      stop.throwIfAborted();
      if (failed === ATTEMPTS || !(error instanceof PartFailed) || error.status === GONE) throw error;
    }
    await sleep(pauseAfter(failed));
    stop.throwIfAborted();
  }
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/** How far an upload is: each part's bytes, and the speed over the last seconds. */
export class Progress {
  #total;
  /** @type {Map<number, number>} */
  #parts = new Map();
  /** @type {{at: number, bytes: number}[]} */
  #marks = [];

  /** @param {number} total bytes */
  constructor(total) {
    this.#total = total;
  }

  /** @param {number} part its number @param {number} bytes of it that are on their way @param {number} at ms */
  set(part, bytes, at) {
    this.#parts.set(part, bytes);
    this.#marks.push({ at, bytes: this.bytes });
    while (this.#marks.length > 2 && at - this.#marks[0].at > WINDOW_MS) this.#marks.shift();
  }

  get bytes() {
    return [...this.#parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** From 0 to 1. */
  get share() {
    return this.#total ? this.bytes / this.#total : 1;
  }

  /** Bytes a second; 0 while too little is known. */
  get speed() {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || last.at - first.at < KNOWN_AFTER_MS) return 0;
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at));
  }

  /** Seconds to go; undefined while the speed is not known. */
  get left() {
    return this.speed ? (this.#total - this.bytes) / this.speed : undefined;
  }
}
const WINDOW_MS = 10_000;
const KNOWN_AFTER_MS = 1000;
