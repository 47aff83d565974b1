// What a part's bytes are, as the store says it: whether those that were read here are those that arrived there.

import { bytesToHex, md5 } from "./vendor/md5.js";

/** The MD5 of some bytes, which S3 gives as the ETag of a part. Read piece by piece. @param {Blob} bytes @returns {Promise<string>} in hexadecimal digits */
export async function md5Of(bytes) {
  const digest = md5.create();
  const reader = bytes.stream().getReader(); // not `for await`, which Safari learned late
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) digest.update(piece.value);
  return bytesToHex(digest.digest());
}
