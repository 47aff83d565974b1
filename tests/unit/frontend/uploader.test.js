import assert from "node:assert/strict";
import { test } from "node:test";
import { PartFailed, pauseAfter, planParts, Progress, sendParts } from "../../../frontend/uploader.js";

const parts = planParts(95, 10);
const signed = parts.map(({ number }) => ({ number, url: `first/${number}` }));
const never = new AbortController().signal;
const sleep = async () => {};
const sign = async (/** @type {number[]} */ numbers) => numbers.map((number) => ({ number, url: `fresh/${number}` }));

/** @param {(part: {number: number}, url: string, signal: AbortSignal) => Promise<string>} send @param {AbortSignal} signal */
const upload = (send, signal = never) => sendParts(parts, { signed, sign, send, signal, sleep });

test("parts cover the file once, in order, the last one short", () => {
  assert.deepEqual(planParts(25, 10), [
    { number: 1, begin: 0, end: 10 },
    { number: 2, begin: 10, end: 20 },
    { number: 3, begin: 20, end: 25 },
  ]);
});

test("a file of whole parts has no empty one at its end", () => {
  assert.equal(planParts(20, 10).length, 2);
});

test("an empty file is one empty part", () => {
  assert.deepEqual(planParts(0, 10), [{ number: 1, begin: 0, end: 0 }]);
});

test("pauses double up to half a minute", () => {
  assert.deepEqual([1, 2, 3, 6, 60].map(pauseAfter), [1000, 2000, 4000, 30_000, 30_000]);
});

test("the parts' tags come in the parts' order whichever arrives first", async () => {
  const sent = await upload(async ({ number }) => {
    for (let turns = 0; turns < 20 - number; turns += 1) await undefined;
    return `tag${number}`;
  });
  assert.deepEqual(sent, parts.map(({ number }) => ({ number, etag: `tag${number}` })));
});

test("four parts are on their way at once", async () => {
  let now = 0;
  let most = 0;
  await upload(async () => {
    most = Math.max(most, (now += 1));
    await new Promise((done) => setImmediate(done));
    now -= 1;
    return "tag";
  });
  assert.equal(most, 4);
});

test("a part that fails is sent again to a freshly signed address", async () => {
  /** @type {string[]} */
  const urls = [];
  await upload(async ({ number }, url) => {
    if (number === 3) urls.push(url);
    if (number === 3 && urls.length < 3) throw new PartFailed(403);
    return "tag";
  });
  assert.deepEqual(urls, ["first/3", "fresh/3", "fresh/3"]);
});

test("a part without a known address is signed before it is sent", async () => {
  /** @type {string[]} */
  const urls = [];
  const send = async (/** @type {unknown} */ _, /** @type {string} */ url) => String(urls.push(url));
  await sendParts(planParts(5, 10), { signed: [], sign, send, signal: never, sleep });
  assert.deepEqual(urls, ["fresh/1"]);
});

test("an upload that the store has let go of is not tried again", async () => {
  let tries = 0;
  const send = async (/** @type {{number: number}} */ { number }) => {
    if (number !== 1) return "tag";
    tries += 1;
    throw new PartFailed(404);
  };
  await assert.rejects(upload(send), PartFailed);
  assert.equal(tries, 1);
});

test("a part that never gets through ends the upload and stops the others", async () => {
  /** @type {AbortSignal | undefined} */
  let others;
  const send = async (/** @type {{number: number}} */ { number }, /** @type {string} */ _, /** @type {AbortSignal} */ signal) => {
    others = signal;
    if (number === 2) throw new PartFailed(0);
    return "tag";
  };
  await assert.rejects(upload(send), PartFailed);
  assert.equal(others?.aborted, true);
});

test("a cancelled upload ends as cancelled", async () => {
  const stop = new AbortController();
  const send = async () => {
    stop.abort();
    return "tag";
  };
  await assert.rejects(upload(send, stop.signal), { name: "AbortError" });
});

test("a part that is sent again counts once", () => {
  const progress = new Progress(100);
  progress.set(1, 40, 0);
  progress.set(1, 0, 100);
  progress.set(1, 50, 200);
  assert.equal(progress.share, 0.5);
});

test("the speed is that of the last ten seconds", () => {
  const progress = new Progress(10_000);
  for (let second = 0; second <= 60; second += 1) progress.set(second, second < 30 ? 0 : 100, second * 1000);
  assert.equal(Math.round(progress.speed), 100);
});

test("the time left is unknown until there is a speed", () => {
  const progress = new Progress(100);
  progress.set(1, 10, 0);
  assert.equal(progress.left, undefined);
});
