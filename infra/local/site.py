"""Puts the static site's files into the site bucket, each with its content type."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

from functions.common import events, headers, keys, schema
from functions.common.inbox import timestamp
from functions.common.model import Release
from infra.local.command import LocalError, run, say
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
NOT_SERVED = {"build.mjs", "release.mjs", "package.json", "package-lock.json", "tsconfig.json"}

# Written by the catalogue function; a deployment that wrote them would show an empty site until its next run.
CATALOGUES_OWN = ("index.html", "lists/", "w/", "embed/", "oembed/", "sitemap", "robots.txt", "feed.")

# Of a file with a hash in its name, which says all of its content. Of any other a browser asks each time, and is mostly answered
# "not modified".
IMMUTABLE = "public, max-age=31536000, immutable"

# For so long a page that was opened before a deployment finds the files that it loads later.
KEPT = timedelta(days=30)

_REFERENCE = re.compile(r'(?P<before>\b(?:src|href)="(?:\.\./)*)(?P<source>[\w.-]+)"')


@dataclass(frozen=True)
class SiteFile:
    """One object of the site."""

    key: str
    body: bytes
    cache_control: str = headers.CHECKED

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
        """Give all that is to be there but the release's own document, in the order in which they are put."""
        return [*site_files(), self._config()]

    def publish(self, now: datetime | None = None) -> int:
        """Put the files that are not there as they should be; give their number. What else is there stays.

        The release comes after its files and before the pages that name them. Files that it left long ago are deleted.
        """
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        there = {found["Key"]: found["ETag"].strip('"') for page in pages for found in page.get("Contents", [])}
        before = schema.load(Release, self._read(keys.RELEASE.key())) if keys.RELEASE.key() in there else Release(files={})
        release = follow(before, bundled().names, now or datetime.now(UTC))
        for name in before.left.keys() - release.left.keys() - set(release.files.values()):
            self.s3.delete_object(Bucket=self.bucket, Key=name)
        document = SiteFile(keys.RELEASE.key(), schema.dump(release))
        files = sorted([document, *self.files()], key=lambda file: (file.cache_control != IMMUTABLE, file is not document))
        due = [file for file in files if there.get(file.key) != md5(file.body, usedforsecurity=False).hexdigest()]
        say(f"putting {len(due)} files into the site bucket")
        for file in due:
            self._put(file)
        return len(due)

    def _put(self, file: SiteFile) -> None:
        self.s3.put_object(
            Bucket=self.bucket,
            Key=file.key,
            Body=file.body,
            ContentType=file.content_type,
            CacheControl=file.cache_control,
        )

    def _read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def _config(self) -> SiteFile:
        document = {"media": self.media_url, "api": f"{self.api_url}/api/v1"}
        return SiteFile("config.json", json.dumps(document).encode())


def follow(before: Release, names: Mapping[str, str], now: datetime) -> Release:
    """Give the release of other files; of those that it leaves it forgets what was left long ago."""
    left = dict.fromkeys(before.files.values(), timestamp(int(now.timestamp()))) | before.left
    kept = {name: since for name, since in left.items() if now - datetime.fromisoformat(since) <= KEPT}
    return Release(files=dict(names), left={name: since for name, since in kept.items() if name not in names.values()})


def render_anew(s3: "S3Client", media_bucket: str, sqs: "SQSClient", queue: str) -> int:
    """Ask the catalogue for the front page and for the pages of every video, as this version renders them; give their number."""
    sqs.send_message(QueueUrl=queue, MessageBody=events.body([REBUILD]))
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=media_bucket, Prefix=VIDEOS, Delimiter="/")
    videos = [found["Prefix"][len(VIDEOS) : -1] for page in pages for found in page.get("CommonPrefixes", [])]
    for some in batched(videos, 10, strict=False):
        sqs.send_message(QueueUrl=queue, MessageBody=events.body([keys.FRAGMENT.key(id=video, number=0) for video in some]))
    return len(videos)


@dataclass(frozen=True)
class Bundled:
    """What pages load: files, each named by a hash of its content, and which of them stands for which source."""

    names: Mapping[str, str]
    files: Mapping[str, str]


@functools.cache
def bundled() -> Bundled:
    """Make it of frontend/, by esbuild."""
    return Bundled(**json.loads(run(["node", "release.mjs"], cwd=FRONTEND, hint="`make setup` installs what it needs.")))


def site_files() -> Iterator[SiteFile]:
    """Give what is made of frontend/, frontend/ itself, and the documents' schemas, without what is the catalogue's to write."""
    release = bundled()
    yield from (SiteFile(name, text.encode(), IMMUTABLE) for name, text in release.files.items())
    for file in _below(FRONTEND, ""):
        if not file.key.startswith(CATALOGUES_OWN):
            yield replace(file, body=_released(file.body, release.names)) if file.key.endswith(".html") else file
    yield from _below(SCHEMAS, "schemas/")


def _released(page: bytes, names: Mapping[str, str]) -> bytes:
    """Have a page name what stands for its sources."""
    return _REFERENCE.sub(lambda found: f'{found["before"]}{names.get(found["source"], found["source"])}"', page.decode()).encode()


def _below(folder: Path, prefix: str) -> Iterator[SiteFile]:
    for path in sorted(files_below(folder)):
        if not (path.name in NOT_SERVED or path.name.startswith(".") or path.suffix == ".ts"):
            yield SiteFile(prefix + path.relative_to(folder).as_posix(), path.read_bytes())
