"""How quickly `reel upload` sends a large file, beside `aws s3 cp` in the same run."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from infra.local.command import LocalError
from infra.local.places import ROOT, TOOLS
from infra.local.setup import environment
from tests.benchmarks.figures import Figure, timed
from tests.benchmarks.library import PLACES, library
from tests.stack.library import Library

SIZE = 1_000_000_000  # bytes
PIECE = 10_000_000
LOOK_S = 0.05
ROUNDS = 5  # of both, one after the other
MEGABYTE = 1_000_000
AWS = TOOLS / "awscli" / "bin" / "aws"


def measure() -> list[Figure]:
    """Send the same file by both in turns."""
    environment("awscli", "awscli", "the AWS command line").do()
    with tempfile.TemporaryDirectory() as folder, library() as found:
        file = Path(folder) / "large.mp4"
        write(file)
        pairs = [(_sent(found, file), _copied(found, file, number)) for number in range(ROUNDS)]
    ratio = statistics.median(ours.seconds / theirs.seconds for ours, theirs in pairs)
    speeds = [statistics.median(SIZE / MEGABYTE / done.seconds for done in each) for each in zip(*pairs, strict=True)]
    return [
        Figure("upload_ratio_to_s3_cp", ratio, "wall time of 1 GB, `reel upload` to `aws s3 cp`, median of 5 pairs", 1.1),
        Figure("upload_mb_s", speeds[0], "MB a second of `reel upload`"),
        Figure("s3_cp_mb_s", speeds[1], "MB a second of `aws s3 cp`"),
        Figure("upload_memory_mb", max(ours.memory_mb for ours, _ in pairs), "MB of memory of `reel upload` at most", 150),
    ]


@dataclass(frozen=True)
class Done:
    """What a process took."""

    seconds: float
    memory_mb: float


def _run(argv: Sequence[str], environment: Mapping[str, str]) -> Done:
    """Run it, looking at its memory now and then: the kernel's own figure at its end has the memory of whoever started it too."""
    highest = 0
    with timed() as watch:
        child = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None:
            with suppress(psutil.NoSuchProcess):
                highest = max(highest, psutil.Process(child.pid).memory_info().rss)
            time.sleep(LOOK_S)
    if child.returncode:
        raise LocalError(f"{argv} ended with {child.returncode}")
    return Done(watch.seconds, highest / MEGABYTE)


def write(file: Path) -> None:
    """Make the file that is sent."""
    chance = random.Random(1)  # noqa: S311  # the same bytes each time
    with file.open("wb") as out:
        for _ in range(SIZE // PIECE):
            out.write(chance.randbytes(PIECE))


def _sent(found: Library, file: Path) -> Done:
    """Send it as an item; what is no video is refused when it has arrived, so nothing is encoded beside the next round."""
    ours = {**os.environ, "PYTHONPATH": str(ROOT), "REEL_LOCAL": str(PLACES.own), "REEL_CONFIG": "/nowhere"}
    done = _run([sys.executable, "-P", "-m", "client.reel", "upload", str(file)], ours)
    for page in found.s3.get_paginator("list_objects_v2").paginate(Bucket=found.stack.inbox_bucket):
        for each in page.get("Contents", ()):
            found.s3.delete_object(Bucket=found.stack.inbox_bucket, Key=each["Key"])
    return done


def _copied(found: Library, file: Path, number: int) -> Done:
    key, at = f"bench/{number}", ("--endpoint-url", found.stack.endpoint)
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": found.stack.region}
    done = _run([str(AWS), *at, "s3", "cp", str(file), f"s3://{found.stack.work_bucket}/{key}"], {**os.environ, **credentials})
    found.s3.delete_object(Bucket=found.stack.work_bucket, Key=key)
    return done
