"""Multipart uploads that nobody goes on with. EFFECT: calls S3.

The buckets' lifecycle rules do the same, within a day or two, where the store obeys them; not every one does.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from functions.common import s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DAY_S: Final = 86_400
RESUMED_S: Final = 7 * DAY_S  # in the inbox: a week to go on with an upload, as the template's lifecycle rule says
WRITTEN_S: Final = DAY_S  # in the media bucket: a whole file is written in minutes


@dataclass(frozen=True)
class Unfinished:
    """The uploads of one bucket that were begun more than `age_s` ago."""

    s3: "S3Client"
    bucket: str
    age_s: int

    def abort(self, now: int) -> int:
        """Forget them and their parts; give their number."""
        pages = self.s3.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket)
        begun = [found for page in pages for found in page.get("Uploads", ())]
        stale = [upload for upload in begun if now - upload["Initiated"].timestamp() >= self.age_s]
        for upload in stale:
            s3.abort(self.s3, self.bucket, upload["Key"], upload["UploadId"])
        return len(stale)
