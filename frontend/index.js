// A list of videos, which is the front page or a tag's or a channel's: shows the pictures of what is there, follows the list while
// it moves, and pages through the rest.

import { card } from "./cards.js";
import { follow, look, readConfig, shownAgain } from "./documents.js";
import { find } from "./page.js";
import { showPictures } from "./pictures.js";

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Directory} Directory */
/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").Ref} Ref */
/** @typedef {import("./types.js").Root} Root */

const main = find("main.front", HTMLElement);
const list = find(".videos", HTMLUListElement);
const more = find(".more button", HTMLButtonElement);
const pattern = find("template", HTMLTemplateElement);
/** @type {Ref[]} */
let directories = [];
/** @type {Ref[]} */
let pages = [];
let paged = false;

const config = await readConfig();
showPictures(list, config);
more.addEventListener("click", () => void showMore());
await watch();

/** @returns {Promise<never>} */
async function watch() {
  for (;;) {
    for await (const seen of follow(new URL(`catalogue/${main.dataset.list}/root.json`, config.media), "root-1.json")) {
      if (seen.kind !== "there") continue; // the page as it was rendered stays
      const root = /** @type {Root} */ (seen.document);
      show(root);
      if (root.newest?.length && root.newest.every((entry) => entry.complete)) break;
    }
    await shownAgain();
  }
}

/** Whoever has paged on keeps the list as it is. @param {Root} root */
function show(root) {
  if (paged) return;
  const { generation, count = 0, newest = [] } = root;
  if (String(generation) !== main.dataset.generation) list.replaceChildren(...newest.map((entry) => card(entry, pattern)));
  main.dataset.generation = String(generation);
  find(".empty", HTMLElement).hidden = count > 0;
  directories = [...(root.directories ?? [])];
  more.hidden = count <= newest.length;
  showPictures(list, config);
}

/** Adds the next page that has something new; pages are newest first, and the newest are shown already. */
async function showMore() {
  paged = true;
  more.disabled = true;
  for (let added = 0; !added && (pages.length || directories.length); ) added = await addPage();
  showPictures(list, config);
  more.disabled = false;
  more.hidden = !pages.length && !directories.length;
}

/** @returns {Promise<number>} how many cards it added */
async function addPage() {
  if (!pages.length) pages = [.../** @type {Directory | undefined} */ (await part(directories.shift(), "directory-1.json"))?.pages ?? []];
  const page = /** @type {Page | undefined} */ (await part(pages.shift(), "page-1.json"));
  const shown = new Set([...list.children].map((item) => item instanceof HTMLElement && item.dataset.id));
  const fresh = (page?.entries ?? []).filter((entry) => !shown.has(entry.id));
  list.append(...fresh.map((entry) => card(entry, pattern)));
  return fresh.length;
}

/** Reads a part of the list; a newer list may have others, and then the next look at the root names them. @param {Ref | undefined} ref @param {string} schema */
async function part(ref, schema) {
  const seen = ref && (await look(new URL(ref.object, config.media), schema));
  return seen?.kind === "there" ? seen.document : undefined;
}
