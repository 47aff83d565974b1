"""How far an encoder is, from what it says of itself (ffmpeg's -progress). PURE."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from functions.common.model import AudioWork, Order, Underway, VideoWork

EVERY_S: Final = 5.0  # between two writes: one person looks, and a write costs as much as 12 reads
_LINE: Final = re.compile(rb"(frame|out_time_us|speed)=\s*([0-9.]+)x?\s*")
_MICRO: Final = 1_000_000

type Tell = Callable[[Underway], None]


@dataclass
class Pace:
    """Hears an encoder's lines, and tells now and then how far it is. `clock` gives seconds; the first word comes after EVERY_S."""

    order: Order
    clock: Callable[[], float]
    tell: Tell
    said: dict[bytes, float] = field(default_factory=dict)
    told: float = 0.0

    def __post_init__(self) -> None:
        """Start the clock."""
        self.told = self.clock()

    def hear(self, line: bytes) -> None:
        """Take a line; a report ends with `progress=`."""
        if found := _LINE.fullmatch(line):
            self.said[found[1]] = float(found[2])
        if line.startswith(b"progress=") and self.clock() - self.told >= EVERY_S:
            self.told = self.clock()
            if underway := self._underway():
                self.tell(underway)

    def _underway(self) -> Underway | None:
        order, whole = self.order, length(self.order)
        if order.rev is None or order.unit is None or not whole:
            return None
        done = self.said.get(b"frame", 0) if isinstance(order.work, VideoWork) else self.said.get(b"out_time_us", 0) / _MICRO
        return Underway(
            id=order.id,
            rev=order.rev,
            unit=order.unit,
            share=order.share,
            done=round(min(1.0, done / whole), 3),
            speed=self.said.get(b"speed", 0.0),
        )


def length(order: Order) -> float:
    """Give the length of an order's work: frames of a chunk, seconds of a sound; 0 where it is not known."""
    match order.work:
        case VideoWork(begin=begin, end=end, video=video):
            return (end or video.frames) - begin
        case AudioWork(duration_s=duration_s):
            return duration_s
        case _:
            return 0
