// The front page: shows the pictures of what is there, follows the catalogue while it moves, and pages through the rest.

import { follow, look, readConfig, shownAgain } from "./documents.js";
import { clock, day } from "./format.js";
import { element, find } from "./page.js";
import { posterImage, showPictures } from "./pictures.js";

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").PageRef} PageRef */
/** @typedef {import("./types.js").Root} Root */

const main = find("main.front", HTMLElement);
const list = find(".videos", HTMLUListElement);
const more = find(".more button", HTMLButtonElement);
const pattern = find("template", HTMLTemplateElement).content.querySelector("li");
/** @type {PageRef[]} */
let unread = [];
let paged = false;

const config = await readConfig();
showPictures(list, config);
more.addEventListener("click", () => void showMore());
await watch();

/** @returns {Promise<never>} */
async function watch() {
  for (;;) {
    for await (const seen of follow(new URL("catalogue/root.json", config.media), "root-1.json")) {
      if (seen.kind !== "there") continue; // the page as it was rendered stays
      const root = /** @type {Root} */ (seen.document);
      show(root);
      if (root.newest?.length && root.newest.every((entry) => entry.complete)) break;
    }
    await shownAgain();
  }
}

/** Whoever has paged on keeps the list as it is. @param {Root} root */
function show({ generation, count = 0, newest = [], pages = [] }) {
  if (paged) return;
  if (String(generation) !== main.dataset.generation) list.replaceChildren(...newest.map(card));
  main.dataset.generation = String(generation);
  find(".empty", HTMLElement).hidden = count > 0;
  unread = [...pages];
  more.hidden = count <= newest.length;
  showPictures(list, config);
}

/** Adds the next page that has something new; pages are newest first, and the newest are shown already. */
async function showMore() {
  paged = true;
  more.disabled = true;
  for (let added = 0; !added && unread.length; ) added = await addPage(/** @type {PageRef} */ (unread.shift()));
  showPictures(list, config);
  more.disabled = false;
  more.hidden = !unread.length;
}

/** @param {PageRef} ref @returns {Promise<number>} how many cards it added */
async function addPage(ref) {
  const seen = await look(new URL(ref.object, config.media), "page-1.json");
  if (seen.kind !== "there") return 0; // a newer catalogue has other pages, and the next look at the root names them
  const shown = new Set([...list.children].map((item) => item instanceof HTMLElement && item.dataset.id));
  const fresh = /** @type {Page} */ (seen.document).entries.filter((entry) => !shown.has(entry.id));
  list.append(...fresh.map(card));
  return fresh.length;
}

/** @param {Entry} entry */
function card(entry) {
  const item = /** @type {HTMLLIElement} */ (pattern?.cloneNode(true));
  item.dataset.id = entry.id;
  item.classList.toggle("growing", !entry.complete);
  find("a", HTMLAnchorElement, item).href = `w/${entry.id}.html`;
  find(".clock", HTMLElement, item).textContent = clock(entry.duration_s);
  find(".title", HTMLElement, item).textContent = entry.title || "Untitled video";
  if (entry.posters?.length) find(".frame", HTMLElement, item).prepend(posterImage(entry.posters, "(min-width: 40rem) 20rem, 100vw"));
  find(".facts", HTMLElement, item).append(...facts(entry));
  return item;
}

/** @param {Entry} entry */
function* facts({ date, channel, tags = [] }) {
  yield Object.assign(element("time", day(date)), { dateTime: date });
  if (channel) yield* word("channel", channel);
  for (const tag of tags) yield* word("tag", tag);
}

/** @param {string} kind @param {string} text */
function word(kind, text) {
  const part = element("span", "", kind);
  part.append(element("bdi", text)); // whose writing may run the other way
  return [" ", part];
}
