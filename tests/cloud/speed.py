"""1. How long a cold start takes, how fast a function reads from S3, and what a second of video costs in function time.

For arm64: the same on a stack that was deployed with `NAME=arm PARAMETERS=Architecture=arm64`.
"""

import re
import statistics
import time
from collections.abc import Iterator
from typing import Final

from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab
from tests.cloud.purse import ENCODED_SECOND
from tests.media import TABLE, clip

FILM: Final = "film_12s"
READ_BYTES: Final = 500_000_000
READ_S: Final = 120
UNITS: Final = {"ingest": 1, "transcode": 10, "index": 1, "catalogue": 1}  # invocations, at least, of such a clip
PATIENCE_S: Final = 900
REPORT: Final = re.compile(r"REPORT .*?\bDuration: ([0-9.]+) ms.*?(?:Init Duration: ([0-9.]+) ms)?\s*$", re.DOTALL)


def measure(lab: Lab) -> list[Figure]:
    """Encode a clip and read what Lambda reports; then let a probe with transcode's rights read the clip."""
    seconds = TABLE[FILM].frames / 25
    lab.purse.pay(seconds * ENCODED_SECOND * 10, "the clip, ten times over for cold starts")
    begun = time.time()
    lab.library.settled(lab.drop(f"film{clip(FILM).suffix}", clip(FILM)), "ready", PATIENCE_S)
    reports = {
        stage: [found for line in lab.log(stage, begun, "REPORT", UNITS[stage]) if (found := REPORT.search(line))]
        for stage in UNITS
    }
    busy_s = sum(float(found[1]) for found in reports["transcode"]) / 1000
    return [*_colds(reports), Figure("transcode_s_per_s", busy_s / seconds, "s of transcode for a s of 1080p"), *_reading(lab)]


def _colds(reports: dict[str, list[re.Match[str]]]) -> Iterator[Figure]:
    for stage, found in reports.items():
        if inits := [float(each[2]) for each in found if each[2]]:
            yield Figure(f"cold_{stage}_ms_p50", statistics.median(inits), f"ms of {len(inits)} cold starts of {stage}")


def _reading(lab: Lab) -> Iterator[Figure]:
    probe = lab.probe(lab.role_of("transcode"), READ_S)
    key = f"{lab.library.shelf}/film{clip(FILM).suffix}"
    source = lab.s3.head_object(Bucket=lab.library.stack.inbox_bucket, Key=key)
    what = {"bucket": lab.library.stack.inbox_bucket, "key": key, "version": source["VersionId"], "size": source["ContentLength"]}
    done = probe.ask(act="read", bytes=READ_BYTES, **what)
    yield Figure(
        "read_mb_s", done["bytes"] / done["seconds"] / 1e6, "MB/s that one function reads, ranges of 8 MiB, one after the other"
    )
