"""What capped quality saves beside a fixed rate: the same rung, at its cap as an average and as we encode it."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Final

from functions.common import presets
from functions.common.model import Rung
from functions.ingest.facts import Picture
from functions.ingest.ladder import ladder
from functions.transcode.binaries import find_tools
from tests.benchmarks.figures import Figure
from tests.benchmarks.measured import Meter
from tests.benchmarks.plain import x264
from tests.media import clip, ffmpeg

SECONDS: Final = 12
RATE: Final = Fraction(25)
GROUP: Final = 100  # frames
THREADS: Final = "1"
# Kinds of pictures, by ffmpeg's own sources: a slide that stands, a drawn film, a calm picture with little noise. Film is a clip.
SIZE: Final = "size=1920x1080:rate=25"
DRAWN: Final = {
    "slide": f"smptehdbars={SIZE}",
    "cartoon": f"testsrc2={SIZE}",
    "calm": f"gradients={SIZE}:speed=0.01:seed=1,noise=alls=4:allf=t",
}


@dataclass(frozen=True)
class Encoded:
    """What came of a film: bytes, CPU seconds, mean VMAF."""

    size: int
    cpu_s: float
    vmaf: float


def measure() -> list[Figure]:
    """Encode each kind of picture in the tallest rung of `web`, both ways."""
    rung = ladder(Picture(0, "h264", 1920, 1080, RATE, RATE, "sdr"), RATE, presets.preset("web").video)[0]
    with tempfile.TemporaryDirectory() as folder:
        sources = {"film": clip("film_12s")} | {kind: _drawn(Path(folder), kind, source) for kind, source in DRAWN.items()}
        return [figure for kind, source in sources.items() for figure in _compare(kind, source, rung, Path(folder))]


def _drawn(folder: Path, kind: str, source: str) -> Path:
    path = folder / f"{kind}.mp4"
    ffmpeg("-f", "lavfi", "-i", source, "-t", str(SECONDS), "-c:v", "libx264", "-qp", "8",
           "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


def _compare(kind: str, source: Path, rung: Rung, folder: Path) -> Iterator[Figure]:
    capped = x264(rung, GROUP, THREADS)
    place = capped.index("-crf")
    fixed = (*capped[:place], "-b:v", f"{rung.maxrate_kbit}k", *capped[place + 2 :])
    ours, theirs = _encoded(source, capped, folder / f"{kind}-ours"), _encoded(source, fixed, folder / f"{kind}-fixed")
    kbit = 8 * ours.size / SECONDS / 1000
    both = f"capped quality ({kbit:,.0f} kbit/s, VMAF {ours.vmaf:.1f}) of a fixed rate of {rung.maxrate_kbit:,} ({theirs.vmaf:.1f})"
    says = f"of {rung.height}p, {kind}: {both}"
    yield Figure(f"rate_bytes_{kind}", ours.size / theirs.size, f"bytes {says}", most=1)
    yield Figure(f"rate_cpu_{kind}", ours.cpu_s / theirs.cpu_s, f"CPU time {says}", most=1.05)


def _encoded(source: Path, settings: Sequence[str], folder: Path) -> Encoded:
    folder.mkdir()
    program, meter, made, log = str(find_tools().ffmpeg), Meter(), folder / "made.mp4", folder / "vmaf.json"
    meter.command([program, "-v", "error", "-y", "-nostdin", "-i", str(source), "-an", *settings, str(made)], folder)
    graph = f"[0:v][1:v]libvmaf=log_fmt=json:log_path={log}:n_threads=2:n_subsample=5"
    judging = [program, "-v", "error", "-nostdin", "-i", str(made), "-i", str(source), "-filter_complex", graph, "-f", "null", "-"]
    subprocess.run(judging, check=True)
    scores = [frame["metrics"]["vmaf"] for frame in json.loads(log.read_text())["frames"]]
    return Encoded(made.stat().st_size, meter.cpu_s, mean(scores))
