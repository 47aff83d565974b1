// Finding words in what was said. Pure.

/** @typedef {{begin: number, text: string}} Cue `begin` in seconds */
/** @typedef {{text: string, hit: boolean}} Part */

// Thai, Lao, Myanmar, Khmer, kana, Han: no spaces between words. functions/search/records.py has the same.
const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;
/** @type {Record<string, string>} */
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "" };

/** What the index is asked: in a script without spaces each character is a word there, and they must follow each other. @param {string} asked */
export function query(asked) {
  const text = asked.trim();
  const spaced = text.replace(UNSPACED, " $& ").split(/\s+/).join(" ").trim();
  return spaced !== text && text.replace(UNSPACED, "") === "" ? `"${spaced}"` : spaced;
}

/** The words of a question, folded. @param {string} asked @returns {string[]} */
export function wordsOf(asked) {
  return fold(asked).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Text without case and accents, as the index compares it; of the same length, so that places in it are places in the text. @param {string} text */
export function fold(text) {
  return Array.from({ length: text.length }, (_, place) => folded(text[place])).join("");
}

/** @param {string} unit one UTF-16 unit */
function folded(unit) {
  const plain = unit.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.length === 1 ? plain : unit;
}

/** The cues of a WebVTT file of ours, without their tags. @param {string} file @returns {Cue[]} */
export function cuesOf(file) {
  return file.split("\n\n").flatMap((block) => {
    const [times, ...lines] = block.trim().split("\n");
    const stamp = /^(?:(\d+):)?(\d+):(\d+\.\d+) -->/.exec(times ?? "");
    if (!stamp) return [];
    const [hours, minutes, seconds] = stamp.slice(1).map((part) => Number(part ?? 0));
    const text = lines.join(" ").replace(/<[^>]*>/g, "").replace(/&\w+;/g, (name) => ENTITIES[name] ?? name);
    return [{ begin: hours * 3600 + minutes * 60 + seconds, text }];
  });
}

/**
 * The cues where a question is answered: those with the most of its words, in order.
 * @param {readonly Cue[]} cues
 * @param {readonly string[]} words
 * @param {number} most
 */
export function moments(cues, words, most) {
  const counted = cues.map((cue) => ({ cue, hits: words.filter((word) => fold(cue.text).includes(word)).length }));
  const best = Math.max(0, ...counted.map(({ hits }) => hits));
  return best ? counted.filter(({ hits }) => hits === best).slice(0, most).map(({ cue }) => cue) : [];
}

/** A text in parts, those that are words of a question told apart. @param {string} text @param {readonly string[]} words @returns {Part[]} */
export function marked(text, words) {
  const there = fold(text);
  /** @type {Part[]} */
  const parts = [];
  let begin = 0;
  for (let place = 0; place < text.length; ) {
    const word = words.find((each) => there.startsWith(each, place));
    if (!word) {
      place += 1;
      continue;
    }
    if (place > begin) parts.push({ text: text.slice(begin, place), hit: false });
    parts.push({ text: text.slice(place, place + word.length), hit: true });
    begin = place += word.length;
  }
  if (begin < text.length) parts.push({ text: text.slice(begin), hit: false });
  return parts;
}
