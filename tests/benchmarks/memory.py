"""What one chunk takes of a function's memory and disk, by the size of the source and by preset."""

import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from functions.common import presets
from functions.common.model import Order, Transfer, VideoFacts, VideoWork
from functions.common.process import private_folder
from functions.ingest.facts import Picture
from functions.ingest.ladder import ladder
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder
from tests.benchmarks.figures import Figure
from tests.benchmarks.measured import Meter
from tests.inputs.engine import ID, REV
from tests.inputs.sources import HDR10, clip
from tests.media import X264
from tests.unit.transcode.store import serving

SIZES: Final = {"720p": (1280, 720), "1080p": (1920, 1080), "2160p": (3840, 2160), "4320p": (7680, 4320)}
SOURCES: Final[tuple[tuple[str, Transfer], ...]] = (
    *(("720p", "sdr"), ("1080p", "sdr"), ("2160p", "sdr"), ("4320p", "sdr")),
    *(("2160p", "pq"), ("4320p", "pq")),
)
PRESETS: Final = ("web", "modern", "hevc")
FRAMES: Final = 100  # four seconds: encoders hold some frames, never a whole chunk
RATE: Final = Fraction(25)
MB: Final = 1e6
MOST_MB: Final = 3008  # the function's memory


def measure() -> list[Figure]:
    """Encode one chunk of each."""
    return [figure for lines, light in SOURCES for preset in PRESETS for figure in _chunk(lines, light, preset)]


def _chunk(lines: str, light: Transfer, preset: str) -> Iterator[Figure]:
    width, height = SIZES[lines]
    facts = VideoFacts(
        stream=0,
        width=width,
        height=height,
        rate="25/1",
        time_base="1/12800",
        origin=0,
        frames=FRAMES,
        codec="h264",
        transfer=light,
    )
    rungs = ladder(Picture(0, "h264", width, height, RATE, RATE, light), RATE, presets.preset(preset).video)
    work = VideoWork(demuxer="mov", preroll_s=0.5, video=facts, ladder=rungs, segment_frames=FRAMES, begin=0, end=None)
    order, meter = Order(id=ID, rev=REV, unit="v00000", deadline_s=3600, work=work), Meter()
    with serving() as store, private_folder() as folder:
        source = folder / "source.mp4"
        codecs, filters = (X264, "") if light == "sdr" else (HDR10.codecs, HDR10.filters)
        clip(*codecs, rate="25", seconds=FRAMES / 25, size=(width, height), sound=False, filters=filters)(source)
        url = store.put(source.read_bytes())
        make(order, url, folder, Encoder(find_tools(), meter.run, time.monotonic))
    name = f"{preset}_{lines}" + ("" if light == "sdr" else "_hdr")
    memory, scratch = (max(took) / MB for took in zip(*((run.memory, run.scratch) for run in meter.taken), strict=True))
    yield Figure(f"memory_mb_{name}", memory, f"MB at the peak of a chunk of {lines} as {preset}", most=MOST_MB)
    yield Figure(f"scratch_mb_{name}", scratch, f"MB of files of {FRAMES} frames of it")
