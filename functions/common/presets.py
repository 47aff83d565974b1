"""The presets: files in `presets/`, one of which says what is made of a source. EFFECT: reads them.

One's own preset is one more file there; the template's parameter `Preset`, or an upload's `conversion_type`, names it.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from functions.common import schema
from functions.common.efforts import EFFORTS
from functions.common.model import Preset
from functions.common.settings import Misconfigured

ALL: Final = "all"
WEBM: Final = {"vp9", "av1", "opus"}
FOLDER: Final = Path(__file__).with_name("presets")


def names() -> tuple[str, ...]:
    """Name the presets that there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def preset(name: str) -> Preset:
    """Read a preset. Raises Misconfigured, naming what is wrong with it, or which presets there are."""
    if name not in names():
        raise Misconfigured(f"there is no preset {name!r} in functions/common/presets; there are {', '.join(names())}")
    try:
        read = schema.load(Preset, (FOLDER / f"{name}.json").read_bytes())
    except schema.Malformed as error:
        raise Misconfigured(f"the preset {name!r}: {error}") from error
    if fault := next(faults(read), None):
        raise Misconfigured(f"the preset {name!r}: {fault}")
    return read


def narrowed(found: Preset, heights: tuple[str, ...]) -> Preset:
    """Leave out the steps whose heights are not named; `all` names every one. Raises Misconfigured when none is left."""
    if heights == (ALL,):
        return found
    kept = tuple(step for step in found.video if f"{step.edge}p" in heights)
    if unknown := set(heights) - {f"{step.edge}p" for step in found.video}:
        raise Misconfigured(f"the preset has no step {min(unknown)!r}; it has {', '.join(f'{s.edge}p' for s in found.video)}")
    return replace(found, video=kept)


def faults(read: Preset) -> Iterator[str]:
    """Say what is wrong with a preset that fits its schema."""
    for step in read.video:
        if step.effort not in EFFORTS[step.codec]:
            yield f"{step.codec} has no effort {step.effort!r}; it has {', '.join(EFFORTS[step.codec])}"
    for (edge, codec), count in Counter((step.edge, step.codec) for step in read.video).items():
        if count > 1:
            yield f"there are {count} steps of {edge} lines in {codec}"
    for file in read.files:
        codecs = {step.codec for step in read.video} | {sound.codec for sound in read.audio}
        if file.container == "webm" and not codecs <= WEBM:
            yield f"a webm file cannot have {' or '.join(sorted(codecs - WEBM))}"
    for channels, count in Counter(sound.channels for sound in read.audio).items():
        if count > 1:
            yield f"there are {count} sounds of {channels} channels"
        if channels not in (1, 2, 6):
            yield f"a sound has {channels} channels; it may have 1, 2 or 6"
