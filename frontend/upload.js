// The upload page: files go one after the other, each in parallel parts, and are then followed until they can be watched.

import { Api, Refused, sendWhole } from "./api.js";
import { appears, follow, manifestUrl, readConfig } from "./documents.js";
import { bytes, span } from "./format.js";
import { element, find } from "./page.js";
import { describe, moving } from "./states.js";
import { Table } from "./table.js";
import { authorised, token } from "./token.js";
import { UnfinishedUploads } from "./unfinished.js";
import { PartFailed, planParts, Progress, sendParts } from "./uploader.js";

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").Manifest} Manifest */
/** @typedef {import("./api.js").Item} Item */
/** @typedef {{item: Item, arrived: Map<number, import("./api.js").Arrived>, done: boolean}} Begun */

const CLIENT = "reelbucket.client";
const [UNKNOWN, CLOSED] = [404, 409]; // what the API answers of an item that was deleted, and of an upload that is over

const drop = find(".drop", HTMLElement);
const input = find("input[type=file]", HTMLInputElement);
const pattern = find("template", HTMLTemplateElement).content.querySelector("li");
const list = find(".files", HTMLUListElement);
let sending = 0;
/** The file before, so that the next one has the whole line to itself. */
let turn = Promise.resolve();

const config = await readConfig();
const api = config.api && new Api(config.api, clientId(), () => token());
const unfinished = new UnfinishedUploads(new Table("reelbucket.unfinished"), config.api ?? "");
void showUnfinished();
find(".drop button", HTMLButtonElement).addEventListener("click", () => input.click());
input.addEventListener("change", chosen);
addEventListener("dragover", (event) => hover(event, true));
addEventListener("dragleave", (event) => hover(event, event.relatedTarget !== null));
addEventListener("drop", (event) => {
  hover(event, false);
  take(event.dataTransfer?.files ?? []);
});
addEventListener("beforeunload", (event) => sending && event.preventDefault());

/** One file on the page, from the moment it is chosen. */
class Row {
  #stop = new AbortController();
  /** @type {Item | undefined} */
  #item;

  /** @param {File} file @param {Api} api */
  constructor(file, api) {
    this.file = file;
    this.api = api;
    this.element = /** @type {HTMLLIElement} */ (pattern?.cloneNode(true));
    this.bar = find("progress", HTMLProgressElement, this.element);
    this.does = find(".does", HTMLElement, this.element);
    this.retry = find(".retry", HTMLButtonElement, this.element);
    this.cancel = find(".cancel", HTMLButtonElement, this.element);
    find(".name", HTMLElement, this.element).textContent = file.name;
    this.retry.addEventListener("click", () => this.begin());
    this.cancel.addEventListener("click", () => this.giveUp());
    list.append(this.element);
  }

  /** Waits for its turn, then sends. */
  begin() {
    this.#stop = new AbortController();
    this.element.classList.remove("bad");
    this.retry.hidden = true;
    this.bar.hidden = false;
    this.cancel.hidden = false;
    this.cancel.textContent = "Cancel";
    this.say("Waiting for its turn");
    turn = turn.then(() => this.#run());
  }

  async #run() {
    sending += 1;
    try {
      this.#stop.signal.throwIfAborted();
      if (!this.file.size) throw new Refused(0, "The file is empty. Choose another one.");
      const item = await this.#send();
      void this.#accompany(item);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#fail(error);
    } finally {
      sending -= 1;
    }
  }

  /** @returns {Promise<Item>} */
  async #send() {
    const { item, arrived, done } = await this.#begun();
    this.#item = item;
    if (done) return item;
    await unfinished.keep(this.file, item, Date.now());
    const progress = new Progress(this.file.size);
    const parts = planParts(this.file.size, item.upload.part_size);
    const there = parts.filter(({ number, begin, end }) => arrived.get(number)?.size === end - begin);
    for (const { number, begin, end } of there) progress.set(number, end - begin, performance.now());
    const missing = parts.filter((part) => !there.includes(part));
    const sent = await sendParts(missing, {
      signed: item.upload.parts,
      signal: this.#stop.signal,
      sign: (numbers) => authorised(() => this.api.sign(item, numbers)),
      send: ({ number, begin, end }, url, signal) =>
        sendWhole(url, this.file.slice(begin, end), signal, (count) => {
          progress.set(number, Math.min(count, end - begin), performance.now());
          this.#show(progress);
        }),
    });
    this.say("All sent; the server puts it together");
    this.cancel.hidden = true;
    const all = [...there.map(({ number }) => ({ number, etag: arrived.get(number)?.etag ?? "" })), ...sent];
    await authorised(() => this.api.complete(item, all.sort((one, other) => one.number - other.number)));
    await unfinished.forget(item);
    return item;
  }

  /** Goes on with the item that this file was being sent as, if the server still has it; else makes one. @returns {Promise<Begun>} */
  async #begun() {
    const known = this.#item ?? (await unfinished.of(this.file));
    if (known) {
      try {
        const arrived = await authorised(() => this.api.arrived(known));
        return { item: known, arrived: new Map(arrived.map((part) => [part.number, part])), done: false };
      } catch (error) {
        if (!(error instanceof Refused) || ![CLOSED, UNKNOWN].includes(error.status)) throw error;
        await unfinished.forget(known);
        const { status } = error.status === CLOSED ? await authorised(() => this.api.look(known)) : { status: "to_do" };
        if (status !== "to_do") return { item: known, arrived: new Map(), done: true }; // the page was closed as it was completed
      }
    }
    return { item: await authorised(() => this.api.create(this.file)), arrived: new Map(), done: false };
  }

  /** Follows the video until it is ready or refused. @param {Item} item */
  async #accompany({ video_id }) {
    this.bar.removeAttribute("value");
    this.say("Arrived. It is looked at next");
    for await (const seen of follow(manifestUrl(config, video_id), "manifest-1.json")) {
      if (seen.kind !== "there") continue;
      const manifest = /** @type {Manifest} */ (seen.document);
      this.#report(manifest);
      if (!moving(manifest)) return;
    }
  }

  /** @param {Manifest} manifest */
  #report(manifest) {
    const state = describe(manifest) ?? { mood: "good", heading: "Ready", detail: "", progress: 1 };
    this.element.classList.toggle("bad", state.mood === "bad");
    this.say([state.heading, state.mood === "bad" ? state.detail : ""].filter(Boolean).join(". "));
    this.bar.hidden = state.mood === "bad" || state.progress === 1;
    if (state.progress !== undefined) this.bar.value = state.progress;
    if (manifest.playable) void this.#offer(manifest.id);
  }

  /** Shows the way to the video's page as soon as that is rendered, which is a moment after the manifest says that it plays. @param {string} id */
  async #offer(id) {
    const link = find(".watch", HTMLAnchorElement, this.element);
    if (link.href) return; // it is waited for already
    link.href = `w/${id}.html`;
    await appears(link.href);
    link.hidden = false;
  }

  /** @param {Progress} progress */
  #show(progress) {
    this.bar.value = progress.share;
    const { speed, left } = progress;
    const pace = speed && left !== undefined ? [`${bytes(speed)}/s`, `${span(left)} left`] : [];
    this.say([`${bytes(progress.bytes)} of ${bytes(this.file.size)}`, ...pace].join(" · "));
  }

  /** @param {unknown} error */
  #fail(error) {
    this.element.classList.add("bad");
    this.retry.hidden = false;
    this.bar.hidden = true;
    this.cancel.hidden = false;
    this.cancel.textContent = "Remove";
    this.say(inWords(error));
    if (!(error instanceof Refused || error instanceof PartFailed)) reportError(error); // ours: to the console, and on with the next file
  }

  /** Stops, and has the server forget what had arrived. */
  giveUp() {
    this.#stop.abort();
    this.element.remove();
    if (this.#item) void unfinished.forget(this.#item);
    if (this.#item) void this.api.remove(this.#item).catch((error) => console.info(`the server removes it later: ${error.message}`));
  }

  /** @param {string} text */
  say(text) {
    this.does.textContent = text;
  }
}

function chosen() {
  take(input.files ?? []);
  input.value = ""; // the same file may be chosen again
}

/** @param {Iterable<File>} files */
function take(files) {
  if (api) for (const file of files) new Row(file, api).begin();
  void showUnfinished();
}

/** Says which files are to be chosen again: a page may not keep a file beyond its life. */
async function showUnfinished() {
  const kept = await unfinished.all();
  const chosen = new Set([...document.querySelectorAll(".files .name")].map((name) => name.textContent));
  const names = kept.map(({ name }) => name).filter((name) => !chosen.has(name));
  const told = find(".unfinished", HTMLElement);
  told.hidden = !names.length;
  told.textContent = `Not finished when this page was closed: ${names.join(", ")}. Choose the same file again, and it goes on where it stopped.`;
}

/** @param {unknown} error */
function inWords(error) {
  if (error instanceof PartFailed && error.status === 404) return "The server has let go of this upload. Try again to send it anew.";
  if (error instanceof PartFailed) return `The file did not get through: ${error.message}. Check the connection, then try again.`;
  if (error instanceof Refused) return error.message;
  return "Something went wrong in this page. Reload it, then try again.";
}

/** This browser's own name: what it sent stands under it. */
function clientId() {
  const known = localStorage.getItem(CLIENT) ?? `web-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  localStorage.setItem(CLIENT, known);
  return known;
}

/** A copy of a site for viewers has no server behind it. */
function refuseUploads() {
  drop.replaceChildren(element("p", "This copy of the site takes no uploads."));
}

/** @param {DragEvent} event @param {boolean} over */
function hover(event, over) {
  event.preventDefault(); // else the browser opens the file
  drop.classList.toggle("over", over);
}

chosen(); // what was chosen before this page knew its server
if (!api) refuseUploads();
