// Numbers as people read them, and as they write them in links. Pure.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July"];
MONTHS.push("August", "September", "October", "November", "December");

/** A length or a place in a video: 0:07, 12:05, 1:02:03. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The day of an RFC 3339 time in UTC, as the pre-rendered pages write it: 5 March 2026. @param {string} time */
export function day(time) {
  const date = new Date(time);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** A number of bytes in decimal units: 999 B, 12.3 MB. @param {number} count */
export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let power = 0;
  while (Math.round(count) >= 1000 && power < units.length - 1) {
    count /= 1000;
    power += 1;
  }
  return `${count.toFixed(power > 1 && count < 100 ? 1 : 0)} ${units[power]}`;
}

/** A time to wait, no more exact than it deserves: 4 s, 3 min, 1 h 20 min. @param {number} seconds */
export function span(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * The place that a link's `t` names, in seconds: "90", "90s", "1m30s", "1h2m3s", "1:30", "1:02:03".
 * @param {string | null} text
 * @returns {number | undefined} undefined when it names none
 */
export function place(text) {
  if (!text) return undefined;
  const spelled = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text);
  const pointed = /^(?:(\d+):)?(\d+):(\d{2}(?:\.\d+)?)$/.exec(text);
  const parts = spelled ?? pointed;
  if (!parts) return undefined;
  const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds;
}

/**
 * Chapters as a WebVTT file. A title cannot end its cue or open a tag.
 * @param {readonly {at: number, title: string}[]} chapters
 * @param {number} duration seconds
 */
export function chaptersFile(chapters, duration) {
  const sorted = [...chapters].sort((one, other) => one.at - other.at);
  const cues = sorted.map((chapter, index) => {
    const end = sorted[index + 1]?.at ?? Math.max(duration, chapter.at + 1);
    return `${stamp(chapter.at)} --> ${stamp(end)}\n${cueText(chapter.title)}\n`;
  });
  return ["WEBVTT\n", ...cues].join("\n");
}

/** A WebVTT time stamp, hh:mm:ss.mmm. @param {number} seconds */
function stamp(seconds) {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23);
}

/** @param {string} text */
function cueText(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
