"""Multipart uploads into the inbox. EFFECT: calls S3.

The type is fixed when an upload begins. A presigned address is for one part of one upload of one key, and its signature covers
the part's exact length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from functions.api.parts import Part, part_length
from functions.common import s3
from functions.common.model import Item
from functions.common.store import Version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SIGNED_S: Final = 900  # 16 MiB pass in that time at 20 kB/s; a slower line asks for fresh addresses


@dataclass(frozen=True)
class Uploads:
    """The multipart uploads of one bucket."""

    s3: "S3Client"
    bucket: str

    def begin(self, key: str, content_type: str) -> str:
        """Begin an upload, and give its id."""
        return self.s3.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)["UploadId"]

    def address(self, item: Item, number: int) -> str:
        """Sign the address of one part. It is not checked that the upload is still open."""
        part = {
            "Bucket": self.bucket,
            "Key": item.key,
            "UploadId": item.upload_id,
            "PartNumber": number,
            "ContentLength": part_length(item, number),
        }
        return self.s3.generate_presigned_url("upload_part", Params=part, ExpiresIn=SIGNED_S)

    def download(self, item: Item, held: Version) -> str:
        """Sign an address that reads the file, and has a browser keep it under its own name (RFC 6266, RFC 8187)."""
        attachment = f"attachment; filename*=UTF-8''{quote(item.file_name, safe='')}"
        which = {"Bucket": self.bucket, "Key": item.key, "VersionId": held.version, "ResponseContentDisposition": attachment}
        return self.s3.generate_presigned_url("get_object", Params=which, ExpiresIn=SIGNED_S)

    def arrived(self, item: Item) -> tuple[Part, ...] | None:
        """List the parts that the store holds; None when the upload is complete or was aborted."""
        pages = self.s3.get_paginator("list_parts").paginate(Bucket=self.bucket, Key=item.key, UploadId=item.upload_id)
        try:
            return tuple(
                Part(found["PartNumber"], found["ETag"].strip('"'), found["Size"])
                for page in pages
                for found in page.get("Parts", ())
            )
        except self.s3.exceptions.NoSuchUpload:
            return None

    def complete(self, item: Item, etags: Sequence[str]) -> str | None:
        """Make the object of its parts, and give its ETag; None when the upload is complete or was aborted."""
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
        try:
            answer = self.s3.complete_multipart_upload(
                Bucket=self.bucket,
                Key=item.key,
                UploadId=item.upload_id,
                MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]  # the stubs want a literal
            )
        except self.s3.exceptions.NoSuchUpload:
            return None
        return answer["ETag"].strip('"')

    def abort(self, item: Item) -> None:
        """Forget an upload and its parts; one that is closed already is no error."""
        s3.abort(self.s3, self.bucket, item.key, item.upload_id)
