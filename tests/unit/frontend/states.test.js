import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, moving } from "../../../frontend/states.js";

const video = { id: "a".repeat(16), generation: 1, current_generation: 1 };
const playable = { rev: "r".repeat(16), complete: false, main: "main.m3u8", duration_s: 90, available_s: 24 };
const error = { code: "damaged", message: "The file ends early.", todo: "Copy it again." };

test("a video that is all there has nothing to say", () => {
  assert.equal(describe({ ...video, status: "ready", playable: { ...playable, complete: true } }), undefined);
});

test("a growing video says how much of it can be watched and how long it will be", () => {
  const state = describe({ ...video, status: "encoding", progress: 0.3, playable });
  assert.equal(state?.heading, "Encoding: 0:24 of 1:30 can be watched");
});

test("a video that cannot be watched yet says how far it is", () => {
  assert.equal(describe({ ...video, status: "encoding", progress: 0.379 })?.heading, "Encoding: 37 %");
});

for (const status of /** @type {const} */ (["failed", "rejected"])) {
  test(`a ${status} video says why, and what to do`, () => {
    assert.equal(describe({ ...video, status, error })?.detail, "The file ends early. Copy it again.");
  });
}

test("while a new version is encoded the old one is said to play", () => {
  const state = describe({ ...video, status: "encoding", playable: { ...playable, complete: true } });
  assert.equal(state?.heading, "A new version is on its way");
});

test("a deleted video says so whatever else its manifest holds", () => {
  assert.equal(describe({ ...video, status: "deleted", playable })?.heading, "This video was deleted");
});

for (const [status, expected] of /** @type {const} */ ([
  ["queued", true],
  ["encoding", true],
  ["ready", false],
  ["failed", false],
  ["rejected", false],
  ["deleted", false],
])) {
  test(`a ${status} video ${expected ? "is looked at again" : "is left alone"}`, () => assert.equal(moving({ ...video, status }), expected));
}
