"""The real doors: buckets by boto3. EFFECT.

Errors, as the S3 API reference names them: 412 PreconditionFailed, 409 ConditionalRequestConflict, 404 NoSuchKey for If-Match on
nothing. 403 is never read as absence: it is a missing right, and it raises.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from functions.common.errors import Unavailable
from functions.common.faults import FAULTS, passes, status
from functions.common.headers import cache_control, content_type
from functions.common.settings import BucketNames
from functions.common.store import Absent, Answer, Bucket, Buckets, Condition, Listed, Same, Stored, Version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ANSWERS: Final = {404: Answer.GONE, 409: Answer.CONFLICT, 412: Answer.REFUSED}
CONNECTIONS: Final = 16  # a catalogue of 100,000 videos is 3,170 small reads of some 15 ms
READS: Final = 4  # boto3 asks again for an answer that never came, and leaves one that ends halfway to us
# 8 attempts, of half a minute in all, outlast a splitting partition's 503s and a store that begins anew.
PATIENT: Final = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=5, read_timeout=30)
NOTHING_THERE: Final = ("NoSuchKey", "NoSuchVersion", "404")


def client(names: BucketNames) -> "S3Client":
    """Make an S3 client. SigV4 always: SigV2 is refused by newer regions."""
    own = Config(signature_version="s3v4", s3={"addressing_style": names.addressing}, max_pool_connections=CONNECTIONS)
    return boto3.client("s3", config=PATIENT.merge(own))


def buckets(s3: "S3Client", names: BucketNames) -> Buckets:
    """Open the four buckets."""
    return Buckets(*(Bucket(S3Door(s3, name), pause) for name in (names.inbox, names.work, names.media, names.site)))


def abort(s3: "S3Client", bucket: str, key: str, upload: str) -> None:
    """Forget a multipart upload and its parts; one that is completed or aborted already is no error."""
    with suppress(s3.exceptions.NoSuchUpload):
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)


def pause(attempt: int) -> None:
    """Wait before another round: doubling from 20 ms to 2 s, by chance, so that two writers do not keep step."""
    time.sleep(random.uniform(0.5, 1) * min(2.0, 0.02 * 2**attempt))  # noqa: S311  # no secret hangs on it


@dataclass(frozen=True)
class S3Door:
    """One bucket of an S3-compatible store."""

    s3: "S3Client"
    bucket: str

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """Read an object or one version of it."""
        return self._read(key, {"VersionId": version} if version else {})

    def each[T, R](self, act: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """Do something with each item, with as many at once as the client has connections."""
        if len(items) < 2:  # noqa: PLR2004  # nothing to do side by side
            return [act(item) for item in items]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return list(pool.map(act, items))

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write an object with the content type and cache rule of its key."""
        match condition:
            case Absent():
                conditions = {"IfNoneMatch": "*"}
            case Same(etag):
                conditions = {"IfMatch": etag}
            case None:
                conditions = {}
        try:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=content_type(key),
                CacheControl=cache_control(key, body),
                **conditions,  # type: ignore[arg-type]  # the stubs want each named
            )
        except FAULTS as fault:
            if isinstance(fault, ClientError) and (answer := ANSWERS.get(status(fault))):
                return answer
            if passes(fault):
                return Answer.LOST
            raise
        return Answer.DONE

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """List keys in order, page by page."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, StartAfter=after)
        for page in pages:
            for found in page.get("Contents", ()):
                yield Listed(found["Key"], found["ETag"], found["Size"], int(found["LastModified"].timestamp()))

    def versions(self, prefix: str) -> Iterator[Version]:
        """List all versions and delete markers, page by page."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix):
            for found in page.get("Versions", ()):
                yield Version(
                    *(found["Key"], found["VersionId"], found["ETag"], found["Size"]),
                    modified=int(found["LastModified"].timestamp()),
                    latest=found["IsLatest"],
                )
            for marker in page.get("DeleteMarkers", ()):
                yield Version(
                    *(marker["Key"], marker["VersionId"], "", 0),
                    modified=int(marker["LastModified"].timestamp()),
                    latest=marker["IsLatest"],
                    deleted=True,
                )

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete an object, or one version of it."""
        which: Mapping[str, str] = {"VersionId": version} if version else {}
        self.s3.delete_object(Bucket=self.bucket, Key=key, **which)  # type: ignore[arg-type]  # optional VersionId

    def piece(self, key: str, version: str, at: int, length: int) -> bytes:
        """Read at most `length` bytes from `at` on of one version of an object; `at` lies within it."""
        found = self._read(key, {"VersionId": version, "Range": f"bytes={at}-{at + length - 1}"})
        if not found:
            raise Unavailable(key)
        return found.body

    def address(self, key: str, version: str, seconds: int) -> str:
        """Sign a URL that reads exactly one version of an object for so many seconds."""
        return self.s3.generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key, "VersionId": version}, ExpiresIn=seconds
        )

    def _read(self, key: str, which: Mapping[str, str]) -> Stored | None:
        for attempt in range(READS):
            try:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key, **which)  # type: ignore[arg-type]  # optional ones
            except FAULTS as fault:
                if isinstance(fault, ClientError) and fault.response["Error"]["Code"] in NOTHING_THERE:
                    return None
                if passes(fault):
                    raise Unavailable(key) from fault
                raise
            try:
                return Stored(answer["Body"].read(), answer["ETag"])
            except HTTPClientError:
                pause(attempt)
        raise Unavailable(key)
