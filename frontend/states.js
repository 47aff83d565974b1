// What a video's manifest means, in words. Pure.

import { clock } from "./format.js";

/** @typedef {import("./types.js").Manifest} Manifest */
/**
 * @typedef {object} State
 * @property {"working" | "good" | "bad"} mood
 * @property {string} heading
 * @property {string} detail what it means, or what to do
 * @property {number} [progress] 0 to 1
 */

/**
 * Tells where a video stands; undefined when there is nothing to tell: it is all there.
 * @param {Manifest} manifest
 * @returns {State | undefined}
 */
export function describe(manifest) {
  const { status, playable, error } = manifest;
  if (status === "deleted") return { mood: "bad", heading: "This video was deleted", detail: "Nothing of it is kept." };
  if (status === "rejected") return refused("This file cannot be used", error);
  if (status === "failed") return refused("This could not be encoded", error);
  if (playable && !playable.complete) return growing(manifest, playable);
  if (status === "ready") return undefined;
  if (playable) return { mood: "working", heading: "A new version is on its way", detail: "Until it is ready, this one plays." };
  if (status === "queued") return { mood: "working", heading: "Waiting to be encoded", detail: "This page starts the video by itself as soon as it can." };
  return starting(manifest);
}

/** Tells whether a manifest is about to change by itself. @param {Manifest} manifest */
export function moving(manifest) {
  return manifest.status === "queued" || manifest.status === "encoding" || Boolean(manifest.playable && !manifest.playable.complete);
}

/** @param {string} heading @param {import("./types.js").Explained | undefined} error @returns {State} */
function refused(heading, error) {
  return { mood: "bad", heading, detail: error ? `${error.message} ${error.todo}` : "No reason was recorded. Ask the operator." };
}

/** @param {Manifest} manifest @param {import("./types.js").Playable} playable @returns {State} */
function growing(manifest, playable) {
  const heading = `Encoding: ${clock(playable.available_s)} of ${clock(playable.duration_s)} can be watched`;
  return { mood: "working", heading, detail: "The rest follows while you watch.", progress: share(manifest) };
}

/** @param {Manifest} manifest @returns {State} */
function starting(manifest) {
  const heading = `Encoding: ${Math.floor(share(manifest) * 100)} %`;
  return { mood: "working", heading, detail: "It can be watched here before all of it is done.", progress: share(manifest) };
}

/** @param {Manifest} manifest */
function share(manifest) {
  return manifest.progress ?? 0;
}
