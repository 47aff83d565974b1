"""How soon a film plays, by its length: the source itself by its preview, and the ladder, with two workers."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks.figures import Figure, timed
from tests.benchmarks.film import watch_begin
from tests.benchmarks.library import library
from tests.media import clip, ffmpeg
from tests.stack.library import Library, until

LENGTHS: Final = {"10 s": 10, "1 min": 60, "5 min": 300, "20 min": 1200}
IDLE_S: Final = 300  # chunks that were begun are finished, though nobody wants them any more


def measure() -> list[Figure]:
    """Drop films of 1080p with 8 Mbit/s, one after the other, each on an idle stack."""
    with library() as found:
        return [figure for name, seconds in LENGTHS.items() for figure in _film(found, name, seconds)]


def _film(found: Library, name: str, seconds: int) -> Iterator[Figure]:
    key = f"{seconds}.mp4"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / key
        ffmpeg("-stream_loop", "-1", "-i", clip("film_3min"), "-t", str(seconds), "-c", "copy", "-movflags", "+faststart", path)
        size = path.stat().st_size
        video = found.drop(key, path)
    with timed() as ladder:
        with timed() as first:
            manifest = found.wait(video, lambda seen: seen.playable is not None)
            previewed = b"-copy/" in found.get(manifest.playable.main if manifest.playable else "")
        watch_begin(found, video)
    found.remove(key)
    queue = found.stack.queues["transcode"]
    until(lambda: _idle(found, queue) or None, lambda: f"{queue} did not come to rest", IDLE_S)
    yield Figure(f"playable_s_{seconds}", first.seconds, f"s until {name} ({size / 1e6:,.0f} MB) plays{' as it is' * previewed}")
    yield Figure(f"ladder_playable_s_{seconds}", ladder.seconds, "s until the first segments of its ladder were fetched")


def _idle(found: Library, queue: str) -> bool:
    told = found.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return told["ApproximateNumberOfMessages"] == told["ApproximateNumberOfMessagesNotVisible"] == "0"
