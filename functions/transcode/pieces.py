"""Where a piece of a sound lies, in the packets that its encoder would write if it encoded the whole. PURE.

AAC's packets of 1,024 samples overlap: a decoder adds the second half of each to the first half of the next. Two encoders that are
in the same state at a boundary write packets that fit each other; one is in that state after a few packets of the same sound.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final, Self

from functions.common.model import AudioWork
from functions.transcode.encoders import RATE_HZ

PACKET: Final = 1024  # samples of AAC-LC
WARM: Final = 16  # packets that are encoded before the first, and dropped: a third of a second
SPARE: Final = 4  # packets that are encoded after the last, and dropped: an encoder looks ahead
EARLY_S: Final = Fraction(1, 2)  # the source's own decoder has to warm up too


@dataclass(frozen=True)
class Piece:
    """Packets first..end-1 of a sound; the last piece has no end."""

    first: int
    end: int | None

    @classmethod
    def of(cls, work: AudioWork) -> Self:
        """Find the packets that begin within an order's time."""
        return cls(_packets(work.begin_s), _packets(work.end_s) if work.end_s else None)

    @property
    def begin_s(self) -> Fraction:
        """When the first packet begins, in seconds of the output."""
        return Fraction(self.first * PACKET, RATE_HZ)

    @property
    def warm(self) -> int:
        """The first sample that is encoded."""
        return max(0, self.first - WARM) * PACKET

    @property
    def warm_s(self) -> Fraction:
        """When that is, in seconds of the output."""
        return Fraction(self.warm, RATE_HZ)

    @property
    def late(self) -> int:
        """How many samples are encoded before the first packet's."""
        return self.first * PACKET - self.warm

    @property
    def stop(self) -> int | None:
        """How many samples are encoded; None: all to the end."""
        return None if self.end is None else (self.end + SPARE) * PACKET - self.warm

    @property
    def samples(self) -> int | None:
        """How many samples are kept; None: all to the end."""
        return None if self.end is None else (self.end - self.first) * PACKET


def _packets(seconds: str) -> int:
    return ceil(Fraction(seconds) * RATE_HZ / PACKET)
