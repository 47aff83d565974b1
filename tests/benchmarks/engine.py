"""The engine without a stack, beside one plain ffmpeg: what it costs, what it reads, and whether joins can be seen."""

import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from functions.common import presets
from functions.common.model import Rung
from functions.transcode.binaries import find_tools
from functions.transcode.job import Encoder
from tests.benchmarks import vmaf
from tests.benchmarks.figures import Figure
from tests.benchmarks.measured import Meter
from tests.benchmarks.plain import plain
from tests.inputs.engine import PLAYED, Converted, Making, convert
from tests.media import clip
from tests.unit.transcode.store import serving

FILM: Final = "film_3min"
JUDGED: Final = "v/480p-h264"  # capped nearly all the time in this film: the worst case for a buffer that begins anew
JUDGED_S: Final = 60
RATE: Final = 25  # of the film
BESIDE: Final = 8  # frames before and after a join
TAGS: Final = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"  # else one is converted to the other's
WEB: Final = presets.preset("web")
THREADS: Final = "1"  # of each x264, as ours
KINDS: Final = {"v": "chunks", "a": "sound", "p": "preview", "s": "stills"}


@dataclass(frozen=True)
class Judged:
    """One rung as it was made: the VMAF of its first frames, and the bytes of all of it."""

    scores: list[float]
    size: int

    def step(self, join: int) -> float:
        """Give how far apart the frames before and after a join are."""
        return abs(mean(self.scores[join : join + BESIDE]) - mean(self.scores[join - BESIDE : join]))


def measure() -> list[Figure]:
    """Convert three minutes of 1080p in chunks, read over loopback, and at once from the disk, one after the other."""
    film, chunked, single = clip(FILM), Meter(), Meter()
    with tempfile.TemporaryDirectory() as folder, serving() as store:
        ours, theirs = (Path(folder) / name for name in ("ours", "theirs"))
        ours.mkdir()
        theirs.mkdir()
        made = convert(film, store, ours, Making(WEB, Encoder(find_tools(), chunked.run, time.monotonic)))
        single.command(plain(film, made.plan, THREADS), theirs)
        return [
            Figure(
                "cpu_ratio_chunked_to_plain", chunked.cpu_s / single.cpu_s, "CPU time of all orders, of plain ffmpeg's", most=1.05
            ),
            *_read(store.sent, made.read, film.stat().st_size),
            *_quality(film, made, theirs),
        ]


def _read(sent: int, by_unit: Mapping[str, int], size: int) -> list[Figure]:
    """Tell who has read how much of the source. One without a preview is read as much otherwise."""
    read = Counter({"look": sent - sum(by_unit.values())})
    for unit, count in by_unit.items():
        read[KINDS[unit[0]]] += count
    each = ", ".join(f"{kind} {count / size:.2f}" for kind, count in read.items())
    return [
        Figure("bytes_read_ratio", sent / size, f"bytes of the source that were read, of its size: {each}", most=1.7),
        Figure("bytes_read_ratio_alone", (sent - read[KINDS["p"]]) / size, "of a source without a preview", most=1.7),
    ]


def _quality(film: Path, made: Converted, theirs: Path) -> list[Figure]:
    place, rung = next((place, rung) for place, rung in enumerate(made.plan.ladder) if rung.name == JUDGED)
    ours, single = _judged(film, made.playlist(JUDGED), rung), _judged(film, theirs / f"v{place}.m3u8", rung)
    joins = [chunk.begin for chunk in made.plan.chunks[1:] if chunk.begin + BESIDE <= len(ours.scores)]
    seam = max(ours.step(join) - single.step(join) for join in joins)
    apart = mean(ours.scores) - mean(single.scores)  # of its first minute
    return [
        Figure("vmaf_delta", abs(apart), f"how far VMAF of {JUDGED} in chunks ({mean(ours.scores):.1f}) is from at once", most=0.2),
        Figure("bitrate_ratio", ours.size / single.size, f"bytes of {JUDGED} in chunks, of those at once"),
        Figure("seam_step", seam, f"step in VMAF at a join beyond plain's there, worst of {len(joins)}", most=1),
    ]


def _judged(film: Path, playlist: Path, rung: Rung) -> Judged:
    # By number: ffmpeg takes composition offsets below 0 for a delay, which grows where it meets the first larger one.
    first = f"trim=end_frame={JUDGED_S * RATE},settb=1/{RATE},setpts=N,{TAGS}"
    graph = f"[0:v]{first}[made];[1:v]{first},scale={rung.width}:{rung.height}:flags=bicubic[film];[made][film]"
    return Judged(vmaf.scores((*PLAYED, "-i", str(playlist), "-i", str(film)), graph), _size(playlist))


def _size(playlist: Path) -> int:
    """Add up the files that a playlist names; ours are named once for each of their segments."""
    named = {line for line in playlist.read_text().splitlines() if line and not line.startswith("#")}
    return sum((playlist.parent / name).stat().st_size for name in named)
