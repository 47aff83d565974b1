"""Pictures made of a picture, by Pillow in a program of its own. EFFECT: runs it.

Pillow and not ffmpeg: it turns a photo upright and keeps its colours, which ffmpeg drops with the profile they are described by.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from functions.common import pictures
from functions.common.cleaning import clean_line
from functions.common.errors import Rejected
from functions.common.model import Problem
from functions.common.packages import folder
from functions.transcode import command
from functions.transcode.job import Failed, Job
from functions.transcode.pictures import POSTER_WIDTHS
from functions.transcode.stills import Poster

MAX_PIXELS: Final = 64_000_000  # a camera of 2026 makes 50 million; four bytes each are 256 MB, twice
POSTER_FORMATS: Final = ("jpg", "webp")
IMAGE_WIDTHS: Final = (*POSTER_WIDTHS, 2560)  # a whole screen
IMAGE_FORMATS: Final = ("avif", "webp", "jpg")
_PROGRAM: Final = Path(__file__).with_name("painter.py")
_UNREADABLE: Final = 65
_TOO_LARGE: Final = 66
MOST_SAID: Final = 40  # characters of the painter's words: two numbers. One that was taken over may say anything


class _One(msgspec.Struct):
    file: str
    kind: str
    width: int
    height: int


class _Said(msgspec.Struct):
    pictures: tuple[_One, ...]
    damaged: bool
    moving: bool


@dataclass(frozen=True)
class Painted:
    """What was made, smallest first, and what is to be told of the file."""

    posters: tuple[Poster, ...]
    problems: tuple[Problem, ...]


def painted(job: Job, size: int, name: str, widths: Sequence[int], formats: Sequence[str]) -> Painted:
    """Make smaller pictures of the order's object, of `size` bytes, which a person calls `name`.

    Raises Rejected (`bad_picture`, `too_large`, `too_many_pixels`).
    """
    if size > pictures.MAX_BYTES:
        raise Rejected("too_large", f"{name} has {size:,} bytes; of a picture at most {pictures.MAX_BYTES:,} are accepted.")
    kind = pictures.kind(job.copied(size))
    if kind is None:
        raise Rejected("bad_picture", f"{name} is no JPEG, PNG or WebP picture.")
    asked = (command.COPY, kind, str(MAX_PIXELS), ",".join(map(str, widths)), ",".join(formats))
    done = job.go((sys.executable, "-I", str(_PROGRAM), str(folder("PIL").parent), *asked))
    if done.code == _TOO_LARGE:
        raise Rejected(
            "too_many_pixels", f"{name} has {clean_line(done.stderr)[:MOST_SAID]} pixels; at most {MAX_PIXELS:,} are read."
        )
    if done.code == _UNREADABLE or done.code < 0:
        raise Rejected("bad_picture", f"{name} cannot be decoded.")
    if done.code:
        raise Failed(f"painter.py ended with {done.code}: {done.stderr[-500:]}")
    said = msgspec.json.decode(done.stdout, type=_Said)
    made = tuple(Poster(one.kind, one.width, one.height, job.read(one.file)) for one in said.pictures)
    return Painted(made, tuple(_problems(said, name)))


def pillow() -> str:
    """Name what the pictures are made by, for their receipt."""
    return f"Pillow {version('pillow')}"


def _problems(said: _Said, name: str) -> list[Problem]:
    told = []
    if said.damaged:
        told.append(Problem(where=name, message="The picture is damaged; what could be decoded is shown."))
    if said.moving:
        told.append(
            Problem(where=name, message="The picture moves; its first one is shown. Send it as a GIF or a video to have it move.")
        )
    return told
