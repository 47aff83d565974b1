"""Segments as GPAC reads them: a reader that shares no code with the writer."""

import subprocess
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

from msgspec import Struct, json

from tests.inputs.engine import Converted

READER: Final = Path(__file__).with_name("mp4box.mjs")


class Sample(Struct, frozen=True):
    """A frame, or a piece of sound; `dts`, `cts` (when it is shown) and `duration` in the track's ticks."""

    dts: int
    cts: int
    duration: int
    sync: bool


class Track(Struct, frozen=True):
    """`timescale`: ticks a second."""

    codec: str
    timescale: int
    samples: tuple[Sample, ...]

    @property
    def gapless(self) -> bool:
        """Tell whether each sample begins where the one before ends."""
        return all(one.dts + one.duration == other.dts for one, other in pairwise(self.samples))

    def starts(self, durations: Sequence[Fraction]) -> list[bool]:
        """Tell for each segment whether a sample that needs no other begins there."""
        sync = {sample.dts - self.samples[0].dts for sample in self.samples if sample.sync}
        return [int(sum(durations[:place], Fraction(0)) * self.timescale) in sync for place in range(len(durations))]


class Reading(Struct, frozen=True):
    """What was found in a file, and what the reader complained of."""

    tracks: tuple[Track, ...]
    complaints: tuple[str, ...]


def read(made: Converted, renditions: Sequence[str]) -> dict[str, Reading]:
    """Read renditions, each as its init and all its segments in one file."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(place) for place, _ in enumerate(renditions)]
        for path, rendition in zip(paths, renditions, strict=True):
            found = made.parts(rendition)
            keys = [found[0].init, *(part.object for part in found)]
            path.write_bytes(b"".join((made.folder / key).read_bytes() for key in keys))
        said = subprocess.run(["node", READER, *paths], capture_output=True, check=True, timeout=60)  # noqa: S607  # as npm found it
    return {name: json.decode(line, type=Reading) for name, line in zip(renditions, said.stdout.splitlines(), strict=True)}
