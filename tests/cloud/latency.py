"""2. How long it takes from a PUT to the function that it wakes, without a batching window."""

import json
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab, puts

HOPS: Final = 20  # of each stage
BETWEEN_S: Final = 2  # as people send: one at a time
# As in tests/benchmarks/hops.py: keys that wake a stage and are none of its work, so that its first act is to say so.
NOBODYS: Final = {"ingest": "", "transcode": "orders/", "index": "receipts/", "catalogue": "fragments/"}


def measure(lab: Lab) -> list[Figure]:
    """Put objects that wake a stage, and read from its log when it noticed."""
    puts(lab.purse, 2 * HOPS * len(NOBODYS), "objects that wake a stage")
    return [figure for stage, prefix in NOBODYS.items() for figure in _hops(lab, stage, prefix)]


def _hops(lab: Lab, stage: str, prefix: str) -> Iterator[Figure]:
    stack = lab.library.stack
    bucket = stack.work_bucket if prefix else stack.inbox_bucket
    begun, sent = time.time(), list[float]()
    for number in range(HOPS):
        key = f"{prefix}nobodys-{lab.library.shelf}-{number}"
        lab.after.callback(lab.s3.delete_object, Bucket=bucket, Key=key)
        sent.append(time.time())
        lab.s3.put_object(Bucket=bucket, Key=key)
        time.sleep(BETWEEN_S)
    noticed = sorted(
        datetime.fromisoformat(json.loads(line)["timestamp"]).timestamp() for line in lab.log(stage, begun, "ignored", HOPS)
    )
    took = [next(at for at in noticed if at >= put) - put for put in sent if noticed and noticed[-1] >= put]
    if took:
        yield Figure(
            f"put_to_{stage}_ms_p50", statistics.median(took) * 1000, f"ms from a PUT's begin to {stage}'s, {len(took)} of {HOPS}"
        )
        yield Figure(f"put_to_{stage}_ms_most", max(took) * 1000, "the longest: a cold start is in it")
