"""The engine beside Shaka Streamer, an open peer, with the same ladder and the same settings of x264."""

import json
import tempfile
import time
from pathlib import Path
from typing import Final

from functions.common import presets
from functions.transcode.binaries import find_tools
from functions.transcode.job import Encoder
from infra.local.places import TOOLS
from infra.local.setup import environment
from tests.benchmarks.figures import Figure
from tests.benchmarks.measured import Meter
from tests.benchmarks.plain import x264
from tests.inputs.engine import Making, convert
from tests.media import clip
from tests.unit.transcode.store import serving

FILM: Final = "film_3min"
DRIVER: Final = Path(__file__).with_name("shaka_driver.py")
THREADS: Final = "1"  # of each x264, as ours


def measure() -> list[Figure]:
    """Convert three minutes of 1080p by each, one after the other."""
    environment("shaka", "shaka", "Shaka Streamer").do()
    film, ours, theirs = clip(FILM), Meter(), Meter()
    with tempfile.TemporaryDirectory() as folder, serving() as store:
        places = [Path(folder) / name for name in ("ours", "theirs")]
        for place in places:
            place.mkdir()
        encoder = Encoder(find_tools(), ours.run, time.monotonic)
        plan = convert(film, store, places[0], Making(presets.preset("web"), encoder)).plan
        settings = json.dumps({str(rung.height): x264(rung, plan.segment_frames, THREADS) for rung in plan.ladder})
        python = str(TOOLS / "shaka" / "bin" / "python")
        done = theirs.command([python, str(DRIVER), str(film), str(places[1]), str(find_tools().ffmpeg), settings], places[1])
        made = len(list(places[1].rglob("*.m3u8")))
    if done.code or made != len(plan.ladder) + 2:
        raise SystemExit(f"Shaka Streamer ended with {done.code} and {made} lists: {done.stderr[-2000:]}")
    says = f"CPU time of all orders, of Shaka Streamer's, {len(plan.ladder)} heights, the same settings of x264"
    return [Figure("cpu_ratio_to_shaka", ours.cpu_s / theirs.cpu_s, says, most=1.0)]
