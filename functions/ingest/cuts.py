"""Where a film is cut: its picture into chunks, its sounds and its preview into pieces, all of whole segments. PURE."""

from collections.abc import Callable, Iterable
from itertools import accumulate, repeat, takewhile
from typing import Final

from functions.common.model import Chunk
from functions.common.orders import FIRST_SEGMENTS

RAMP: Final = (1, 1, 1, 2)  # segments of the first chunks: the first frame is seen soon; then
CHUNK: Final = 4  # 16 s: 6 % cheaper than 8 s, and as quick from 100 workers on
UNINDEXED: Final = 16  # where each chunk is looked for from the file's beginning on
SOUND_RAMP: Final = (15,)  # segments of a long sound's first piece, a minute: it is playable as soon as the picture is; then
SOUND: Final = 75  # 5 minutes, which are read and encoded in 8 s
SOUND_WHOLE: Final = 90  # up to 6 minutes it is one piece
HOUR: Final = 900  # of a sound in a container that does not tell where each sample lies: joins are heard, if only just
HOUR_WHOLE: Final = 1080
COPY_RAMP: Final = 16_000_000  # bytes of a preview's first piece: read in a fifth of a second; then
COPY: Final = 100_000_000  # of which a worker holds three times as many


def chunks(frames: int, segment_frames: int, longest: int = CHUNK) -> tuple[Chunk, ...]:
    """Cut frames into chunks of 4, 4, 4, 8, 16, 16 … seconds, or of `longest` segments in the end."""
    lengths = (min(longest, length) for length in (*RAMP, *repeat(longest, frames // segment_frames)))
    return _cut(frames, segment_frames, lengths, "v{:05}".format)


def sounds(frames: int, segment_frames: int, unit: str, *, exact: bool) -> tuple[Chunk, ...]:
    """Cut the sound of so many frames into pieces of 1, 5, 5 … minutes, when it is long. The first is called `unit`.

    Where no sample's place is `exact`, into hours.
    """
    ramp, each, whole = (SOUND_RAMP, SOUND, SOUND_WHOLE) if exact else ((), HOUR, HOUR_WHOLE)
    lengths = (*ramp, *repeat(each, frames // segment_frames // each)) if frames > whole * segment_frames else ()
    return _cut(frames, segment_frames, lengths, _pieces(unit))


def copies(frames: int, segment_frames: int, size: int) -> tuple[Chunk, ...]:
    """Cut a source of `size` bytes into pieces of 16, 100, 100 … MB.

    Each has three segments at least: a group of pictures of a fit source begins in it.
    """
    first, each = (max(FIRST_SEGMENTS, frames * most // (segment_frames * max(1, size))) for most in (COPY_RAMP, COPY))
    lengths = (first, *repeat(each, frames // segment_frames // each))
    return _cut(frames, segment_frames, lengths, _pieces("p"), FIRST_SEGMENTS)


def _pieces(unit: str) -> Callable[[int], str]:
    return lambda number: f"{unit}-{number:03}" if number else unit


def _cut(frames: int, segment_frames: int, lengths: Iterable[int], unit: Callable[[int], str], least: int = 1) -> tuple[Chunk, ...]:
    """Cut frames into pieces of so many segments each.

    The last has no end, for `frames` is an estimate; it has `least` segments, so a tail shorter than that is merged.
    """
    ends = (segment_frames * segments for segments in accumulate(lengths))
    begins = [0, *takewhile(lambda end: frames - end >= least * segment_frames, ends)]
    pairs = zip(begins, [*begins[1:], None], strict=True)
    return tuple(Chunk(unit=unit(number), begin=begin, end=end) for number, (begin, end) in enumerate(pairs))
