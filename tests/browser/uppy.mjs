// Stock Uppy with its plugin for S3, and the five functions by which it speaks to our API.

import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";

const LEAST_PART = 16 * 1024 * 1024; // bytes: the server cuts a file into 9,000 parts at most, none smaller than this
const MOST_PARTS = 9000;

globalThis.sendByUppy = async (base, token, name, file) => {
  const ask = async (method, path, body) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const response = await fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return response.status === 204 ? undefined : response.json();
  };
  let item;
  const place = () => `/item/${item.client_id}/${item.item_id}`;
  const uppy = new Uppy().use(AwsS3, {
    shouldUseMultipart: true,
    getChunkSize: ({ size }) => Math.max(LEAST_PART, Math.ceil(size / MOST_PARTS)),
    async createMultipartUpload({ name: file_name, size: file_size, type: content_type }) {
      item = await ask("POST", "/item", { client_id: "uppy", file_name, file_size, content_type });
      return { uploadId: item.upload.upload_id, key: item.item_id };
    },
    signPart: async (_, { partNumber }) => ({ url: (await ask("POST", `${place()}/parts`, { numbers: [partNumber] })).parts[0].url }),
    async listParts() {
      const { parts } = await ask("GET", `${place()}/parts`);
      return parts.map(({ number, size, etag }) => ({ PartNumber: number, Size: size, ETag: etag }));
    },
    async completeMultipartUpload(_, { parts }) {
      await ask("POST", `${place()}/complete`, { parts: parts.map(({ PartNumber, ETag }) => ({ number: PartNumber, etag: ETag })) });
      return {};
    },
    abortMultipartUpload: () => ask("DELETE", place()),
  });
  uppy.addFile({ name, type: "video/mp4", data: file });
  const { failed } = await uppy.upload();
  if (failed.length) throw new Error(failed[0].error);
  return item.video_id;
};
