"""The clock of an MPEG stream, looked at in many places. PURE.

Two recordings that were written one after the other into one file start the clock anew in its middle. Every seek is by that clock,
so all that follows would be lost without a word.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from functions.ingest.accept import Demuxer

FEWEST: Final = 16  # places
MOST: Final = 512  # of which a part of the file that is longer than a 512th is noticed, and
APART: Final = 4_000_000  # bytes; of a small file one of 4 MB, or a sixteenth
DENSE: Final = 32_000_000  # up to here there is no gap, for before the first part there is none whose clock could have gone further
PIECE_BYTES: Final = 256_000  # holds a clock: it comes each 0.1 s at least (ISO/IEC 13818-1, 2.7.2), at up to 20 Mbit/s
TURN: Final = 1 << 33  # 90,000 ticks a second; it begins again at 0 after 26.5 hours
SYNC: Final = 0x47
_PACKET: Final = 188
_CLOCK_BYTES: Final = 7  # the flags and the clock
_PACK: Final = b"\x00\x00\x01\xba"


def places(size: int) -> list[int]:
    """Choose where a file of `size` bytes is looked at."""
    last = min(MOST, max(FEWEST, 2 + size // APART)) - 1
    apart = [max(0, (size - PIECE_BYTES) * place // last) for place in range(last + 1)]
    return sorted({*apart, *range(0, min(apart[1], DENSE), PIECE_BYTES)})


def starts_anew(clocks: Iterable[tuple[int, Mapping[int, int]]]) -> int | None:
    """Tell at which of some places of a file its clock has gone back; None where it runs on.

    `clocks`: each place, and the clocks there. Each of several programs has one of its own.
    """
    last: dict[int, int] = {}
    for at, found in clocks:
        for program, ticks in found.items():
            if (ticks - last.get(program, ticks)) % TURN > TURN // 2:
                return at
            last[program] = ticks
    return None


def of_transport_stream(piece: bytes) -> dict[int, int]:
    """Give the first clock of each packet identifier in a piece, in ticks of 1/90,000 s (ISO/IEC 13818-1, 2.4.3.5)."""
    found: dict[int, int] = {}
    for packet in _packets(piece):
        has_clock = packet[3] & 0x20 and packet[4] >= _CLOCK_BYTES and packet[5] & 0x10  # an adaptation field with a PCR
        if has_clock:
            pid = int.from_bytes(packet[1:3]) & 0x1FFF
            found.setdefault(pid, int.from_bytes(packet[6:11]) >> 7)
    return found


def of_program_stream(piece: bytes) -> dict[int, int]:
    """Give the clock of the first pack in a piece (ISO/IEC 13818-1, 2.5.3.4; of MPEG-1 ISO/IEC 11172-1, 2.4.3.2)."""
    for at in _packs(piece):
        bits = int.from_bytes(piece[at : at + 5])
        if bits >> 38 == 0b01 and bits & 0x0400040004 == 0x0400040004:  # noqa: PLR2004  # what each pack of MPEG-2 has there
            return {0: (bits >> 35 & 7) << 30 | (bits >> 19 & 0x7FFF) << 15 | bits >> 3 & 0x7FFF}
        if bits >> 36 == 0b0010 and bits & 0x0100010001 == 0x0100010001:  # noqa: PLR2004  # and of MPEG-1
            return {0: (bits >> 33 & 7) << 30 | (bits >> 17 & 0x7FFF) << 15 | bits >> 1 & 0x7FFF}
    return {}


CLOCKS: Final[Mapping[Demuxer, Callable[[bytes], dict[int, int]]]] = {"mpegts": of_transport_stream, "mpeg": of_program_stream}


def _packets(piece: bytes) -> Iterator[bytes]:
    """Find packets of 188 bytes, which may have 4 bytes of time code before them or 16 of error correction behind."""
    for stride in (188, 192, 204):
        for first in range(stride):
            marks = piece[first::stride]
            if len(marks) > 1 and set(marks) == {SYNC}:
                yield from (piece[at : at + _PACKET] for at in range(first, len(piece) - _PACKET + 1, stride))
                return


def _packs(piece: bytes) -> Iterator[int]:
    """Find where packs begin, behind their start codes."""
    at = piece.find(_PACK)
    while at >= 0:
        yield at + len(_PACK)
        at = piece.find(_PACK, at + 1)
