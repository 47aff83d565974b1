"""How far an encoder is, from the times of the packets that it has written. PURE."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from functions.common.model import AudioWork, Order, Underway, VideoWork

EVERY_S: Final = 5.0  # between two writes: one person looks, and a write costs as much as 12 reads

type Tell = Callable[[Underway], None]


@dataclass
class Pace:
    """Hears the times of packets, and tells every EVERY_S how far an order is. `clock` gives seconds."""

    order: Order
    clock: Callable[[], float]
    tell: Tell
    begun: float = field(init=False)
    told: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.begun = self.told = self.clock()

    def hear(self, line: bytes) -> None:
        """Take a line: a packet's time in seconds."""
        now = self.clock()
        if now - self.told < EVERY_S:
            return
        self.told = now
        if underway := _underway(self.order, _seconds(line), now - self.begun):
            self.tell(underway)


def _underway(order: Order, at_s: float, taken_s: float) -> Underway | None:
    whole_s = length_s(order)
    if order.rev is None or order.unit is None or not whole_s:
        return None
    return Underway(
        id=order.id,
        rev=order.rev,
        unit=order.unit,
        share=order.share,
        done=round(min(1.0, at_s / whole_s), 3),
        taken_s=round(taken_s, 1),
        speed=round(at_s / taken_s, 2),
    )


def _seconds(line: bytes) -> float:
    """Read a time; a packet before time 0 and a line of another kind are at the beginning."""
    try:
        return max(0.0, float(Fraction(line.decode().strip())))
    except (ValueError, ZeroDivisionError):
        return 0.0


def length_s(order: Order) -> float:
    """Give the length of what an order makes, in seconds; 0 where it is not known."""
    match order.work:
        case VideoWork(begin=begin, end=end, video=video):
            return float(((end or video.frames) - begin) / Fraction(video.rate))
        case AudioWork(duration_s=duration_s):
            return duration_s
        case _:
            return 0
