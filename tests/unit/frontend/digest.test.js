import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { md5Of } from "../../../frontend/digest.js";

for (const size of [0, 1, 65_535, 1_000_003]) {
  test(`the MD5 of ${size} bytes is that of another program`, async () => {
    const bytes = Uint8Array.from({ length: size }, (_, place) => (place * 7) % 251);
    assert.equal(await md5Of(new Blob([bytes])), createHash("md5").update(bytes).digest("hex"));
  });
}
