// The player: media-chrome's controls around one <video>, which come to life when the poster is painted; the engine is fetched
// when somebody wants to play.

import { Choices } from "./choices.js";
import { chaptersFile, place } from "./format.js";
import { posterImage, showPictures } from "./pictures.js";

/** @typedef {import("./types.js").Manifest} Manifest */
/** @typedef {import("./types.js").Playable} Playable */
/** @typedef {import("./types.js").Config} Config */
/** @typedef {{kind: string, label: string, src: string, srclang?: string}} TrackSource */

const SOON_MS = 1000;
const SAVE_EVERY_S = 5;
const LIFTS_CAPTIONS = CSS.supports("selector(::-webkit-media-text-track-container)"); // media-chrome does it by that, not in Firefox
const BELOW_CAPTIONS = 2; // as high as the controls, in lines of captions
const NOT_WORTH_KEEPING_S = 10; // who left this near to either end starts again

const CONTROLS = `
<media-controller>
  <video slot="media" playsinline crossorigin="anonymous" preload="none"></video>
  <span slot="centered-chrome" noautohide class="waiting" aria-hidden="true"></span>
  <media-play-button slot="centered-chrome" class="big" notooltip></media-play-button>
  <div class="shade" aria-hidden="true"></div>
  <media-settings-menu hidden anchor="auto">
    <media-settings-menu-item>Speed
      <media-playback-rate-menu slot="submenu" hidden rates="0.5 0.75 1 1.25 1.5 2"><div slot="title">Speed</div></media-playback-rate-menu>
    </media-settings-menu-item>
    <media-settings-menu-item class="quality" hidden>Quality
      <media-rendition-menu slot="submenu" hidden><div slot="title">Quality</div></media-rendition-menu>
    </media-settings-menu-item>
    <media-settings-menu-item class="sound" hidden>Sound
      <media-audio-track-menu slot="submenu" hidden><div slot="title">Sound</div></media-audio-track-menu>
    </media-settings-menu-item>
    <media-settings-menu-item class="captions" hidden>Captions
      <media-captions-menu slot="submenu" hidden><div slot="title">Captions</div></media-captions-menu>
    </media-settings-menu-item>
  </media-settings-menu>
  <div class="seek"><media-time-range></media-time-range><span class="unencoded" title="Not encoded yet" hidden></span></div>
  <media-control-bar>
    <media-play-button></media-play-button>
    <media-mute-button></media-mute-button>
    <media-volume-range></media-volume-range>
    <media-time-display showduration></media-time-display>
    <span class="gap"></span>
    <media-captions-button class="captions" hidden></media-captions-button>
    <media-settings-menu-button></media-settings-menu-button>
    <media-pip-button></media-pip-button>
    <media-fullscreen-button></media-fullscreen-button>
  </media-control-bar>
</media-controller>`;

/** Plays one adoption of one video on a stage. */
export class Player {
  #stage;
  #config;
  /** @type {Playable} */
  #playable;
  #id;
  /** @type {Map<string, HTMLTrackElement>} */
  #tracks = new Map();
  #stop = () => {};
  #listening = new AbortController();
  #saved = 0;

  /**
   * @param {HTMLElement} stage
   * @param {Manifest & {playable: Playable}} manifest
   * @param {Config} config
   * @param {() => void} onTrouble called when the video cannot be played in spite of every retry
   */
  constructor(stage, manifest, config, onTrouble) {
    this.#stage = stage;
    this.#config = config;
    this.#playable = manifest.playable;
    this.#id = manifest.id;
    stage.insertAdjacentHTML("beforeend", CONTROLS); // our own markup; what users wrote never comes this way
    this.controller = /** @type {HTMLElement} */ (stage.querySelector("media-controller"));
    this.video = /** @type {HTMLVideoElement} */ (stage.querySelector("video"));
    if (mediaSource()) Object.defineProperty(this.video, "videoRenditions", { value: this.#choices("quality", "addrendition") });
    if (mediaSource()) Object.defineProperty(this.video, "audioTracks", { value: this.#choices("sound", "addtrack") });
    const pictured = this.#showPoster(manifest);
    this.#listen(onTrouble);
    this.update(manifest);
    pictured.then(() => import("./vendor/media-chrome.js")).then(() => this.#name(), onTrouble);
  }

  /** Says what the controls do not say of themselves. */
  #name() {
    this.controller.querySelector("media-captions-button")?.setAttribute("role", "switch"); // it says aria-checked, which a button may not
  }

  /** The adoption that this player plays. */
  get rev() {
    return this.#playable.rev;
  }

  /** Whether somebody began to watch. */
  get begun() {
    return !this.video.paused || this.video.played.length > 0;
  }

  /** Takes in what changed in the manifest while its adoption stayed. @param {Manifest & {playable: Playable}} manifest */
  update(manifest) {
    this.#playable = manifest.playable;
    this.controller.setAttribute("defaultduration", String(manifest.playable.available_s)); // until the engine knows better
    this.video.dispatchEvent(new Event("durationchange")); // at which the controls read it, and the seek bar its share
    this.#showTracks(manifest);
  }

  /** Plays from a place. @param {number} seconds */
  seek(seconds) {
    this.video.currentTime = seconds;
    this.controller.scrollIntoView({ block: "nearest" });
    void this.#play();
  }

  /** Gives the stage back. */
  destroy() {
    this.#listening.abort();
    this.#stop();
    for (const track of this.#tracks.values()) forget(track);
    this.controller.remove();
  }

  /** A list for a menu, which shows once there is something to choose. @param {string} menu @param {string} event */
  #choices(menu, event) {
    const choices = new Choices();
    choices.addEventListener(event, () => this.#offer(menu, choices.length > 1));
    return choices;
  }

  /** @param {string} menu @param {boolean} offered */
  #offer(menu, offered) {
    for (const item of this.controller.querySelectorAll(`.${menu}`)) item.toggleAttribute("hidden", !offered);
  }

  /** The seek bar is as long as what is encoded; the rest of its line is what is not. */
  #showShare() {
    const { complete, duration_s, available_s } = this.#playable;
    const there = Number.isFinite(this.video.duration) ? this.video.duration : available_s;
    const share = complete ? 1 : Math.min(1, there / duration_s);
    const rest = /** @type {HTMLElement} */ (this.controller.querySelector(".unencoded"));
    rest.hidden = share === 1;
    rest.style.flexGrow = String((1 - share) / share);
  }

  /**
   * @param {Manifest & {playable: Playable}} manifest
   * @returns {Promise<void>} when it is painted, or soon: the controls keep a phone from painting for a while
   */
  #showPoster(manifest) {
    const posters = manifest.posters?.length ? manifest.posters : (manifest.playable.posters ?? []);
    const image = this.#stage.querySelector("img") ?? (posters.length ? posterImage(posters, "100vw") : undefined);
    if (!image) return Promise.resolve();
    image.slot = "poster";
    image.loading = "eager";
    this.controller.prepend(image);
    showPictures(this.controller, this.#config);
    const show = () => (this.video.poster = image.currentSrc || image.src);
    this.video.addEventListener("play", show, { once: true, signal: this.#listening.signal }); // for the system's media panel: it is painted once more
    return new Promise((painted) => {
      setTimeout(painted, SOON_MS);
      image.decode().then(() => requestAnimationFrame(() => setTimeout(painted)), () => painted());
    });
  }

  /** @param {() => void} onTrouble */
  #listen(onTrouble) {
    const once = { once: true, signal: this.#listening.signal };
    const always = { signal: this.#listening.signal };
    this.video.addEventListener("play", () => void this.#start(onTrouble), once);
    for (const wish of ["pointerenter", "focusin", "touchstart"]) this.controller.addEventListener(wish, fetchEngine, { ...once, passive: true });
    this.video.addEventListener("timeupdate", () => this.#remember(SAVE_EVERY_S), always);
    this.video.addEventListener("pause", () => this.#remember(0), always);
    this.video.addEventListener("durationchange", () => this.#showShare(), always);
    addEventListener("pagehide", () => this.#remember(0), always);
  }

  /** Loads the engine and begins where the viewer, the link or the last visit says. @param {() => void} onTrouble */
  async #start(onTrouble) {
    if (this.controller.contains(document.activeElement)) this.controller.focus(); // the big button goes; the keys stay
    const start = this.video.currentTime || this.#wanted();
    const url = new URL(this.#playable.main, this.#config.media).href;
    if (mediaSource()) {
      const engine = await import("./engine.js");
      if (this.#listening.signal.aborted) return;
      this.#stop = engine.play(this.video, url, start, onTrouble);
    } else if (this.video.canPlayType("application/vnd.apple.mpegurl")) {
      this.video.src = `${url}#t=${start}`;
    } else {
      onTrouble();
    }
    await this.#play();
  }

  async #play() {
    // A browser that refuses to start by itself leaves the video paused, and its play button in sight.
    await this.video.play().catch((/** @type {DOMException} */ reason) => console.info(`not playing: ${reason.message}`));
  }

  /** Where to begin, in seconds: the link's place, else where this viewer left, else the beginning. */
  #wanted() {
    const linked = place(new URLSearchParams(location.search).get("t"));
    const wanted = linked ?? Number(localStorage.getItem(this.#memory) ?? 0);
    return wanted < this.#playable.available_s ? wanted : 0;
  }

  get #memory() {
    return `reelbucket.position.${this.#id}`;
  }

  /** Keeps the place for the next visit. @param {number} unless fewer than so many seconds lie between */
  #remember(unless) {
    const { currentTime } = this.video;
    if (Math.abs(currentTime - this.#saved) < unless) return;
    this.#saved = currentTime;
    const middle = currentTime > NOT_WORTH_KEEPING_S && currentTime < this.#playable.duration_s - NOT_WORTH_KEEPING_S;
    if (middle) localStorage.setItem(this.#memory, currentTime.toFixed(1));
    else localStorage.removeItem(this.#memory);
  }

  /** Adds the tracks that are new and removes those that are gone, so that chosen captions stay. @param {Manifest & {playable: Playable}} manifest */
  #showTracks(manifest) {
    const sources = trackSources(manifest, this.#config);
    const wanted = new Map(sources.map((source) => [JSON.stringify(source), source]));
    this.#offer("captions", sources.some(({ kind }) => kind === "captions"));
    for (const [key, track] of this.#tracks) {
      if (wanted.has(key)) continue;
      forget(track);
      this.#tracks.delete(key);
    }
    for (const [key, source] of wanted) {
      if (!this.#tracks.has(key)) this.#tracks.set(key, this.#add(source));
    }
  }

  /** @param {TrackSource} source */
  #add({ kind, label, src, srclang }) {
    const track = document.createElement("track");
    Object.assign(track, { kind, label, srclang: srclang ?? "", default: kind === "chapters" || kind === "metadata" });
    if (kind === "captions" && !LIFTS_CAPTIONS) track.addEventListener("load", () => lift(track.track));
    track.src = kind === "chapters" ? URL.createObjectURL(new Blob([src], { type: "text/vtt" })) : src;
    this.video.append(track);
    return track;
  }
}

/** @param {Manifest & {playable: Playable}} manifest @param {Config} config @returns {TrackSource[]} */
function trackSources(manifest, config) {
  const { storyboard, available_s, duration_s } = manifest.playable;
  const captions = [...(manifest.captions ?? []), ...(manifest.playable.captions ?? [])].map((file) => ({
    ...{ kind: "captions", label: file.title ?? languageName(file.language), srclang: file.language },
    src: new URL(file.object, config.media).href,
  }));
  const chapters = manifest.chapters?.length ? [{ kind: "chapters", label: "Chapters", src: chaptersFile(manifest.chapters, duration_s) }] : [];
  // The fragment is never sent; it makes a grown storyboard another source.
  const stills = storyboard ? [{ kind: "metadata", label: "thumbnails", src: `${new URL(storyboard, config.media).href}#${available_s}` }] : [];
  return [...captions, ...chapters, ...stills];
}

/** @param {string} tag BCP 47 */
function languageName(tag) {
  return tag === "und" ? "Unknown language" : (new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(tag) ?? tag);
}

/** Puts captions that have no place of their own above the controls, which would hide them. @param {TextTrack} track */
function lift({ cues }) {
  for (const cue of cues ?? []) if (cue instanceof VTTCue && cue.line === "auto") cue.line = -BELOW_CAPTIONS - cue.text.split("\n").length;
}

/** @param {HTMLTrackElement} track */
function forget(track) {
  if (track.src.startsWith("blob:")) URL.revokeObjectURL(track.src);
  track.remove();
}

/** Chromium says "maybe" to HLS and cannot play ours: so media source extensions first, native HLS only where there are none. */
function mediaSource() {
  return "MediaSource" in window || "ManagedMediaSource" in window;
}

/** Has the engine at hand before the button is pressed. */
function fetchEngine() {
  if (mediaSource()) void import("./engine.js");
}
