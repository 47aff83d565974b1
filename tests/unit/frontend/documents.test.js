import assert from "node:assert/strict";
import { test } from "node:test";
import { Choices } from "../../../frontend/choices.js";
import { manifestUrl, nextPause } from "../../../frontend/documents.js";

test("a document that changes is looked at again soon", () => {
  assert.equal(nextPause(8000, true), 1000);
});

test("a document that stays is looked at less and less often, but never forgotten", () => {
  let pause = 1000;
  for (let look = 0; look < 50; look += 1) pause = nextPause(pause, false);
  assert.equal(pause, 10_000);
});

test("a manifest lies under the media bucket's own path", () => {
  const url = manifestUrl({ media: "http://localhost:4566/reelbucket-media/" }, "abcdefghijklmnop");
  assert.equal(url.href, "http://localhost:4566/reelbucket-media/v/abcdefghijklmnop/manifest.json");
});

test("choices are read by position, by length and one after the other", () => {
  const choices = new Choices();
  choices.fill([{ id: "0" }, { id: "1" }], "addrendition");
  assert.deepEqual([...choices], Array.from({ length: choices.length }, (_, index) => /** @type {any} */ (choices)[index]));
});

test("a choice reaches who carries it out before the menus hear of it", () => {
  const choices = new Choices();
  /** @type {(string | number)[]} */
  const heard = [];
  choices.onselect = (index) => heard.push(index);
  choices.addEventListener("change", () => heard.push("change"));
  choices.selectedIndex = 1;
  assert.deepEqual(heard, [1, "change"]);
});
