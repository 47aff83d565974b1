"""Which picture becomes the poster, and what pictures are by their bytes. PURE."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from struct import unpack_from
from typing import Final

from functions.common.model import StillsWork
from functions.transcode import grid

CONTRAST: Final = 24  # of 219 steps of luma; a black, white or faded picture has less, a night scene more
BLUR: Final = 8  # pixels of an edge's width at 1280; a picture out of focus or in a pan has more
_EARLIEST: Final = Fraction(1, 10)  # after titles and leaders,
_LATEST_S: Final = 10  # but near the beginning, which tells what is to come
_LATER: Final = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
_LOW: Final = re.compile(rb"YLOW=(\d+)")
_HIGH: Final = re.compile(rb"YHIGH=(\d+)")
_BLUR: Final = re.compile(rb"lavfi\.blur=([\d.]+)")
_FRAME_HEADERS: Final = (0xC0, 0xC1, 0xC2)  # SOF0 to SOF2: ITU-T T.81, table B.1


@dataclass(frozen=True)
class Poster:
    """A picture in one format and size."""

    kind: str
    width: int
    height: int
    body: bytes


@dataclass(frozen=True)
class Look:
    """Posters of one moment, how much there is to see on them, and how wide edges are."""

    contrast: int
    blur: float
    posters: Sequence[Poster]

    @property
    def good(self) -> bool:
        """Whether nothing better need be looked for."""
        return self.contrast >= CONTRAST and self.blur <= BLUR

    @property
    def rank(self) -> tuple[int, float]:
        """The larger the better: something to see comes before sharpness."""
        return min(self.contrast, CONTRAST), -self.blur


def moments(work: StillsWork) -> tuple[Fraction, ...]:
    """Give the source's times at which to look for a good picture, the best first."""
    begin, length = grid.origin_s(work.video), Fraction(work.duration_s)
    early = min(length * _EARLIEST, Fraction(_LATEST_S))
    return tuple(begin + offset for offset in dict.fromkeys((early, *(length * share for share in _LATER), Fraction(0))))


def chosen(work: StillsWork, at_s: float) -> Fraction:
    """Give the source's time of a moment that a person has chosen."""
    return grid.origin_s(work.video) + Fraction(at_s)


def contrast(measured: bytes) -> int:
    """Read the distance between the darkest and the lightest tenth of a picture (signalstats' YLOW and YHIGH); 0 for none."""
    low, high = _LOW.search(measured), _HIGH.search(measured)
    return int(high[1]) - int(low[1]) if low and high else 0


def blur(measured: bytes) -> float:
    """Read how wide edges are (blurdetect), in pixels; without an edge, infinitely."""
    found = _BLUR.search(measured)
    return float(found[1]) if found else inf


def size(jpeg: bytes) -> tuple[int, int]:
    """Read width and height. Raises ValueError for what is no JPEG of ours (ITU-T T.81, B.2.2)."""
    for marker, place in _markers(jpeg):
        if marker in _FRAME_HEADERS:
            height, width = unpack_from(">HH", jpeg, place + 5)
            return width, height
    raise ValueError("the JPEG has no frame header")


def _markers(jpeg: bytes) -> Iterator[tuple[int, int]]:
    place = 2  # after the mark of the beginning
    while place + 9 <= len(jpeg) and jpeg[place] == 0xFF:  # noqa: PLR2004  # begins each marker
        yield jpeg[place + 1], place
        place += 2 + int(unpack_from(">H", jpeg, place + 2)[0])
