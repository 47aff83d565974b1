// One video's page. Its words are there already; whether and what it plays follows its manifest, without a reload.

import { follow, manifestUrl, readConfig, shownAgain } from "./documents.js";
import { place } from "./format.js";
import { element, find } from "./page.js";
import { showImage, showPictures } from "./pictures.js";
import { Player } from "./player.js";
import { describe, moving } from "./states.js";

/** @typedef {import("./types.js").Manifest} Manifest */
/** @typedef {import("./types.js").Playable} Playable */
/** @typedef {import("./types.js").Seen<Manifest>} Seen */
/** @typedef {import("./states.js").State} State */

const main = find("main.watch", HTMLElement);
const stage = find(".stage", HTMLElement);
const stateBox = find(".state", HTMLElement);
/** @type {Player | undefined} */
let player;

try {
  const config = await readConfig();
  showPictures(stage, config);
  main.addEventListener("click", openChapter);
  await watch(config);
} catch (error) {
  tell({ mood: "bad", heading: "This page does not work", detail: error instanceof Error ? error.message : String(error) });
  throw error;
}

/** @param {import("./types.js").Config} config @returns {Promise<never>} */
async function watch(config) {
  for (;;) {
    for await (const seen of follow(manifestUrl(config, main.dataset.id ?? ""), "manifest-1.json")) {
      show(/** @type {Seen} */ (seen), config);
      if (seen.kind === "there" && !moving(/** @type {Manifest} */ (seen.document))) break;
    }
    await shownAgain(); // it may have been replaced, retried or deleted while nobody looked
  }
}

/** @param {Seen} seen @param {import("./types.js").Config} config */
function show(seen, config) {
  if (seen.kind === "there") {
    showPlayer(seen.document, config);
    tell(describe(seen.document));
    showWords(seen.document);
    showProblems(seen.document);
  } else if (seen.kind === "absent") {
    tell({ mood: "working", heading: "Nothing is known of this video yet", detail: "If it was just uploaded, it appears here by itself." });
  } else if (seen.kind === "unknown") {
    tell({ mood: "bad", heading: "This page is out of date", detail: "Reload it to go on." });
  } else if (!player) {
    tell({ mood: "bad", heading: "The video's state cannot be read", detail: "Check the connection; this page tries again by itself." });
  }
}

/** Says where the video stands; nothing when there is nothing to say. @param {State | undefined} state */
function tell(state) {
  stateBox.replaceChildren();
  main.classList.toggle("bare", !player && state?.mood === "bad");
  const home = player ? find(".words", HTMLElement) : stage; // where the video would be, while there is none
  if (stateBox.parentElement !== home) home.prepend(stateBox);
  if (!state) return;
  stateBox.className = `state ${state.mood}`;
  const parts = [element("strong", state.heading), element("p", state.detail)];
  parts[1].dir = "auto";
  stateBox.append(...parts);
  if (state.progress === undefined) return;
  const bar = Object.assign(document.createElement("progress"), { value: state.progress });
  bar.setAttribute("aria-label", "Encoded");
  stateBox.append(bar);
}

/** The page was rendered some time ago: brings its words up to date. @param {Manifest} manifest */
function showWords(manifest) {
  const gone = manifest.status === "deleted";
  const heading = find("h1", HTMLElement);
  const title = gone ? "Deleted video" : manifest.title || heading.textContent || "";
  if (heading.textContent !== title) {
    document.title = document.title.replace(heading.textContent ?? "", () => title);
    heading.textContent = title;
  }
  heading.classList.toggle("unseen", gone); // the state says it
  find(".description", HTMLElement).textContent = manifest.description ?? "";
  if (gone) for (const words of document.querySelectorAll(".facts, .chapters, .stage > img, .stage > picture")) words.remove();
}

/** @param {Manifest} manifest */
function showProblems({ problems = [] }) {
  document.querySelector(".problems")?.remove();
  if (!problems.length) return;
  const details = element("details", "", "problems");
  const list = element("ul", "");
  list.append(...problems.map(({ where, message }) => element("li", `${where}: ${message}`)));
  details.append(element("summary", problems.length === 1 ? "One note for its owner" : `${problems.length} notes for its owner`), list);
  find(".words", HTMLElement).append(details);
}

/** @param {Manifest} manifest @param {import("./types.js").Config} config */
function showPlayer(manifest, config) {
  const { playable } = manifest;
  if (playable?.kind === "image" && !player?.begun) {
    player?.destroy();
    player = undefined;
    shape(playable);
    return showImage(stage, { ...manifest, playable }, config);
  }
  if (player && player.rev === playable?.rev) return player.update({ ...manifest, playable });
  if (player?.begun && playable) return offerNewVersion(manifest, config);
  player?.destroy();
  player = playable && begin({ ...manifest, playable }, config);
}

/** @param {Manifest & {playable: Playable}} manifest @param {import("./types.js").Config} config */
function begin(manifest, config) {
  shape(manifest.playable);
  stage.querySelector("picture")?.remove();
  const detail = "Reload the page. If that does not help, try another browser or another connection.";
  return new Player(stage, manifest, config, () => tell({ mood: "bad", heading: "The video cannot be played here", detail }));
}

/** Gives the stage the form of what it shows. @param {Playable} playable */
function shape({ width, height }) {
  if (width && height) stage.style.setProperty("--width", String(width));
  if (width && height) stage.style.setProperty("--height", String(height));
}

/** Whoever watches is not interrupted. @param {Manifest} manifest @param {import("./types.js").Config} config */
function offerNewVersion(manifest, config) {
  tell({ mood: "good", heading: "A new version of this video is here", detail: "" });
  const button = Object.assign(element("button", "Play the new version"), { type: "button" });
  button.addEventListener("click", () => {
    player?.destroy();
    player = undefined;
    tell(describe(manifest));
    showPlayer(manifest, config);
  });
  stateBox.append(button);
}

/** A chapter's link plays from there; opened in another tab it is a link as any. @param {MouseEvent} event */
function openChapter(event) {
  const link = event.target instanceof Element && event.target.closest(".chapters a");
  if (!player || !(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  player.seek(place(new URL(link.href).searchParams.get("t")) ?? 0);
}
