import assert from "node:assert/strict";
import { test } from "node:test";
import { UnfinishedUploads } from "../../../frontend/unfinished.js";

/** @typedef {import("../../../frontend/unfinished.js").Unfinished} Unfinished */

const FILE = { name: "talk.mp4", size: 5, lastModified: 7 };

/** @param {string} id */
const item = (id) => ({
  item_id: id,
  client_id: "ann",
  video_id: "v",
  upload: { upload_id: "u", part_size: 5, parts: [{ number: 1, url: "https://secret" }] },
});

function table() {
  /** @type {Map<string, Unfinished>} */
  const kept = new Map();
  return {
    all: async () => [...kept.values()].reverse(),
    put: async (/** @type {Unfinished} */ row) => void kept.set(row.id, row),
    delete: async (/** @type {string} */ id) => void kept.delete(id),
  };
}

const names = async (/** @type {UnfinishedUploads} */ uploads) => (await uploads.all()).map(({ name }) => name);

test("an upload is known again by its file, in a new page", async () => {
  const browser = table();
  await new UnfinishedUploads(browser, "api").keep(FILE, item("a"), 1);
  assert.equal((await new UnfinishedUploads(browser, "api").of({ ...FILE }))?.item_id, "a");
});

test("another file, or the file as it is since, is another upload", async () => {
  const uploads = new UnfinishedUploads(table(), "api");
  await uploads.keep(FILE, item("a"), 1);
  for (const other of [{ name: "b.mp4" }, { size: 6 }, { lastModified: 8 }]) assert.equal(await uploads.of({ ...FILE, ...other }), undefined);
});

test("an upload to another server is not gone on with here", async () => {
  const browser = table();
  await new UnfinishedUploads(browser, "one").keep(FILE, item("a"), 1);
  assert.deepEqual(await new UnfinishedUploads(browser, "other").all(), []);
});

test("what is finished is forgotten, and the others stay", async () => {
  const uploads = new UnfinishedUploads(table(), "api");
  await uploads.keep(FILE, item("a"), 1);
  await uploads.keep({ ...FILE, name: "b.mp4" }, item("b"), 2);
  await uploads.forget(item("a"));
  assert.deepEqual(await names(uploads), ["b.mp4"]);
});

test("of many the oldest are let go", async () => {
  const uploads = new UnfinishedUploads(table(), "api");
  for (let number = 1; number <= 102; number += 1) await uploads.keep({ ...FILE, name: String(number) }, item(`${number}`), number);
  assert.deepEqual([(await names(uploads))[0], (await names(uploads)).at(-1)], ["3", "102"]);
});

test("no address that lets anyone write is kept", async () => {
  const browser = table();
  await new UnfinishedUploads(browser, "api").keep(FILE, item("a"), 1);
  assert.doesNotMatch(JSON.stringify(await browser.all()), /secret/);
});

test("a browser that keeps nothing sends all the same", async () => {
  const refuse = () => Promise.reject(new Error("not allowed here"));
  const uploads = new UnfinishedUploads({ all: refuse, put: refuse, delete: refuse }, "api");
  await uploads.keep(FILE, item("a"), 1);
  await uploads.forget(item("a"));
  assert.equal(await uploads.of(FILE), undefined);
});
