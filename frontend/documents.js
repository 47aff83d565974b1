// The documents that pages are made of: where they lie, and how they are read and followed.

/** @typedef {import("./types.js").Config} Config */
/**
 * @template T
 * @typedef {import("./types.js").Seen<T>} Seen
 */

/** Where index.html lies; this file lies beside it. */
const SITE = new URL(".", import.meta.url);
const FIRST_PAUSE_MS = 1000; // a segment is 4 s, so a growing video changes no faster
const LONGEST_PAUSE_MS = 10_000; // a look costs one conditional request
const PAUSE_GROWTH = 1.25; // within 2 s still, when one chunk comes each 6 s

/** @returns {Promise<Config>} */
export async function readConfig() {
  const response = await fetch(new URL("config.json", SITE)); // these very options match the page's preload
  if (!response.ok) throw new Error(`config.json answered ${response.status}: the site is not fully deployed`);
  const { media, api } = await response.json();
  return { media: new URL(`${media.replace(/\/$/, "")}/`, SITE).href, api: api?.replace(/\/$/, "") };
}

/**
 * Looks at a document once. The browser's own cache sends the ETag: a header of ours would cost a preflight.
 * @template T
 * @param {string | URL} url
 * @param {string} schema the `$schema` that the caller understands
 * @returns {Promise<Seen<T>>}
 */
export async function look(url, schema) {
  const response = await fetch(url, { cache: "no-cache" }).catch(() => undefined);
  if (response?.status === 404 || response?.status === 403) return { kind: "absent" }; // S3 says 403 where LIST is denied
  if (!response?.ok) return { kind: "unreachable" };
  const document = await response.json().catch(() => undefined);
  return document?.$schema === schema ? { kind: "there", document } : { kind: "unknown" };
}

/**
 * Looks again and again, less often while nothing changes, and not at all while nobody looks at the page.
 * Yields each change; whoever has seen enough stops asking.
 * @template T
 * @param {string | URL} url
 * @param {string} schema
 * @returns {AsyncGenerator<Seen<T>, never>}
 */
export async function* follow(url, schema) {
  let last = "";
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    /** @type {Seen<T>} */
    const seen = await look(url, schema);
    const text = JSON.stringify(seen);
    const changed = text !== last;
    last = text;
    if (changed) yield seen;
    pause = nextPause(pause, changed);
    await new Promise((done) => setTimeout(done, pause));
    await visible();
  }
}

/** The pause before the next look, in ms. @param {number} pause @param {boolean} changed */
export function nextPause(pause, changed) {
  return changed ? FIRST_PAUSE_MS : Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS);
}

/** Resolves as soon as something is at an address. @param {string} url */
export async function appears(url) {
  for (let pause = FIRST_PAUSE_MS; ; pause = nextPause(pause, false)) {
    const response = await fetch(url, { method: "HEAD", cache: "no-cache" }).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, pause));
    await visible();
  }
}

/** Resolves as soon as the page is in sight. */
export async function visible() {
  while (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}

/** Resolves when the page comes back into sight. */
export async function shownAgain() {
  await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
  await visible();
}

/** The address of a page of this site. @param {string} key */
export function sitePage(key) {
  return new URL(key, SITE).href;
}

/** Where a video's manifest lies. @param {Config} config @param {string} id */
export function manifestUrl(config, id) {
  return new URL(`v/${id}/manifest.json`, config.media);
}
