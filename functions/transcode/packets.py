"""What ffmpeg tells of the first packet of a stream that it copies (framecrc). PURE."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

_FIRST: Final = re.compile(rb"^#tb 0: (\d+/\d+)$.*^0, *(-?\d+), *(-?\d+),", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Packet:
    """When a packet is decoded and shown, on the source's own clock, in seconds."""

    decoded: Fraction
    shown: Fraction

    @property
    def delay_s(self) -> Fraction:
        """How long before it is shown it is decoded."""
        return self.shown - self.decoded


def first(told: bytes) -> Packet | None:
    """Read of the first packet, which of pictures is a key frame; None where there is none."""
    found = _FIRST.search(told)
    return Packet(*(int(time) * Fraction(found[1].decode()) for time in found.groups()[1:])) if found else None
