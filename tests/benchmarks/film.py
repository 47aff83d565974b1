"""Three minutes of 1080p through the stack, beside one plain ffmpeg that makes the same ladder of the same file."""

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from functions.common import keys, schema
from functions.common.model import Manifest, Plan
from tests.benchmarks.figures import Figure, timed
from tests.benchmarks.library import RUNGS, library
from tests.benchmarks.plain import plain
from tests.media import clip
from tests.stack.library import Library

FILM: Final = "film_3min"
FIRST_S: Final = 12  # three segments, from which on a ladder is listed
HOPS_S: Final = 4  # that the way through the stack may take beside the encoding
PATIENCE_S: Final = 1800
SAME: Final = "1"  # of each x264, as ours
FREE: Final = "auto"
POLL_S: Final = 0.25
LADDER: Final = "-h264/list.m3u8"


def measure() -> list[Figure]:
    """Time both."""
    film = clip(FILM)
    with library() as found:
        video = found.drop(f"film{film.suffix}", film)
        with timed() as whole:
            with timed() as preview:
                found.wait(video, lambda manifest: manifest.playable is not None)
            with timed() as first:
                watch_begin(found, video)
            found.settled(video, "ready", PATIENCE_S)
        plan = _plan(found, video)
    whole_s, first_s = whole.seconds, preview.seconds + first.seconds
    same, free = _plain(film, plan, SAME), _plain(film, plan, FREE)
    same_begin, free_begin = (_plain(film, plan, threads, FIRST_S) + HOPS_S for threads in (SAME, FREE))
    begin = f"first segments of the ladder fetched, of what {FIRST_S} s take plainly + {HOPS_S} s"
    return [
        Figure("preview_playable_s", preview.seconds, "s from the end of the upload until the source itself plays"),
        Figure(
            "wall_ratio_stack_to_plain", whole_s / same, "the stack's time, of the plain ffmpeg's with the same settings", most=1.1
        ),
        Figure(
            "wall_ratio_stack_to_plain_free",
            whole_s / free,
            "of the plain ffmpeg's, x264 with as many threads as it likes",
            most=1.1,
        ),
        Figure("wall_stack_s", whole_s, f"s from the end of the upload to ready, {', '.join(RUNGS)}"),
        Figure("first_ladder_ratio", first_s / same_begin, f"{begin}, same settings"),
        Figure("first_ladder_ratio_free", first_s / free_begin, f"{begin}, x264 with as many threads as it likes"),
        Figure("first_ladder_s", first_s, "s from the end of the upload until the first segments of the ladder were fetched"),
    ]


def watch_begin(found: Library, video: str) -> None:
    """Do what a player does first that has no use for a preview: read the lists, fetch the first bytes of picture and sound."""
    manifest: Manifest | None = found.manifest(video)
    main = manifest.playable.main if manifest and manifest.playable else ""
    lines: list[str] = []
    while not any(line.endswith(LADDER) for line in lines):
        lines = found.get(main).decode().splitlines()
        time.sleep(POLL_S)
    folder = main.rpartition("/")[0]
    named = [line.split('"')[-2] if line.startswith("#EXT-X-MEDIA") else line for line in lines]
    for name in (name for name in named if name.endswith(".m3u8")):
        listed = found.get(f"{folder}/{name}").decode().splitlines()
        found.get(f"{folder}/{name.rpartition('/')[0]}/{next(line for line in listed if line and not line.startswith('#'))}")


def _plan(found: Library, video: str) -> Plan:
    manifest = found.manifest(video)
    body = found.read(found.stack.work_bucket, keys.PLAN.key(id=video, rev=str(manifest and manifest.rev)))
    return schema.load(Plan, body or b"")


def _plain(film: Path, plan: Plan, threads: str, seconds: float | None = None) -> float:
    """Time one plain ffmpeg."""
    with tempfile.TemporaryDirectory() as folder, timed() as watch:
        subprocess.run(plain(film, plan, threads, seconds), cwd=folder, check=True)
    return watch.seconds
