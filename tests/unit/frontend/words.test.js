import assert from "node:assert/strict";
import { test } from "node:test";
import { cuesOf, fold, marked, moments, query, wordsOf } from "../../../frontend/words.js";

const FILE = "WEBVTT\n\n00:00:01.500 --> 00:00:02.000 line:0\n<v Ann>Swifts &amp; <i>swallows</i>\n\n01:00:02.000 --> 01:00:03.000\nWir essen Käse\n";

test("a question in a script with spaces is asked as it is", () => {
  assert.equal(query("  late  swifts "), "late swifts");
});

test("a question in a script without spaces is asked as a phrase of its characters", () => {
  assert.deepEqual(["東京", "ประ"].map(query), ['"東 京"', '"ป ร ะ"']);
});

test("a question in both is asked by words and characters", () => {
  assert.equal(query("Tokyo 東京"), "Tokyo 東 京");
});

test("case and accents do not count, and places stay", () => {
  assert.equal(fold("Käse ÉTÉ ß İ"), "kase ete ß i");
  assert.equal(fold("𝒜e\u0301").length, "𝒜e\u0301".length);
});

test("words are what is neither space nor punctuation", () => {
  assert.deepEqual(wordsOf("What's “late”?"), ["what", "s", "late"]);
  assert.deepEqual(wordsOf(" … "), []);
});

test("cues are read with their second and without their tags", () => {
  assert.deepEqual(cuesOf(FILE), [{ begin: 1.5, text: "Swifts & swallows" }, { begin: 3602, text: "Wir essen Käse" }]);
});

test("the moments are the cues with the most of the words", () => {
  const cues = ["a b", "b", "b A", "c"].map((text, begin) => ({ begin, text }));
  assert.deepEqual(moments(cues, ["a", "b"], 9).map(({ begin }) => begin), [0, 2]);
  assert.deepEqual(moments(cues, ["b"], 2).map(({ begin }) => begin), [0, 1]);
  assert.deepEqual(moments(cues, ["x"], 9), []);
});

test("a text is marked where it has the words, and stays what it was", () => {
  const parts = marked("Käse, kaltes Kästchen", ["kas", "kalt"]);
  assert.deepEqual(parts.filter(({ hit }) => hit).map(({ text }) => text), ["Käs", "kalt", "Käs"]);
  assert.equal(parts.map(({ text }) => text).join(""), "Käse, kaltes Kästchen");
});
