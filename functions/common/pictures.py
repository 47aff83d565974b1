"""Pictures: which kinds are read, and which of the made ones are shown. PURE."""

import re
from typing import Final

from functions.common.model import Picture, PictureKind

MAX_BYTES: Final = 100_000_000  # a camera's largest has half of it
_SIGNS: Final[dict[PictureKind, re.Pattern[bytes]]] = {
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}


def kind(head: bytes) -> PictureKind | None:
    """Tell by its first bytes what kind of picture a file is; None for one that is none, or is not read."""
    return next((name for name, sign in _SIGNS.items() if sign.match(head)), None)


def in_format(pictures: tuple[Picture, ...], extension: str) -> tuple[Picture, ...]:
    """Choose those in one format."""
    return tuple(picture for picture in pictures if picture.object.endswith(f".{extension}"))


def shown(pictures: tuple[Picture, ...]) -> tuple[Picture, ...]:
    """Choose those in WebP, which every browser shows, with a third fewer bytes; JPEG is for whoever reads nothing else."""
    return in_format(pictures, "webp") or pictures


def largest(pictures: tuple[Picture, ...]) -> Picture:
    """Choose the widest. Raises ValueError when there is none."""
    return max(pictures, key=lambda picture: picture.width)
