"""Where a chunk lies in its source, and its storyboard. PURE.

Everything counts in frames of the constant rate R: output frame k is shown at k/R seconds, and comes from the source's own time
origin + k/R.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from functions.common.model import VideoFacts, VideoWork

FURTHER: Final = 4  # the second attempt begins that many pre-rolls before the chunk: a TS with 12 s groups then holds
COLUMNS: Final = 4
ROWS: Final = 2  # a chunk of four segments with two tiles each fills one sprite
TILE: Final = 160  # pixels of a tile's longer edge: what a seek bar shows
SPARE_FRAMES: Final = 2  # the length that a container tells may be rounded up


@dataclass(frozen=True)
class Storyboard:
    """Thumbnails of a chunk: one every `every` frames, each of `width` x `height`."""

    every: int
    width: int
    height: int


def origin_s(video: VideoFacts) -> Fraction:
    """Give the source's time of frame 0, in seconds."""
    return video.origin * Fraction(video.time_base)


def seconds(work: VideoWork, frames: int) -> Fraction:
    """Give the length of `frames` frames."""
    return frames / Fraction(work.video.rate)


def seeks(work: VideoWork) -> tuple[Fraction | None, ...]:
    """Give the source's times from which a chunk is to be read, one for each attempt; None: from the file's beginning."""
    first = origin_s(work.video)
    begin = first + seconds(work, work.begin)
    preroll = Fraction(work.preroll_s)
    tried = (begin - preroll, begin - FURTHER * preroll)
    return (*dict.fromkeys(time for time in tried if time > first and preroll), None)


def least(work: VideoWork) -> int:
    """Give how many frames a chunk must have to be taken as whole. The last one's end is an estimate."""
    if work.end is not None:
        return work.end - work.begin
    return max(1, work.video.frames - work.begin - SPARE_FRAMES)


def time_scale(work: VideoWork) -> int:
    """Choose ticks a second, so that a frame is a whole number of them: 30000 for 30000/1001, 25000 for 25."""
    numerator = Fraction(work.video.rate).numerator
    return numerator if numerator >= 10_000 else 1000 * numerator  # noqa: PLR2004  # fine enough for any player's clock


def storyboard(work: VideoWork) -> Storyboard:
    """Lay out a chunk's thumbnails: two in a segment, in the picture's own shape."""
    wide, high = work.video.width, work.video.height
    scale = Fraction(TILE, max(wide, high))
    return Storyboard(max(1, work.segment_frames // 2), _even(wide * scale), _even(high * scale))


def tiles(work: VideoWork, frames: int) -> tuple[int, ...]:
    """Give how many tiles each sprite of a chunk of `frames` has: all full but the last."""
    count, full = ceil(frames / storyboard(work).every), COLUMNS * ROWS
    return tuple(min(full, count - begun) for begun in range(0, count, full))


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))
