// One video in a frame of another site: the player alone, which follows the video's manifest while it moves.

import { follow, manifestUrl, readConfig } from "./documents.js";
import { element, find } from "./page.js";
import { showImage, showPictures } from "./pictures.js";
import { Player } from "./player.js";
import { describe, moving } from "./states.js";

/** @typedef {import("./types.js").Manifest} Manifest */

const main = find("main", HTMLElement);
const stage = find(".stage", HTMLElement);
const state = find(".state", HTMLElement);
/** @type {Player | undefined} */
let player;

const config = await readConfig();
showPictures(stage, config);
for await (const seen of follow(manifestUrl(config, main.dataset.id ?? ""), "manifest-1.json")) {
  if (seen.kind !== "there") continue;
  const manifest = /** @type {Manifest} */ (seen.document);
  show(manifest);
  if (!moving(manifest)) break;
}

/** Whoever watches goes on watching what they began. @param {Manifest} manifest */
function show(manifest) {
  const { playable } = manifest;
  const told = describe(manifest);
  state.replaceChildren(...(told && !playable ? [element("strong", told.heading), element("p", told.detail)] : []));
  if (!playable) return;
  if (playable.kind === "image" && !player?.begun) {
    player?.destroy();
    player = undefined;
    return showImage(stage, { ...manifest, playable }, config);
  }
  if (player?.rev === playable.rev) return player.update({ ...manifest, playable });
  if (player?.begun) return;
  player?.destroy();
  stage.querySelector("picture")?.remove();
  player = new Player(stage, { ...manifest, playable }, config, () => state.replaceChildren(element("strong", "The video cannot be played here")));
}
