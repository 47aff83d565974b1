"""Three minutes of 1080p through the stack, beside one plain ffmpeg that makes the same ladder of the same file."""

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from functions.common import keys, schema
from functions.common.model import Manifest, Plan, Rung
from functions.transcode.binaries import find_tools
from tests.benchmarks.figures import Figure, timed
from tests.benchmarks.library import RUNGS, library
from tests.media import clip
from tests.stack.library import Library

FILM: Final = "film_3min"
FIRST_S: Final = 12  # three segments, from which on a video is playable
HOPS_S: Final = 4  # that the way through the stack may take beside the encoding
PATIENCE_S: Final = 1800
SAME: Final = "1"  # of each x264, as ours
FREE: Final = "auto"
POLL_S: Final = 0.25


def measure() -> list[Figure]:
    """Time both."""
    film = clip(FILM)
    with library() as found:
        video = found.drop(f"film{film.suffix}", film)
        with timed() as whole:
            with timed() as first:
                _watch_begin(found, video)
            found.settled(video, "ready", PATIENCE_S)
        plan = _plan(found, video)
    whole_s, first_s = whole.seconds, first.seconds
    same, free = _plain(film, plan, SAME), _plain(film, plan, FREE)
    same_begin, free_begin = (_plain(film, plan, threads, FIRST_S) + HOPS_S for threads in (SAME, FREE))
    begin = f"first segments fetched, of what {FIRST_S} s take plainly + {HOPS_S} s"
    return [
        Figure(
            "wall_ratio_stack_to_plain", whole_s / same, "the stack's time, of the plain ffmpeg's with the same settings", most=1.25
        ),
        Figure(
            "wall_ratio_stack_to_plain_free",
            whole_s / free,
            "of the plain ffmpeg's, x264 with as many threads as it likes",
            most=1.25,
        ),
        Figure("wall_stack_s", whole_s, f"s from the end of the upload to ready, {', '.join(RUNGS)}"),
        Figure("first_playable_ratio", first_s / same_begin, f"{begin}, same settings", most=1),
        Figure("first_playable_ratio_free", first_s / free_begin, f"{begin}, x264 with as many threads as it likes"),
        Figure("first_playable_s", first_s, "s from the end of the upload until the first segments were fetched"),
    ]


def _watch_begin(found: Library, video: str) -> None:
    """Do what the player does first: wait for the manifest, read the lists, fetch the first bytes of picture and sound."""
    playable = None
    while playable is None:
        manifest: Manifest | None = found.manifest(video)
        playable = manifest.playable if manifest else None
        time.sleep(POLL_S)
    folder = playable.main.rpartition("/")[0]
    named = [
        line.split('"')[-2] if line.startswith("#EXT-X-MEDIA") else line for line in found.get(playable.main).decode().splitlines()
    ]
    for name in (name for name in named if name.endswith(".m3u8")):
        listed = found.get(f"{folder}/{name}").decode().splitlines()
        found.get(f"{folder}/{name.rpartition('/')[0]}/{next(line for line in listed if line and not line.startswith('#'))}")


def _plan(found: Library, video: str) -> Plan:
    manifest = found.manifest(video)
    body = found.read(found.stack.work_bucket, keys.PLAN.key(id=video, rev=str(manifest and manifest.rev)))
    return schema.load(Plan, body or b"")


def _plain(film: Path, plan: Plan, threads: str, seconds: float | None = None) -> float:
    """Time one ffmpeg as anybody would write it, with our settings of x264 but perhaps its number of threads."""
    with tempfile.TemporaryDirectory() as folder, timed() as watch:
        subprocess.run([str(find_tools().ffmpeg), *_arguments(film, plan, threads, seconds)], cwd=folder, check=True)
    return watch.seconds


def _arguments(film: Path, plan: Plan, threads: str, seconds: float | None) -> Iterator[str]:
    names = [f"v{place}" for place in range(len(plan.ladder))]
    scaled = (f"[in{n}]scale={rung.width}:{rung.height}:flags=bicubic[{n}]" for n, rung in zip(names, plan.ladder, strict=True))
    split = f"[0:v]split={len(names)}{''.join(f'[in{name}]' for name in names)}"
    yield from ("-v", "error", "-nostdin", "-y", *(("-t", str(seconds)) if seconds else ()), "-i", str(film))
    yield from ("-filter_complex", ";".join((split, *scaled)))
    for name, rung in zip(names, plan.ladder, strict=True):
        yield from ("-map", f"[{name}]", *_x264(rung, plan.segment_frames, threads), *_hls(name))
    yield from ("-map", "0:a", "-c:a", "aac", "-b:a", "128k", *_hls("sound"))


def _x264(rung: Rung, group: int, threads: str) -> Sequence[str]:
    return (
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(rung.crf), "-profile:v", "high", "-bf", "3"),
        *("-maxrate", f"{rung.maxrate_kbit}k", "-bufsize", f"{rung.bufsize_kbit}k", "-x264-params", f"threads={threads}"),
        *("-g", str(group), "-keyint_min", str(group), "-sc_threshold", "0", "-pix_fmt", "yuv420p"),
    )


def _hls(name: str) -> Sequence[str]:
    return ("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
            "-hls_fmp4_init_filename", f"{name}.mp4", f"{name}.m3u8")  # fmt: skip
