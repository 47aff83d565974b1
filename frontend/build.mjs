// Makes the four third-party modules in vendor/, one ES module each; release.mjs makes of them and of our own what pages load.

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { close, createIndex } from "pagefind";

const version = JSON.parse(readFileSync("node_modules/hls.js/package.json", "utf8")).version;

// hls.js is built from its own sources, because 40 % of its ready-made bundle serves what we never publish:
// our lists have fragmented MP4 only, sound in lists of its own, captions as <track>, and no DRM, advertisements or steering.
const absent = ["EME_DRM", "SUBTITLES", "CMCD", "CONTENT_STEERING", "VARIABLE_SUBSTITUTION", "M2TS_ADVANCED_CODECS"];
absent.push("MEDIA_CAPABILITIES", "INTERSTITIALS", "IFRAMES");
const flags = {
  __VERSION__: JSON.stringify(version),
  __USE_ALT_AUDIO__: "true",
  __IN_WORKER__: "false", // the player sets enableWorker: false, so no worker bundle is needed
  __HLS_WORKER_BUNDLE__: "undefined",
  ...Object.fromEntries(absent.map((name) => [`__USE_${name}__`, "false"])),
};
const unused = new RegExp(
  "/(cmcd|eme|content-steering|subtitle-stream|subtitle-track|timeline|interstitials|iframe)-?(controller)$" +
    "|/(cues|tsdemuxer|aacdemuxer|mp3demuxer|ac3-demuxer)$",
);
const leaveOut = {
  name: "leave-out",
  setup(/** @type {import("esbuild").PluginBuild} */ bundle) {
    bundle.onResolve({ filter: unused }, () => ({ path: "absent", namespace: "absent" }));
    // A demuxer is asked whether the bytes are its own: an absent one says no. Any name but these fails the build.
    const names = ["default", "AC3Demuxer", "IFrameController", "SubtitleStreamController", "TimelineController"];
    const contents = `class Absent { static probe() { return false; } }
      export { ${names.map((name) => `Absent as ${name}`).join(", ")} };`;
    bundle.onLoad({ filter: /./, namespace: "absent" }, () => ({ contents }));
  },
};

const controls = [
  ...["controller", "control-bar", "play-button", "mute-button", "volume-range", "time-display"],
  ...["time-range", "preview-thumbnail", "preview-time-display", "preview-chapter-display", "captions-button"],
  ...["pip-button", "fullscreen-button", "menu/media-settings-menu", "menu/media-settings-menu-button"],
  ...["menu/media-settings-menu-item", "menu/media-rendition-menu", "menu/media-playback-rate-menu"],
  ...["menu/media-captions-menu", "menu/media-audio-track-menu"],
];
const path = (/** @type {string} */ name) => (name.includes("/") ? name : `media-${name}`);

// Pagefind keeps its script for browsers within its program, which writes it beside an index.
async function searchScript() {
  const { index } = await createIndex();
  const { files = [] } = (await index?.getFiles()) ?? {};
  await close();
  const script = files.find(({ path }) => path === "pagefind.js");
  if (!script) throw new Error("Pagefind wrote no pagefind.js");
  return Buffer.from(script.content).toString();
}

const modules = {
  "pagefind.js": { contents: await searchScript() },
  "hls.js": { contents: 'export { default } from "./node_modules/hls.js/src/hls.ts";', plugins: [leaveOut], define: flags },
  "md5.js": { contents: 'export { md5 } from "@noble/hashes/legacy.js"; export { bytesToHex } from "@noble/hashes/utils.js";' },
  "media-chrome.js": {
    contents: controls.map((name) => `import "media-chrome/${path(name)}";`).join("\n"),
    footer: { js: "export {};" }, // it exports nothing, and is a module for all that
  },
};

for (const [name, { contents, ...options }] of Object.entries(modules)) {
  const outfile = `vendor/${name}`;
  await build({
    ...options,
    stdin: { contents, resolveDir: "." },
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022", // every browser that has the CSS we use
    banner: { js: "// Third-party code; LICENSES.txt beside this file names its authors and terms.\n// @ts-nocheck" },
  });
  console.log(outfile, gzipSync(readFileSync(outfile), { level: 9 }).length, "bytes gzip");
}

const bundled = ["pagefind", "hls.js", "eventemitter3", "url-toolkit", "@svta/cml-id3", "@svta/cml-utils", "media-chrome", "@noble/hashes"];
const places = { pagefind: "pagefind/LICENSE/LICENSE" };
const licence = (/** @type {string} */ name) =>
  readFileSync(`node_modules/${places[/** @type {keyof places} */ (name)] ?? `${name}/LICENSE`}`, "utf8");
writeFileSync("vendor/LICENSES.txt", bundled.map((name) => `${name}\n\n${licence(name)}`).join("\n\n"));
