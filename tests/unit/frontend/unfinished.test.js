import assert from "node:assert/strict";
import { test } from "node:test";
import { UnfinishedUploads } from "../../../frontend/unfinished.js";

const FILE = { name: "talk.mp4", size: 5, lastModified: 7 };

/** @param {string} id */
const item = (id) => ({
  item_id: id,
  client_id: "ann",
  video_id: "v",
  upload: { upload_id: "u", part_size: 5, parts: [{ number: 1, url: "https://secret" }] },
});

function storage() {
  const kept = new Map();
  return { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ text) => void kept.set(key, text) };
}

test("an upload is known again by its file, in a new page", () => {
  const browser = storage();
  new UnfinishedUploads(browser, "api").keep(FILE, item("a"));
  assert.equal(new UnfinishedUploads(browser, "api").of({ ...FILE })?.item_id, "a");
});

test("another file, or the file as it is since, is another upload", () => {
  const uploads = new UnfinishedUploads(storage(), "api");
  uploads.keep(FILE, item("a"));
  for (const other of [{ name: "b.mp4" }, { size: 6 }, { lastModified: 8 }]) assert.equal(uploads.of({ ...FILE, ...other }), undefined);
});

test("an upload to another server is not gone on with here", () => {
  const browser = storage();
  new UnfinishedUploads(browser, "one").keep(FILE, item("a"));
  assert.deepEqual(new UnfinishedUploads(browser, "other").all(), []);
});

test("what is finished is forgotten, and the others stay", () => {
  const uploads = new UnfinishedUploads(storage(), "api");
  uploads.keep(FILE, item("a"));
  uploads.keep({ ...FILE, name: "b.mp4" }, item("b"));
  uploads.forget(item("a"));
  assert.deepEqual(uploads.all().map(({ name }) => name), ["b.mp4"]);
});

test("no address that lets anyone write is kept", () => {
  const browser = storage();
  new UnfinishedUploads(browser, "api").keep(FILE, item("a"));
  assert.doesNotMatch(browser.getItem("reelbucket.unfinished") ?? "", /secret/);
});

test("what cannot be read is as nothing", () => {
  const browser = storage();
  browser.setItem("reelbucket.unfinished", "{");
  assert.deepEqual(new UnfinishedUploads(browser, "api").all(), []);
});
