"""How long it takes from an object to the function that it wakes."""

import json
import statistics
import time
from datetime import datetime
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.library import PLACES, library
from tests.stack.library import Library, until

HOPS = 30  # of each stage
PATIENCE_S = 60
WARMING = 3  # before them: the environments start
# Keys that wake a stage and are none of its work, so that its first act is to say so in the log, with the time.
NOBODYS = {
    "ingest": "inbox/nobodys",
    "transcode": "work/orders/nobodys",
    "index": "work/receipts/nobodys",
    "catalogue": "work/fragments/nobodys",
}


def measure() -> list[Figure]:
    """Put objects one by one, each when the one before has been noticed."""
    with library() as found:
        hops = {stage: _hops(found, stage) for stage in NOBODYS}
    every = [hop for of_stage in hops.values() for hop in of_stage]
    return [
        Figure(
            "hop_ms_p50",
            statistics.median(every),
            "ms from the PUT's begin to the handler's, four stages, one message at a time",
            most=100,
        ),
        *(Figure(f"hop_{stage}_ms_p50", statistics.median(found), f"ms of {stage} alone") for stage, found in hops.items()),
    ]


def _hops(found: Library, stage: str) -> list[float]:
    bucket, _, key = NOBODYS[stage].partition("/")
    name = {"inbox": found.stack.inbox_bucket, "work": found.stack.work_bucket}[bucket]
    journal = PLACES.run / "logs" / f"reelbucket-{stage}.log"
    return [_hop(found, name, f"{key}-{number}", journal) for number in range(WARMING + HOPS)][WARMING:]


def _hop(found: Library, bucket: str, key: str, journal: Path) -> float:
    before = len(_noticed(journal))
    put_at = time.time()
    found.s3.put_object(Bucket=bucket, Key=key)
    noticed_at = until(lambda: next(iter(_noticed(journal)[before:]), None), lambda: f"{key} woke nobody", PATIENCE_S)
    return (noticed_at - put_at) * 1000


def _noticed(journal: Path) -> list[float]:
    """Give the times, in seconds since 1970, at which a stage said that an object is none of its work."""
    lines = journal.read_text().splitlines() if journal.exists() else []
    said = (json.loads(line) for line in lines if line.startswith("{"))
    return [datetime.fromisoformat(line["timestamp"]).timestamp() for line in said if line.get("message") == "ignored"]
