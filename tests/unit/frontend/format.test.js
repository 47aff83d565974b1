import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, chaptersFile, clock, day, place, span } from "../../../frontend/format.js";

test("a length is written without leading zeros and with hours only where there are any", () => {
  assert.deepEqual([0, 7.9, 725, 3723].map(clock), ["0:00", "0:07", "12:05", "1:02:03"]);
});

test("a day is that of UTC wherever the reader is", () => {
  assert.equal(day("2026-03-05T23:59:59Z"), "5 March 2026");
});

test("bytes are written in decimal units and never as a thousand of the smaller one", () => {
  assert.deepEqual([0, 999, 999_600, 12_340_000, 123_400_000_000].map(bytes), ["0 B", "999 B", "1.0 MB", "12.3 MB", "123 GB"]);
});

test("a wait is no more exact than it deserves", () => {
  assert.deepEqual([0, 0.2, 59, 150, 4800].map(span), ["1 s", "1 s", "59 s", "3 min", "1 h 20 min"]);
});

for (const [text, seconds] of /** @type {[string, number][]} */ ([
  ["90", 90],
  ["90s", 90],
  ["1m30s", 90],
  ["1h2m3s", 3723],
  ["1:30", 90],
  ["1:02:03", 3723],
  ["12.5", 12.5],
])) {
  test(`a link's t=${text} names second ${seconds}`, () => assert.equal(place(text), seconds));
}

for (const text of [null, "", "soon", "-5", "1:2:3:4", "NaN", "1e9"]) {
  test(`a link's t=${text} names no place`, () => assert.equal(place(text), undefined));
}

test("chapters become cues in order of time, each ending where the next begins", () => {
  const file = chaptersFile([{ at: 20.5, title: "Two" }, { at: 0, title: "One" }], 3700);
  assert.equal(file, "WEBVTT\n\n00:00:00.000 --> 00:00:20.500\nOne\n\n00:00:20.500 --> 01:01:40.000\nTwo\n");
});

test("a chapter's title can neither end its cue nor open a tag", () => {
  const file = chaptersFile([{ at: 0, title: "a\n\n00:01.000 --> 00:02.000\n<b>&" }], 9);
  assert.equal(file.split("\n")[3], "a 00:01.000 --&gt; 00:02.000 &lt;b&gt;&amp;");
});
