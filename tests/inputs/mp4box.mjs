// Reads MP4 files with GPAC's own reader: node mp4box.mjs FILE... → a line of JSON for each:
// {tracks: [{codec, timescale, samples: [{dts, cts, duration, sync}]}], complaints: [text]}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { createFile, Log } = createRequire(new URL("../../frontend/package.json", import.meta.url))("mp4box");

for (const path of process.argv.slice(2)) {
  const complaints = [];
  for (const level of ["warn", "error"]) Log[level] = (...said) => complaints.push(said.join(" "));
  const buffer = new Uint8Array(readFileSync(path)).buffer;
  buffer.fileStart = 0;
  const file = createFile(true);
  file.onError = (...said) => complaints.push(said.join(" "));
  file.appendBuffer(buffer);
  file.flush();
  const tracks = file.getInfo().tracks.map(({ id, codec, timescale }) => ({
    codec,
    timescale,
    samples: file.getTrackSamplesInfo(id).map(({ dts, cts, duration, is_sync }) => ({ dts, cts, duration, sync: is_sync })),
  }));
  console.log(JSON.stringify({ tracks, complaints }));
}
