"""The clock of an MPEG transport stream, looked at in a few places. PURE.

Two recordings that were written one after the other into one file start the clock anew in its middle. Every seek is by that clock,
so all that follows would be lost without a word.
"""

from collections.abc import Callable, Iterator
from typing import Final

PLACES: Final = 16  # a part that is longer than a sixteenth of the file is noticed
PIECE_BYTES: Final = 256_000  # holds a clock: it comes each 0.1 s at least (ISO/IEC 13818-1, 2.7.2), at up to 20 Mbit/s
TURN: Final = 1 << 33  # 90,000 ticks a second; it begins again at 0 after 26.5 hours
SYNC: Final = 0x47
_PACKET: Final = 188
_CLOCK_BYTES: Final = 7  # the flags and the clock

type Read = Callable[[int, int], bytes]


def starts_anew(read: Read, size: int) -> float | None:
    """Tell after which share of a file of `size` bytes its clock has gone back; None where it runs on.

    `read(at, length)` gives bytes. Each of several programs has a clock of its own.
    """
    last: dict[int, int] = {}
    for at in _places(size):
        for pid, ticks in first_clocks(read(at, min(PIECE_BYTES, size - at))).items():
            if (ticks - last.get(pid, ticks)) % TURN > TURN // 2:
                return at / size
            last[pid] = ticks
    return None


def first_clocks(piece: bytes) -> dict[int, int]:
    """Give the first clock of each packet identifier in a piece, in ticks of 1/90,000 s (ISO/IEC 13818-1, 2.4.3.5)."""
    found: dict[int, int] = {}
    for packet in _packets(piece):
        has_clock = packet[3] & 0x20 and packet[4] >= _CLOCK_BYTES and packet[5] & 0x10  # an adaptation field with a PCR
        if has_clock:
            pid = int.from_bytes(packet[1:3]) & 0x1FFF
            found.setdefault(pid, int.from_bytes(packet[6:11]) >> 7)
    return found


def _places(size: int) -> list[int]:
    return sorted({max(0, (size - PIECE_BYTES) * place // (PLACES - 1)) for place in range(PLACES)})


def _packets(piece: bytes) -> Iterator[bytes]:
    """Find packets of 188 bytes, which may have 4 bytes of time code before them or 16 of error correction behind."""
    for stride in (188, 192, 204):
        for first in range(stride):
            marks = piece[first::stride]
            if len(marks) > 1 and set(marks) == {SYNC}:
                yield from (piece[at : at + _PACKET] for at in range(first, len(piece) - _PACKET + 1, stride))
                return
