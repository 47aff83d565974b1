// The status page: the queue as a person wants it, followed while it is looked at.

import { Api, Refused } from "./api.js";
import { nextPause, readConfig, visible } from "./documents.js";
import { span } from "./format.js";
import { find } from "./page.js";
import { authorised, token } from "./token.js";

/** @typedef {import("./api.js").Job} Job */
/** @typedef {import("./api.js").Queue} Queue */
/** @typedef {"in_progress" | "to_do" | "failed" | "done"} Where */

const told = find(".told", HTMLElement);
const pattern = find("template", HTMLTemplateElement).content.querySelector("li");
/** The video that a second click deletes. */
let doomed = "";

const config = await readConfig();
if (config.api) await follow(new Api(config.api, "", token));
else told.textContent = "This copy of the site takes no uploads, so nothing is being done here.";

/** @param {Api} api @returns {Promise<never>} */
async function follow(api) {
  let last = "";
  let pause = 0;
  for (;;) {
    try {
      const queue = await authorised(() => api.queue());
      const text = JSON.stringify(queue);
      pause = nextPause(pause, text !== last);
      if (text !== last) keepingFocus(() => show(queue, api));
      last = text;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      told.textContent = error.message;
      pause = nextPause(pause, false);
    }
    await new Promise((done) => setTimeout(done, pause));
    await visible();
  }
}

/** Draws anew, and leaves whoever works by the keyboard where they were. @param {() => void} draw */
function keepingFocus(draw) {
  const active = document.activeElement;
  const id = active?.closest("li")?.dataset.id;
  draw();
  const again = active && id && document.querySelector(`li[data-id="${id}"] .${active.className}`);
  if (again instanceof HTMLElement) again.focus();
}

/** @param {Queue} queue @param {Api} api */
function show(queue, api) {
  const sections = [...document.querySelectorAll("section")];
  for (const section of sections) {
    const where = /** @type {Where} */ (section.dataset.of);
    section.hidden = !queue[where].length;
    find("ul", HTMLUListElement, section).replaceChildren(...queue[where].map((job) => row(job, where, api)));
  }
  const nothing = sections.every((section) => section.hidden);
  told.textContent = nothing ? "There is nothing to do." : queue.more ? "These are not all: there is more to do." : "";
}

/** @param {Job} job @param {Where} where @param {Api} api */
function row(job, where, api) {
  const made = /** @type {HTMLLIElement} */ (pattern?.cloneNode(true));
  made.dataset.id = job.video_id;
  made.classList.toggle("bad", where === "failed");
  find(".name", HTMLElement, made).textContent = job.file_name;
  const bar = find("progress", HTMLProgressElement, made);
  bar.hidden = where !== "in_progress";
  bar.value = job.progress;
  find(".does", HTMLElement, made).textContent = words(job, where);
  const watch = find(".watch", HTMLAnchorElement, made);
  watch.hidden = where !== "done";
  watch.href = `w/${job.video_id}.html`;
  const { client_id, item_id } = job;
  if (client_id === null || item_id === null) return made; // it was not sent by this server's API: its file is removed from the inbox
  const item = { client_id, item_id };
  const retry = find(".retry", HTMLButtonElement, made);
  retry.hidden = where !== "failed";
  retry.addEventListener("click", () => act(made, retry, () => api.retry(item)));
  const remove = find(".delete", HTMLButtonElement, made);
  remove.hidden = false;
  if (doomed === job.video_id) remove.textContent = "Delete for good";
  remove.addEventListener("click", () => {
    if (doomed === job.video_id) return act(made, remove, () => api.remove(item));
    doomed = job.video_id;
    remove.textContent = "Delete for good";
  });
  return made;
}

/** @param {HTMLElement} row @param {HTMLButtonElement} button @param {() => Promise<unknown>} ask */
async function act(row, button, ask) {
  button.disabled = true;
  await authorised(ask).catch((error) => {
    find(".does", HTMLElement, row).textContent = error instanceof Refused ? error.message : "Something went wrong in this page. Reload it.";
  });
}

/** @param {Job} job @param {Where} where */
function words(job, where) {
  if (where === "failed" && job.error) return `${job.error.message} ${job.error.todo}`;
  const waited = `for ${span((Date.now() - Date.parse(job.since)) / 1000)}`;
  const workers = job.underway.map(({ unit, progress, speed }) => `${unit} ${progress} % at ${speed} times its speed`);
  return { in_progress: [`${job.progress} %, here ${waited}`, ...workers].join(" \u00b7 "), to_do: `Waits ${waited}`, failed: "Failed", done: "Ready" }[where];
}
