"""The content type and cache rule of every public object, by its key. PURE.

A browser is told only types of this table, never what an uploader said.
"""

from typing import Final

from functions.common import keys

CONTENT_TYPES: Final = {
    "json": "application/json",
    "m3u8": "application/vnd.apple.mpegurl",  # RFC 8216 section 4
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "webm": "video/webm",
    "mkv": "video/x-matroska",  # RFC 9559, section 27.3
    "vtt": "text/vtt; charset=utf-8",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "html": "text/html; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
ATOM: Final = "application/atom+xml; charset=utf-8"  # RFC 4287, section 7
INDEX: Final = "application/octet-stream"  # Pagefind's own formats, compressed
NAMED_BY_HASH: Final = (
    *(keys.INIT, keys.SEGMENTS, keys.SPRITE, keys.POSTER, keys.IMAGE),
    *(keys.TEXT, keys.FILE, keys.SIDE_CAPTIONS, keys.SIDE_POSTER, keys.PAGE, keys.DIRECTORY),
    *(keys.MEMBERS, keys.BUNDLE_FILE),
)
IMMUTABLE: Final = "public, max-age=86400, immutable"  # a day: then a deleted video has left the edges
FINISHED: Final = "max-age=3600"
GROWING: Final = "max-age=1"  # a player asks again after each segment
CHECKED: Final = "no-cache"


def content_type(key: str) -> str:
    """Give an object's media type; raises KeyError for an extension that we never publish."""
    if key == keys.ATOM_FEED.key():
        return ATOM
    kind = key.rsplit(".", 1)[-1]
    return INDEX if keys.BUNDLE_FILE.parse(key) and kind != "json" else CONTENT_TYPES[kind]


def cache_control(key: str, body: bytes) -> str:
    """Say how long an object may be kept without asking."""
    if any(form.parse(key) for form in NAMED_BY_HASH):
        return IMMUTABLE
    if keys.PLAYLIST.parse(key) or keys.MAIN.parse(key):
        return FINISHED if b"#EXT-X-ENDLIST" in body else GROWING
    return CHECKED
