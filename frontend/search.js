// The search page: asks the bundles that `search/live.json` names, and finds the very second in a video's own captions.

import { card } from "./cards.js";
import { look, manifestUrl, readConfig, sitePage } from "./documents.js";
import { clock } from "./format.js";
import { element, find } from "./page.js";
import { showPictures } from "./pictures.js";
import { cuesOf, marked, moments, query, wordsOf } from "./words.js";

/** @typedef {import("./types.js").Live} Live */
/** @typedef {import("./types.js").Manifest} Manifest */
/** @typedef {{data: () => Promise<{raw_url: string}>}} Hit */
/** @typedef {{search: (words: string) => Promise<{results: Hit[]}>, mergeIndex: (path: string) => Promise<void>}} Finder */

const STEP = 5; // videos at a time: each costs its words, its manifest, its captions and its picture
const MOMENTS = 3; // of one video
const PAUSE_MS = 250; // after the last key

const input = find("input[type=search]", HTMLInputElement);
const told = find(".told", HTMLElement);
const list = find(".found", HTMLUListElement);
const more = find(".more button", HTMLButtonElement);
const pattern = find("template", HTMLTemplateElement);
const config = await readConfig();
/** @type {Promise<Finder | undefined> | undefined} */
let opening;
/** @type {Hit[]} */
let unread = [];
let asked = "";
let waiting = 0;

input.value = new URLSearchParams(location.search).get("q") ?? "";
input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void ask(), PAUSE_MS);
});
input.form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  void ask();
});
more.addEventListener("click", () => void show());
if (input.value) await ask();

/** Searches for what stands in the field, unless it is what was searched last. */
async function ask() {
  const words = input.value.trim();
  if (words === asked) return;
  asked = words;
  history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : location.pathname);
  document.title = words ? `${words} – Search` : "Search";
  list.replaceChildren();
  more.hidden = true;
  told.textContent = "";
  if (wordsOf(words).length === 0) return;
  try {
    opening ??= open();
    const finder = await opening;
    const { results } = finder ? await finder.search(query(words)) : { results: [] };
    if (words !== asked) return; // somebody typed on
    unread = results;
    await show();
    if (words === asked && !list.children.length) told.textContent = `No video has “${words}”.`;
  } catch (error) {
    opening = undefined;
    told.textContent = "The search cannot be reached. Check the connection, and press Enter to try again.";
    console.info(error);
  }
}

/** Loads the program and opens every bundle that is live; nothing where there is none yet. @returns {Promise<Finder | undefined>} */
async function open() {
  const seen = await look(new URL("search/live.json", config.media), "live-1.json");
  if (seen.kind === "absent") return undefined;
  if (seen.kind !== "there") throw new Error(`search/live.json is ${seen.kind}`);
  const live = /** @type {Live} */ (seen.document);
  const [first, ...others] = (live.bundles ?? []).map(({ members }) => new URL("pagefind/", new URL(members, config.media)).href);
  if (!first) return undefined;
  const { createInstance } = await import("./vendor/pagefind.js");
  const options = { metaCacheTag: "", noWorker: true }; // a bundle never changes; a worker must be of the page's own origin
  const finder = createInstance({ basePath: first, ...options });
  await finder.init();
  await Promise.all(others.map((basePath) => finder.mergeIndex(basePath, options)));
  return finder;
}

/** Shows the next videos that are still there for everyone. */
async function show() {
  const [words, hits] = [asked, unread.splice(0, STEP)];
  more.disabled = true;
  const items = await Promise.all(hits.map((hit) => item(hit)));
  if (words !== asked) return;
  list.append(...items.filter((each) => each !== undefined));
  showPictures(list, config);
  more.disabled = false;
  more.hidden = !unread.length;
}

/** One found video; nothing when it was deleted or hidden since its words were taken in. @param {Hit} hit */
async function item(hit) {
  const words = wordsOf(asked);
  const id = /\/w\/([a-z2-7]+)\.html$/.exec((await hit.data()).raw_url)?.[1] ?? "";
  const seen = await look(manifestUrl(config, id), "manifest-1.json");
  const manifest = seen.kind === "there" ? /** @type {Manifest} */ (seen.document) : undefined;
  if (!manifest?.entry || (manifest.visibility ?? "public") !== "public") return undefined;
  const found = card(manifest.entry, pattern);
  mark(find(".title", HTMLElement, found), manifest.entry.title, words);
  const tracks = [...(manifest.captions ?? []), ...(manifest.playable?.captions ?? [])];
  const said = (await Promise.all(tracks.map(({ object }) => cues(object)))).flat();
  find(".moments", HTMLElement, found).append(...moments(said, words, MOMENTS).map((cue) => moment(id, cue, words)));
  return found;
}

/** @param {string} object @returns {Promise<import("./words.js").Cue[]>} */
async function cues(object) {
  const response = await fetch(new URL(object, config.media)).catch(() => undefined);
  return response?.ok ? cuesOf(await response.text()) : [];
}

/** @param {string} id @param {import("./words.js").Cue} cue @param {readonly string[]} words */
function moment(id, cue, words) {
  const link = Object.assign(element("a", ""), { href: sitePage(`w/${id}.html?t=${Math.floor(cue.begin)}`) });
  const text = element("bdi", "");
  mark(text, cue.text, words);
  link.append(element("span", clock(cue.begin), "at"), " ", text);
  const item = element("li", "");
  item.append(link);
  return item;
}

/** @param {HTMLElement} home @param {string} text @param {readonly string[]} words */
function mark(home, text, words) {
  if (text) home.replaceChildren(...marked(text, words).map(({ text: part, hit }) => (hit ? element("mark", part) : part)));
}
