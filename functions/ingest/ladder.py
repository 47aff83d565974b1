"""Which renditions are made of a picture: the preset `web`. PURE.

Sizes are of the shorter edge, so a portrait 1080 x 1920 has the rungs of a landscape 1920 x 1080.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from functions.common.model import Rung
from functions.ingest.facts import Picture


@dataclass(frozen=True)
class Step:
    """One line of a preset: the shorter edge, quality, and the decoder buffer's rate and size (kbit/s, kbit)."""

    edge: int
    crf: int
    maxrate_kbit: int
    bufsize_kbit: int


# Buffers of two seconds: half a segment, so a player that has one segment never runs dry on a peak.
WEB: Final[dict[str, Step]] = {
    "1080p": Step(1080, 23, 5000, 10_000),  # x264's default quality; veryfast looks clean at 5 Mbit/s
    "720p": Step(720, 23, 2800, 5600),  # the largest that a phone's screen shows
    "480p": Step(480, 23, 1200, 2400),  # a slow home line
    "240p": Step(240, 24, 400, 800),  # a bad mobile line; one step coarser, for its pixels are shown large
}


@dataclass(frozen=True)
class _Level:
    """A line of ITU-T H.264 table A-1: macroblocks a second, macroblocks a frame."""

    name: str
    speed: int
    frame: int


_LEVELS: Final = (
    _Level("2.1", 19_800, 792),  # the least that the preset uses
    _Level("3.0", 40_500, 1620),
    _Level("3.1", 108_000, 3600),
    _Level("3.2", 216_000, 5120),
    _Level("4.0", 245_760, 8192),
    _Level("4.2", 522_240, 8704),
    _Level("5.0", 589_824, 22_080),
    _Level("5.1", 983_040, 36_864),
    _Level("5.2", 2_073_600, 36_864),
)


def ladder(picture: Picture, rate: Fraction, names: tuple[str, ...]) -> tuple[Rung, ...]:
    """Choose the named rungs that are not above the picture's shorter edge, largest first.

    Where none is left, one rung of the picture's own size is made, with the buffer of the lowest that was named.
    Raises ValueError for a name that the preset does not have.
    """
    if unknown := set(names) - set(WEB):
        raise ValueError(f"there is no rung {min(unknown)!r}; there are {', '.join(WEB)}")
    chosen = [step for name, step in WEB.items() if name in names]
    if not chosen:
        raise ValueError(f"name at least one rung of {', '.join(WEB)}")
    edge = min(picture.width, picture.height)
    fitting = [_rung(picture, rate, step, step.edge) for step in chosen if step.edge <= edge]
    return tuple(fitting) or (_rung(picture, rate, chosen[-1], _even(edge)),)


def _rung(picture: Picture, rate: Fraction, step: Step, edge: int) -> Rung:
    width, height = _scaled(picture, edge)
    return Rung(
        name=f"v/{edge}p-h264",
        width=width,
        height=height,
        crf=step.crf,
        maxrate_kbit=step.maxrate_kbit,
        bufsize_kbit=step.bufsize_kbit,
        level=level(width, height, rate),
    )


def _scaled(picture: Picture, edge: int) -> tuple[int, int]:
    """Make the shorter edge `edge` long, the other after the aspect; both even, for 4:2:0 halves them."""
    if picture.width < picture.height:
        return edge, _nearest_even(Fraction(edge * picture.height, picture.width))
    return _nearest_even(Fraction(edge * picture.width, picture.height)), edge


def _nearest_even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))


def _even(length: int) -> int:
    return max(2, length - length % 2)


def level(width: int, height: int, rate: Fraction) -> str:
    """Choose the lowest H.264 level that holds a frame and its rate (ITU-T H.264, A.3.1 and table A-1)."""
    across, down = -(-width // 16), -(-height // 16)
    for line in _LEVELS:
        slow, small = across * down * rate <= line.speed, across * down <= line.frame
        if slow and small and max(across, down) ** 2 <= 8 * line.frame:
            return line.name
    return _LEVELS[-1].name
