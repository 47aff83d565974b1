"""Which renditions are made of a picture. PURE.

Sizes are of the shorter edge, so a portrait 1080 x 1920 has the rungs of a landscape 1920 x 1080.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from msgspec.structs import replace

from functions.common.model import Rung, Step
from functions.ingest.facts import Picture

KEEP_LIGHT: Final = frozenset({"hevc", "av1"})  # codecs whose decoders show high dynamic range; for the others it is mapped
_CLEARLY: Final = Fraction(9, 8)  # 360 lines are to be seen as 360, not as 240; 540 or 800 are nearly 480 and 720
# A rung needs no more bits than its source has: a poor source's faults would be kept at five times its rate. Twice as many, for an
# encoder in a hurry and a key frame in each segment; a quarter of the step's in any case, for pictures that stand and then change.
_MORE: Final = 2
_LEAST: Final = 4
_BITS: Final[Mapping[str, float]] = {"hevc": 0.5, "av1": 0.5, "vp9": 0.5}  # that a codec needs, to H.264's and all older ones'


@dataclass(frozen=True)
class _Level:
    """A line of ITU-T H.264 table A-1: macroblocks a second, macroblocks a frame."""

    name: str
    speed: int
    frame: int


_LEVELS: Final = (
    _Level("2.1", 19_800, 792),  # the least that the presets use
    _Level("3.0", 40_500, 1620),
    _Level("3.1", 108_000, 3600),
    _Level("3.2", 216_000, 5120),
    _Level("4.0", 245_760, 8192),
    _Level("4.2", 522_240, 8704),
    _Level("5.0", 589_824, 22_080),
    _Level("5.1", 983_040, 36_864),
    _Level("5.2", 2_073_600, 36_864),
)


def ladder(picture: Picture, rate: Fraction, steps: Sequence[Step], bit_rate: float = 0) -> tuple[Rung, ...]:
    """Choose the steps that are not above the picture's shorter edge, in their order, and not far above its `bit_rate`, if known.

    Where the picture is clearly larger than the largest of them, and smaller than the next, that one makes a rung of the picture's
    own size. So of each codec there is one at least.
    """
    edge = _even(min(picture.width, picture.height))
    by_codec = [[step for step in steps if step.codec == codec] for codec in dict.fromkeys(step.codec for step in steps)]
    found = ((_capped(step, picture.codec, bit_rate), made) for each in by_codec for step, made in _fitting(each, edge))
    return tuple(_rung(picture, rate, step, made) for step, made in found)


def _fitting(steps: list[Step], edge: int) -> list[tuple[Step, int]]:
    """Give steps of one codec, each with the shorter edge of what it makes."""
    fitting = [(step, step.edge) for step in steps if step.edge <= edge]
    above = min((step for step in steps if step.edge > edge), key=lambda step: step.edge, default=None)
    own = above is not None and edge > _CLEARLY * max((made for _, made in fitting), default=0)
    return ([(above, edge)] if above and own else []) + fitting


def _capped(step: Step, codec: str, bit_rate: float) -> Step:
    """Lower a step's rate to what its source is worth."""
    worth = bit_rate / 1000 * _MORE * max(1.0, _BITS.get(step.codec, 1.0) / _BITS.get(codec, 1.0))
    if not worth or worth >= step.maxrate_kbit:
        return step
    share = max(worth / step.maxrate_kbit, 1 / _LEAST)
    return replace(step, maxrate_kbit=round(share * step.maxrate_kbit), bufsize_kbit=round(share * step.bufsize_kbit))


def _rung(picture: Picture, rate: Fraction, step: Step, edge: int) -> Rung:
    width, height = _scaled(picture, edge)
    return Rung(
        name=f"v/{edge}p-{step.codec}",
        width=width,
        height=height,
        codec=step.codec,
        effort=step.effort,
        crf=step.crf,
        maxrate_kbit=step.maxrate_kbit,
        bufsize_kbit=step.bufsize_kbit,
        level=level(width, height, rate) if step.codec == "h264" else "",
        transfer=picture.transfer if step.codec in KEEP_LIGHT else "sdr",
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
