"""Where a piece of a sound lies, in the packets that its encoder would write if it encoded the whole. PURE.

Packets overlap: a decoder adds the end of each to the beginning of the next. Two encoders that are in the same state at a boundary
write packets that fit each other; one is in that state after a few packets of the same sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final, Self

from functions.common.model import AudioCodec, AudioWork
from functions.transcode.encoders import RATE_HZ

PACKETS: Final[Mapping[AudioCodec, int]] = {"aac": 1024, "opus": 960}  # samples of each
WARM: Final = 16  # packets that are encoded before the first, and dropped: a third of a second
SPARE: Final = 4  # packets that are encoded after the last, and dropped: an encoder looks ahead
EARLY_S: Final = Fraction(1, 2)  # the source's own decoder has to warm up too
GUESSED_S: Final = (5, 60)  # how far before a time most containers are entered, which find it by guessing


@dataclass(frozen=True)
class Piece:
    """Packets first..end-1 of a sound, of `packet` samples each; the last piece has no end."""

    packet: int
    first: int
    end: int | None

    @classmethod
    def of(cls, work: AudioWork) -> Self:
        """Find the packets that begin within an order's time."""
        packet = PACKETS[work.track.codec]
        begin, end = (ceil(Fraction(time) * RATE_HZ / packet) if time else None for time in (work.begin_s, work.end_s))
        return cls(packet, begin or 0, end)

    @property
    def begin_s(self) -> Fraction:
        """When the first packet begins, in seconds of the output."""
        return Fraction(self.first * self.packet, RATE_HZ)

    @property
    def warm(self) -> int:
        """The first sample that is encoded."""
        return max(0, self.first - WARM) * self.packet

    @property
    def warm_s(self) -> Fraction:
        """When that is, in seconds of the output."""
        return Fraction(self.warm, RATE_HZ)

    @property
    def late(self) -> int:
        """How many samples are encoded before the first packet's."""
        return self.first * self.packet - self.warm

    @property
    def stop(self) -> int | None:
        """How many samples are encoded; None: all to the end."""
        return None if self.end is None else (self.end + SPARE) * self.packet - self.warm

    @property
    def samples(self) -> int | None:
        """How many samples are kept; None: all to the end."""
        return None if self.end is None else (self.end - self.first) * self.packet


def zero_s(work: AudioWork) -> Fraction:
    """Give the source's time of the first sample that is encoded, in seconds."""
    return Fraction(work.track.origin_s) + Piece.of(work).warm_s


def seeks(work: AudioWork) -> tuple[Fraction | None, ...]:
    """Give the source's times from which a piece is to be read, one for each attempt; None: from the file's beginning.

    The index of MP4 and MOV tells where each sample lies.
    """
    if not Piece.of(work).warm:
        return (None,)
    zero = zero_s(work)
    return (zero - EARLY_S,) if work.demuxer == "mov" else (*(zero - early for early in GUESSED_S), None)
