"""How every object's key is spelled. PURE.

This is the only file that knows. A `Form` builds a key, parses one, and gives the prefix under which its keys are listed,
so that code, policies and notification filters cannot disagree.
"""

import hashlib
import re
import unicodedata
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

ID: Final = r"[a-z2-7]{16}"  # 80 bits: a thousand million videos collide with probability 4e-7
HASH: Final = r"[0-9a-f]{16}"
UNIT: Final = r"v[0-9]{5}|a[0-9]{1,2}(?:-[0-9]{3})?|t[0-9]{1,2}|s|p(?:-[0-9]{3})?|i|f[0-9]|ingest"
FIELDS: Final[Mapping[str, str]] = {
    "id": ID,
    "rev": ID,
    "unit": UNIT,
    "rendition": r"[av]/[A-Za-z0-9-]{1,64}",
    "number": r"[0-9]{1,12}",
    "generation": r"[0-9]{1,12}",
    "hash": HASH,
    "width": r"[0-9]{1,5}",
    "picture": r"jpg|webp|avif",
    "client": r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
    "list": f"all|{ID}",
    "bundled": r"(?:index/|fragment/)?[A-Za-z0-9_.-]{1,100}",
    "item": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "file": r"[^/]{1,255}",
    "token": ID,
    "container": r"mp4|webm|mkv",
}
_FIELD: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Form:
    """The spelling of one kind of key, as a template whose fields are those of `FIELDS`."""

    template: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        literal_and_field = _FIELD.split(self.template)
        return re.compile(
            "".join(
                f"(?P<{part}>{FIELDS[part]})" if odd else re.escape(part)
                for place, part in enumerate(literal_and_field)
                for odd in [place % 2]
            )
        )

    def key(self, **fields: str | int) -> str:
        """Build a key. Raises ValueError when a field has characters that its form does not allow."""
        key = self.template.format(**fields)
        if self.parse(key) != {name: str(value) for name, value in fields.items()}:
            raise ValueError(f"{fields} does not fit the key form {self.template}")
        return key

    def parse(self, key: str) -> dict[str, str] | None:
        """Take a key apart; None when it is of another form."""
        match = self._pattern.fullmatch(key)
        return match.groupdict() if match else None

    def prefix(self, **fields: str) -> str:
        """Give the part of the key before the first field that is not given: what a LIST asks for."""
        parts = _FIELD.split(self.template)
        prefix = parts[0]
        for name, literal in zip(parts[1::2], parts[2::2], strict=True):
            if name not in fields:
                break
            prefix += fields[name] + literal
        return prefix


# work bucket: private
CURRENT: Final = Form("current/{id}.json")
PLAN: Final = Form("state/{id}/{rev}/plan.json")
ORDER: Final = Form("orders/{id}/{rev}/{unit}.json")
SIDE_ORDER: Final = Form("orders/{id}/side/{rev}.json")
OK: Final = Form("receipts/{id}/{rev}/{unit}.ok.json")
ERROR: Final = Form("receipts/{id}/{rev}/{unit}.error.json")
SIDE_OK: Final = Form("receipts/{id}/side/{rev}.ok.json")
SIDE_ERROR: Final = Form("receipts/{id}/side/{rev}.error.json")
UNDERWAY: Final = Form("underway/{id}/{rev}/{unit}.json")
FRAGMENT: Final = Form("fragments/{id}/{number}.json")
UNSEARCHED: Final = Form("unsearched/{id}/{number}.json")
ITEM: Final = Form("items/{client}/{item}.json")
ASKED: Final = Form("asked/{client}/{hash}.json")
TOKEN: Final = Form("tokens/{token}.json")

# media bucket: public
MANIFEST: Final = Form("v/{id}/manifest.json")
MAIN: Final = Form("v/{id}/{rev}/main.m3u8")
PLAYLIST: Final = Form("v/{id}/{rev}/{rendition}/list.m3u8")
INIT: Final = Form("v/{id}/{rev}/{rendition}/init-{hash}.mp4")
SEGMENTS: Final = Form("v/{id}/{rev}/{rendition}/{unit}-{hash}.m4s")
STORYBOARD: Final = Form("v/{id}/{rev}/storyboard.vtt")
SPRITE: Final = Form("v/{id}/{rev}/sprite-{unit}-{hash}.jpg")
POSTER: Final = Form("v/{id}/{rev}/poster-{width}-{hash}.{picture}")
IMAGE: Final = Form("v/{id}/{rev}/image-{width}-{hash}.{picture}")
TEXT: Final = Form("v/{id}/{rev}/{unit}-{hash}.vtt")
FILE: Final = Form("v/{id}/{rev}/{unit}-{hash}.{container}")
SIDE_CAPTIONS: Final = Form("v/{id}/side/{rev}-{hash}.vtt")
SIDE_POSTER: Final = Form("v/{id}/side/{rev}-{width}-{hash}.{picture}")
PAGE: Final = Form("catalogue/{list}/p/{generation}-{hash}.json")
DIRECTORY: Final = Form("catalogue/{list}/d/{generation}-{hash}.json")
ROOT: Final = Form("catalogue/{list}/root.json")
LIVE: Final = Form("search/live.json")
MEMBERS: Final = Form("search/{generation}-{hash}/members.json")
BUNDLE_FILE: Final = Form("search/{generation}-{hash}/pagefind/{bundled}")

# site bucket: public; written by the catalogue stage
INDEX_PAGE: Final = Form("index.html")
LIST_PAGE: Final = Form("lists/{list}.html")
WATCH_PAGE: Final = Form("w/{id}.html")
EMBED_PAGE: Final = Form("embed/{id}.html")
OEMBED: Final = Form("oembed/{id}.json")
ATOM_FEED: Final = Form("feed.xml")
JSON_FEED: Final = Form("feed.json")
ROBOTS: Final = Form("robots.txt")
SITEMAP: Final = Form("sitemap.xml")
SITEMAP_PART: Final = Form("sitemaps/{generation}-{hash}.xml")

# site bucket: public; written by the deployment, as is all else there
RELEASE: Final = Form("release.json")

# inbox bucket: what the API uploads; people may use any other key
UPLOAD: Final = Form("{client}/{item}/{file}")

SIDE: Final = "side"  # stands before the rev of a sidecar

WORK_FORMS: Final = (
    *(CURRENT, PLAN, ORDER, SIDE_ORDER, OK, ERROR, SIDE_OK, SIDE_ERROR),
    *(UNDERWAY, FRAGMENT, UNSEARCHED, ITEM, ASKED, TOKEN),
)
MEDIA_FORMS: Final = (
    *(MANIFEST, MAIN, PLAYLIST, INIT, SEGMENTS, STORYBOARD, SPRITE, POSTER, IMAGE, TEXT, FILE),
    *(SIDE_CAPTIONS, SIDE_POSTER, PAGE, DIRECTORY, ROOT, LIVE, MEMBERS, BUNDLE_FILE),
)
SITE_FORMS: Final = (
    *(INDEX_PAGE, LIST_PAGE, WATCH_PAGE, EMBED_PAGE, OEMBED, ATOM_FEED, JSON_FEED, ROBOTS, SITEMAP, SITEMAP_PART),
    RELEASE,
)
ALL: Final = "all"  # the list of every public video


def video_id(stem: str) -> str:
    """Name the video that an inbox stem stands for: the same for a source and its sidecars."""
    return _name(stem)


def list_id(kind: str, name: str) -> str:
    """Name the list of a tag's or a channel's videos: the same however the name is spelled in case, width and spaces."""
    return _name(f"{kind}\n{' '.join(unicodedata.normalize('NFKC', name).casefold().split())}")


def rev(*parts: str) -> str:
    """Name one adoption of a source or a sidecar: its parts are the key, the version and the adoption's number."""
    return _name("\n".join(parts))


def token_id(chance: bytes) -> str:
    """Name a token."""
    return b32encode(hashlib.blake2b(chance, digest_size=10).digest()).decode().lower()


def digest(body: bytes) -> str:
    """Give the 16 hex characters that a public object carries in its name."""
    return hashlib.sha256(body).hexdigest()[:16]


def id_of(key: str) -> str | None:
    """Read the video id out of any key of the work bucket."""
    for form in WORK_FORMS:
        if (fields := form.parse(key)) and "id" in fields:
            return fields["id"]
    return None


def _name(text: str) -> str:
    return b32encode(hashlib.blake2b(text.encode(), digest_size=10).digest()).decode().lower()
