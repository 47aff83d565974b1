"""Puts the static site's files into the site bucket, each with its content type."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

from functions.common import events, keys
from infra.local.command import LocalError, say
from infra.local.fingerprint import files_below
from infra.local.places import FRONTEND, ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# What the catalogue takes for "write the front page anew"; a test holds it to functions/catalogue/handler.py, whose import
# would cost every test half a second.
REBUILD = "rebuild"
VIDEOS = keys.MANIFEST.prefix()
SCHEMAS = ROOT / "functions" / "common" / "schemas"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

# Of the tools, not of the site; so are hidden files, and .ts, which tells the type checker of a bundled module.
NOT_SERVED = {"build.mjs", "package.json", "package-lock.json", "tsconfig.json"}

# Written by the catalogue function; a deployment that wrote them would show an empty site until its next run.
CATALOGUES_OWN = ("index.html", "lists/", "w/", "embed/", "oembed/", "sitemap", "robots.txt", "feed.")

# Names carry no hash of their content, so a browser asks each time and is mostly answered "not modified".
CACHE_CONTROL = "no-cache"


@dataclass(frozen=True)
class SiteFile:
    """One object of the site."""

    key: str
    body: bytes

    @property
    def content_type(self) -> str:
        """Give the type by the ending; LocalError for an ending that has none here."""
        suffix = Path(self.key).suffix
        if suffix not in CONTENT_TYPES:
            raise LocalError(f"the site's file {self.key} has no content type; add {suffix!r} to {Path(__file__).name}")
        return CONTENT_TYPES[suffix]


@dataclass(frozen=True)
class Site:
    """Where the site goes, and the two addresses that its pages must know."""

    s3: "S3Client"
    bucket: str
    media_url: str
    api_url: str

    def files(self) -> list[SiteFile]:
        """Give all that is to be there."""
        return [*site_files(), self._config()]

    def publish(self) -> int:
        """Put the files that are not there as they should be; give their number. What is there besides stays."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        there = {found["Key"]: found["ETag"].strip('"') for page in pages for found in page.get("Contents", [])}
        files = [file for file in self.files() if there.get(file.key) != md5(file.body, usedforsecurity=False).hexdigest()]
        say(f"putting {len(files)} files into the site bucket")
        for file in files:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=file.key,
                Body=file.body,
                ContentType=file.content_type,
                CacheControl=CACHE_CONTROL,
            )
        return len(files)

    def _config(self) -> SiteFile:
        document = {"media": self.media_url, "api": f"{self.api_url}/api/v1"}
        return SiteFile("config.json", json.dumps(document).encode())


def render_anew(s3: "S3Client", media_bucket: str, sqs: "SQSClient", queue: str) -> int:
    """Ask the catalogue for the front page and for the pages of every video, as this version renders them; give their number."""
    sqs.send_message(QueueUrl=queue, MessageBody=events.body([REBUILD]))
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=media_bucket, Prefix=VIDEOS, Delimiter="/")
    videos = [found["Prefix"][len(VIDEOS) : -1] for page in pages for found in page.get("CommonPrefixes", [])]
    for some in batched(videos, 10, strict=False):
        sqs.send_message(QueueUrl=queue, MessageBody=events.body([keys.FRAGMENT.key(id=video, number=0) for video in some]))
    return len(videos)


def site_files() -> Iterator[SiteFile]:
    """Give the files of frontend/ and the documents' schemas, without what is the catalogue's to write."""
    yield from (file for file in _below(FRONTEND, "") if not file.key.startswith(CATALOGUES_OWN))
    yield from _below(SCHEMAS, "schemas/")


def _below(folder: Path, prefix: str) -> Iterator[SiteFile]:
    for path in sorted(files_below(folder)):
        if not (path.name in NOT_SERVED or path.name.startswith(".") or path.suffix == ".ts"):
            yield SiteFile(prefix + path.relative_to(folder).as_posix(), path.read_bytes())
