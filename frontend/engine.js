// hls.js behind a small adapter. The watch page loads this file when somebody wants to play.

import Bundle from "./vendor/hls.js";

/** @typedef {import("hls.js").default} Hls */
const Hls = /** @type {typeof import("hls.js").default} */ (/** @type {unknown} */ (Bundle)); // the bundle has no types of its own

const MEDIA_RECOVERIES = 3; // a decoder that fails more often will not come back
const LONGEST_PAUSE_MS = 15_000;
const COPY = /-copy\//; // a preview's rendition

// Each request may wait 8 s for its first byte and 20 s in all; time-outs and errors are tried again from 0.5 s, doubling to 8 s.
const retry = (/** @type {number} */ times) => ({ maxNumRetry: times, retryDelayMs: 500, maxRetryDelayMs: 8000, backoff: /** @type {const} */ ("exponential") });
const patience = {
  default: { maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 20_000, timeoutRetry: retry(4), errorRetry: retry(8) },
};

/** @type {Partial<import("hls.js").HlsConfig>} */
const SETTINGS = {
  lowLatencyMode: false, // a growing video is not a live one: start at its beginning, and be in no hurry
  liveDurationInfinity: false, // the seek bar ends at what is encoded
  maxBufferLength: 30, // seconds ahead
  backBufferLength: 60, // seconds behind, for a short seek back without a request
  capLevelToPlayerSize: true, // no more pixels than are shown
  autoStartLoad: false, // else the first segment is chosen before the cap is known
  renderTextTracksNatively: false, // captions are <track> elements
  enableWorker: false, // fragmented MP4 needs no work that is worth a thread; and the policy then needs no blob: for workers
  manifestLoadPolicy: patience,
  playlistLoadPolicy: patience,
  fragLoadPolicy: patience,
};

/** @typedef {import("./choices.js").Choices} Choices */

/**
 * Plays a multivariant playlist in a video element.
 * @param {HTMLVideoElement & {videoRenditions?: Choices, audioTracks?: Choices}} video
 * @param {string} url
 * @param {number} start seconds
 * @param {() => void} onGivenUp called when the media cannot be played in spite of every retry
 * @returns {() => void} stops and lets go of the element
 */
export function play(video, url, start, onGivenUp) {
  const hls = new Hls({ ...SETTINGS, startPosition: start });
  const resume = startsAt(hls, start);
  offerRenditions(hls, video.videoRenditions);
  offerAudio(hls, video.audioTracks);
  recover(hls, video, onGivenUp);
  leavePreview(hls, video, () => resume(video.currentTime));
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => hls.destroy();
}

/**
 * Starts to load at a place, once it is known what there is.
 * @param {Hls} hls
 * @param {number} start seconds
 * @returns {(place: number) => void} looks anew at what there is, and starts at another place
 */
function startsAt(hls, start) {
  let place = start;
  hls.on(Hls.Events.MANIFEST_PARSED, () => hls.startLoad(place));
  return (next) => {
    place = next;
    hls.loadSource(hls.url ?? "");
  };
}

/**
 * The source itself plays while nothing is encoded yet. Where it is too strong for the line, what is encoded by then is better.
 * @param {Hls} hls
 * @param {HTMLVideoElement} video
 * @param {() => void} look looks anew at what there is
 */
function leavePreview(hls, video, look) {
  let starved = 0; // an interval's number
  const fed = () => void clearInterval(starved);
  hls.on(Hls.Events.FRAG_BUFFERED, fed);
  hls.on(Hls.Events.DESTROYING, fed);
  hls.on(Hls.Events.ERROR, (_, { details }) => {
    const alone = hls.levels.length === 1 && COPY.test(hls.levels[0].url[0]);
    if (details !== Hls.ErrorDetails.BUFFER_STALLED_ERROR || !alone) return;
    fed();
    starved = setInterval(async () => {
      if (!(await offersMore(hls.url ?? ""))) return; // to begin anew would only throw away what is on its way
      fed();
      hls.once(Hls.Events.FRAG_BUFFERED, () => void video.play());
      look();
    }, 2000);
  });
}

/** Tells whether a list of lists names anything but a preview. @param {string} url */
async function offersMore(url) {
  const answer = await fetch(url, { cache: "no-cache" }).catch(() => undefined);
  const lines = answer?.ok ? (await answer.text()).split("\n") : [];
  return lines.some((line) => line && !line.startsWith("#") && !COPY.test(line));
}

/** @param {Hls} hls @param {Choices | undefined} choices */
function offerRenditions(hls, choices) {
  if (!choices) return;
  choices.onselect = (index) => {
    hls.nextLevel = index;
  };
  hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => {
    const items = levels.map(({ width, height, bitrate }, index) => ({ id: String(index), width, height, bitrate }));
    choices.fill(items, "addrendition");
  });
}

/** @param {Hls} hls @param {Choices | undefined} choices */
function offerAudio(hls, choices) {
  if (!choices) return;
  hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, (_, { audioTracks }) => {
    const items = audioTracks.map((track, index) => ({
      ...{ id: String(index), kind: "main", label: track.name, language: track.lang ?? "" },
      get enabled() {
        return hls.audioTrack === index;
      },
      set enabled(wanted) {
        if (wanted) hls.audioTrack = index;
      },
    }));
    choices.fill(items, "addtrack");
  });
  hls.on(Hls.Events.AUDIO_TRACK_SWITCHED, () => choices.dispatchEvent(new Event("change")));
}

/**
 * After a fatal error: a failed decoder is started anew a few times, a failed network is tried for ever, ever less often.
 * A fragment that arrives forgives all.
 * @param {Hls} hls
 * @param {HTMLVideoElement} video
 * @param {() => void} onGivenUp
 */
function recover(hls, video, onGivenUp) {
  let recoveries = 0;
  let pause = 1000;
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    recoveries = 0;
    pause = 1000;
  });
  hls.on(Hls.Events.ERROR, (_, { fatal, type, details, response, error }) => {
    if (!fatal) return;
    const absent = response?.code === 404 && !hls.levels.length; // the list of lists: the video is not there at all
    if (type === Hls.ErrorTypes.MEDIA_ERROR && recoveries < MEDIA_RECOVERIES) {
      recoveries += 1;
      hls.recoverMediaError();
    } else if (type === Hls.ErrorTypes.NETWORK_ERROR && details !== Hls.ErrorDetails.MANIFEST_PARSING_ERROR && !absent) {
      setTimeout(() => (hls.levels.length ? hls.startLoad(video.currentTime) : hls.loadSource(hls.url ?? "")), pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    } else {
      console.error(details, error);
      onGivenUp();
    }
  });
}
