"""What each encoder's efforts cost, beside x264 veryfast in the same run."""

import os
import subprocess
from pathlib import Path
from typing import Final

from functions.common.efforts import EFFORTS
from functions.common.model import Rung, VideoCodec, VideoFacts, VideoWork
from functions.common.process import private_folder
from functions.transcode import command, reading
from functions.transcode.binaries import find_tools
from tests.benchmarks.figures import Figure
from tests.media import clip

FRAMES: Final = 100
CRF: Final[dict[VideoCodec, int]] = {"h264": 23, "hevc": 26, "av1": 36, "vp9": 33}
FILM: Final = VideoFacts(
    stream=0, width=1920, height=1080, rate="25/1", time_base="1/12800", origin=0, frames=300, codec="h264", transfer="sdr"
)


def measure() -> list[Figure]:
    """Encode four seconds of 1080p with grain by every effort; the decode is a part of each."""
    taken = {(codec, effort): _cpu_s(codec, effort) for codec, efforts in EFFORTS.items() for effort in efforts}
    base = taken["h264", "veryfast"]
    return [
        Figure(f"effort_{codec}_{effort}", cpu_s / base, f"CPU time of {codec} {effort}, of x264 veryfast's; supposed {supposed}")
        for (codec, effort), cpu_s in taken.items()
        for supposed in [EFFORTS[codec][effort]]
    ]


def _cpu_s(codec: VideoCodec, effort: str) -> float:
    rung = Rung(
        name=f"v/1080p-{codec}",
        width=1920,
        height=1080,
        codec=codec,
        effort=effort,
        crf=CRF[codec],
        maxrate_kbit=5000,
        bufsize_kbit=10_000,
        level="4.0" if codec == "h264" else "",
    )
    work = VideoWork(demuxer="mov", preroll_s=0.5, video=FILM, ladder=(rung,), segment_frames=FRAMES, begin=0, end=FRAMES)
    return cpu_s(work, clip("film_12s"))


def cpu_s(work: VideoWork, film: Path) -> float:
    """Encode a chunk; give the CPU seconds of its ffmpeg."""
    tools = find_tools()
    source = reading.Source(str(film), work.demuxer, reading.LOCAL, str(tools.ca_file))
    with private_folder() as folder:
        before = os.times()
        argv = command.video(str(tools.ffmpeg), source, work, None)
        subprocess.run(argv, cwd=folder, check=True, stderr=subprocess.DEVNULL, env={**os.environ, "SVT_LOG": "1"})
        after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system
