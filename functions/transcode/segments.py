"""Fragmented MP4, as the encoder writes it, to an init and segments on the timeline of the whole. PURE.

Boxes are those of ISO/IEC 14496-12: `ftyp` and `moov` are the init; each `moof` with its `mdat` is a fragment. An encoder knows
one chunk only: it begins at 0, and shows the first picture late by its reorder delay. Both are put right here, without an
edit list, which players treat differently.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from struct import pack_into, unpack_from
from typing import Final

from functions.common.model import Segment, ratio
from functions.transcode.boxes import Box, boxes, descend, inner
from functions.transcode.codecs import codecs

NOW: Final = Fraction()
# tfhd (8.8.7) and trun (8.8.8): which fields are there
_TFHD_BASE_OFFSET, _TFHD_DESCRIPTION, _TFHD_DURATION = 0x1, 0x2, 0x8
_TRUN_DATA_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION = 0x100, 0x200, 0x400, 0x800  # 4 bytes each, in this order


@dataclass(frozen=True)
class Cut:
    """What became of one fragmented MP4: `body` is all segments, one after another; `samples` counts frames or audio packets."""

    init: bytes
    body: bytes
    segments: tuple[Segment, ...]
    samples: int
    codecs: str


@dataclass(frozen=True)
class Fragment:
    """A re-based fragment: its time and length in ticks, and when its first sample is shown."""

    time: int
    shown: int
    ticks: int
    samples: int
    body: bytes


@dataclass(frozen=True)
class Track:
    """One fragmented MP4 of one track on the timeline of the whole. `scale`: ticks of a second."""

    init: bytes
    scale: int
    fragments: tuple[Fragment, ...]


def cut(fragmented: bytes, begin_s: Fraction, segment_s: Fraction) -> Cut:
    """Move a fragmented MP4 of one track to `begin_s` and group its fragments by segments of `segment_s`.

    Raises ValueError for a file that the encoder's muxer would not write.
    """
    return group(moved(fragmented, begin_s, segment_s), segment_s)


def moved(fragmented: bytes, begin_s: Fraction, segment_s: Fraction, ahead_s: Fraction = NOW) -> Track:
    """Move a fragmented MP4 of one track to `begin_s`, when its first sample is shown. Raises ValueError as `cut`.

    `ahead_s`: how long before that it is decoded; where a film begins, at once.
    """
    found = list(boxes(fragmented))
    init = b"".join(fragmented[box.start : box.end] for box in found if box.kind in {"ftyp", "moov"})
    body = bytearray().join(fragmented[box.start : box.end] for box in found if box.kind in {"moof", "mdat"})
    scale = timescale(init)
    first = _first_offset(body, next(boxes(body))) if body else 0
    ahead = round(ahead_s * scale)
    return Track(init, scale, tuple(_fragments(body, begin_s * scale - ahead, segment_s * scale, first - ahead)))


def group(track: Track, segment_s: Fraction) -> Cut:
    """Group a track's fragments by segments of `segment_s`."""
    per_segment = segment_s * track.scale
    grouped = [list(found) for _, found in groupby(track.fragments, key=lambda fragment: fragment.time // per_segment)]
    return Cut(
        init=track.init,
        body=b"".join(fragment.body for fragment in track.fragments),
        segments=tuple(_segment(found, track.scale) for found in grouped),
        samples=sum(fragment.samples for fragment in track.fragments),
        codecs=codecs(track.init),
    )


def timescale(init: bytes) -> int:
    """Read how many ticks of the track are a second (mdhd, 8.4.2)."""
    header = descend(init, "moov", "trak", "mdia", "mdhd")
    long = init[header.inside] == 1
    return int(unpack_from(">I", init, header.inside + (20 if long else 12))[0])


def _fragments(body: bytearray, begin: Fraction, per_segment: Fraction, shift: int) -> Iterator[Fragment]:
    found = list(boxes(body))
    for moof, mdat in zip(found[::2], found[1::2], strict=True):
        track = inner(body, moof, "traf")
        time = _move(body, inner(body, track, "tfdt"), begin)
        pack_into(">I", body, inner(body, moof, "mfhd").inside + 4, 1 + int(time // per_segment))  # numbered by segment
        default = _default_duration(body, inner(body, track, "tfhd"))
        runs = [_rebase(body, box, shift, default) for box in boxes(body, track.inside, track.end) if box.kind == "trun"]
        samples, ticks = (sum(numbers) for numbers in zip(*runs, strict=True))
        shown = time + _first_offset(body, moof)
        yield Fragment(time, shown, ticks, samples, bytes(body[moof.start : mdat.end]))


def _first_offset(body: bytearray, moof: Box) -> int:
    """Read the composition offset of a fragment's first sample, or 0. A chunk's is the encoder's reorder delay.

    ffmpeg 9 takes it out by itself when told `negative_cts_offsets`; here it is made certain, since nothing else would show it.
    """
    run = inner(body, inner(body, moof, "traf"), "trun")
    flags, _, table, width = _run_layout(body, run)
    return int(unpack_from(">i", body, table + width - 4)[0]) if flags & _TRUN_COMPOSITION else 0


def _move(body: bytearray, tfdt: Box, begin: Fraction) -> int:
    if body[tfdt.inside] != 1 or begin.denominator != 1:
        raise ValueError("a fragment's time is no whole number of ticks in 64 bits")
    time = int(unpack_from(">Q", body, tfdt.inside + 4)[0]) + int(begin)
    pack_into(">Q", body, tfdt.inside + 4, time)
    return time


def _default_duration(body: bytearray, tfhd: Box) -> int | None:
    (flags,) = unpack_from(">I", body, tfhd.inside)
    if not flags & _TFHD_DURATION:
        return None
    before = 8 + 8 * bool(flags & _TFHD_BASE_OFFSET) + 4 * bool(flags & _TFHD_DESCRIPTION)
    return int(unpack_from(">I", body, tfhd.inside + before)[0])


def _run_layout(body: bytearray, run: Box) -> tuple[int, int, int, int]:
    """Give a trun's flags, its count of samples, where their table begins, and the bytes of a row."""
    flags, count = unpack_from(">II", body, run.inside)
    table = run.inside + 8 + 4 * bool(flags & _TRUN_DATA_OFFSET) + 4 * bool(flags & _TRUN_FIRST_FLAGS)
    fields = (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION)
    return flags, count, table, 4 * sum(bool(flags & field) for field in fields)


def _rebase(body: bytearray, run: Box, shift: int, default: int | None) -> tuple[int, int]:
    """Take the reorder delay out of a run's composition offsets; give its count of samples and their ticks."""
    flags, count, table, width = _run_layout(body, run)
    body[run.inside] = 1  # version 1: offsets have a sign (8.8.8.1)
    rows = range(table, table + count * width, width) if width else ()
    if flags & _TRUN_COMPOSITION:
        for row in rows:
            last = row + width - 4
            pack_into(">i", body, last, unpack_from(">i", body, last)[0] - shift)
    if flags & _TRUN_DURATION:
        return count, sum(unpack_from(">I", body, row)[0] for row in rows)
    if default is None:
        raise ValueError("a run of samples without a duration")
    return count, count * default


def _segment(group: list[Fragment], scale: int) -> Segment:
    duration = Fraction(sum(fragment.ticks for fragment in group), scale)
    return Segment(
        length=sum(len(fragment.body) for fragment in group),
        duration_s=ratio(duration),
    )
