"""What lies in the inbox: file names to roles, and a listing to what it says of one video. PURE.

`talk.mp4` is a source; `talk.json` its note, `talk.en.vtt` its English captions, `talk.jpg` its poster. All have the stem
`talk`. A picture beside which there never was a video or a sound is a source itself. Extensions are compared without regard to
case.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, get_args

import langcodes

from functions.common.model import InboxObject, Problem, Sidecar
from functions.common.store import Version

Role = Literal["source", "note", "captions", "picture"]

VIDEO: Final = (
    *("mp4", "m4v", "mov", "mkv", "webm", "ts", "mts", "m2ts", "avi", "flv", "mpg", "mpeg"),
    *("wmv", "asf", "ogv", "mxf", "3gp", "gif"),
)
AUDIO: Final = (
    *("mp3", "m4a", "aac", "wav", "flac", "ogg", "oga", "opus", "wma", "mka"),
    *("aif", "aiff", "aifc", "caf", "w64", "au", "amr", "ac3", "eac3"),
)
IMAGE: Final = ("jpg", "jpeg", "png", "webp")
EXTENSIONS: Final[dict[str, Role]] = {
    **dict.fromkeys((*VIDEO, *AUDIO), "source"),
    "json": "note",
    **dict.fromkeys(("vtt", "srt"), "captions"),
    **dict.fromkeys(IMAGE, "picture"),
}


@dataclass(frozen=True)
class Name:
    """An inbox key, read: its stem, its role, and for captions their language (None: missing or no language)."""

    stem: str
    role: Role
    language: str | None = None


@dataclass(frozen=True)
class Inventory:
    """All that the inbox says of one stem now. `marked`: something was here and is deleted.

    `filmed`: there is a video or a sound, or a trace of one; else the source is a picture.
    """

    source: InboxObject | None
    note: InboxObject | None
    sidecars: tuple[Sidecar, ...]
    problems: tuple[Problem, ...]
    marked: bool
    filmed: bool


def read_name(key: str) -> Name | None:
    """Read an inbox key; None when its extension is not one of ours."""
    stem, dot, extension = key.rpartition(".")
    role = EXTENSIONS.get(extension.lower())
    if not dot or role is None or not file_name(stem):
        return None
    if role != "captions":
        return Name(stem, role)
    before, dot, tag = stem.rpartition(".")
    if not dot or not file_name(before):
        return Name(stem, role)
    return Name(before, role, language(tag))


def file_name(key: str) -> str:
    """Give the part after the last slash."""
    return key.rpartition("/")[2]


def language(tag: str) -> str | None:
    """Normalise a BCP 47 language tag (RFC 5646); None when it is none that is registered."""
    return langcodes.standardize_tag(tag) if langcodes.tag_is_valid(tag) else None


def take_stock(stem: str, versions: Iterable[Version]) -> Inventory:
    """Say what a listing of all versions under `<stem>.` means for the stem.

    Within a key the newest is the one that the store marks latest; between keys the later `modified` wins, then the key.
    """
    named = [(version, name) for version in versions if (name := read_name(version.key)) and name.stem == stem]
    live = sorted(
        ((version, name) for version, name in named if version.latest and not version.deleted),
        key=lambda pair: (pair[0].modified, pair[0].key),
    )
    of_role = {role: [pair for pair in live if pair[1].role == role] for role in get_args(Role)}
    filmed = any(name.role == "source" for _, name in named)
    captions = {name.language: _object(version) for version, name in of_role["captions"] if name.language}
    posters = [Sidecar(kind="poster", object=_object(version)) for version, _ in of_role["picture"][-1:] if filmed]
    return Inventory(
        source=_newest(of_role["source" if filmed else "picture"]),
        note=_newest(of_role["note"]),
        sidecars=(
            *(Sidecar(kind="captions", object=captions[tag], language=tag) for tag in sorted(captions)),
            *posters,
        ),
        problems=tuple(_unnamed(version) for version, name in of_role["captions"] if not name.language),
        marked=any(version.deleted for version, _ in named),
        filmed=filmed,
    )


def _newest(pairs: list[tuple[Version, Name]]) -> InboxObject | None:
    return _object(pairs[-1][0]) if pairs else None


def _object(version: Version) -> InboxObject:
    return InboxObject(
        key=version.key,
        version=version.version,
        etag=version.etag,
        size=version.size,
        modified=timestamp(version.modified),
    )


def timestamp(seconds: int) -> str:
    """Write seconds since 1970 as RFC 3339 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unnamed(version: Version) -> Problem:
    return Problem(
        where=file_name(version.key)[:500],
        message="These captions are ignored: put a language tag before the extension, as in talk.en.vtt.",
    )
