"""6. What S3 says to forty writers of one key, and to a new bucket that is written to at once."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from botocore.config import Config

from functions.common.errors import Contended
from functions.common.s3 import S3Door, pause
from functions.common.store import ROUNDS, Answer, Bucket, Condition, Look, Write
from tests.benchmarks.figures import Figure, timed
from tests.cloud.lab import Lab, puts

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WRITERS: Final = 40  # the most encoders that report at once
EACH: Final = 5  # changes of one key by each
FRESH: Final = 100  # writes of each into a new bucket
KEY: Final = "list.json"


@dataclass(frozen=True)
class Counted(S3Door):
    """A door that counts what the store answers."""

    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write, and count the answer."""
        answer = super().put(key, body, condition)
        with self.lock:
            self.answers[answer.name] += 1
        return answer


def measure(lab: Lab) -> list[Figure]:
    """Add to one list with forty hands; then write many objects into a bucket that is seconds old."""
    puts(lab.purse, WRITERS * (EACH * WRITERS + FRESH), "writes of one key, each lost round counted, and of a new bucket")
    config = Config(max_pool_connections=WRITERS, retries={"mode": "standard", "max_attempts": 8}, signature_version="s3v4")
    s3 = lab.installation.session.client("s3", config=config)
    return [*_one_key(s3, lab.bucket()), *_new_bucket(s3, lab.bucket())]


def _one_key(s3: "S3Client", name: str) -> list[Figure]:
    door = Counted(s3, name)
    bucket = Bucket(door, pause)

    def change(number: int) -> bool:
        def add(look: Look) -> tuple[Write]:
            return (Write(KEY, json.dumps(sorted({*json.loads(look(KEY) or b"[]"), number})).encode()),)

        try:
            bucket.derive(add)
        except Contended:  # a queue would bring it back
            return False
        return True

    with timed() as watch, ThreadPoolExecutor(WRITERS) as pool:
        made = sum(pool.map(change, range(WRITERS * EACH)))
    lost = made - len(json.loads(bucket.read(KEY) or b"[]"))
    kinds = [
        Figure(f"one_key_{kind.lower()}", number, f"writes that S3 answered with {kind}")
        for kind, number in sorted(door.answers.items())
    ]
    return [
        Figure("one_key_lost", lost, f"of {made} changes by {WRITERS} writers of one key", most=0),
        Figure("one_key_given_up", WRITERS * EACH - made, f"of {WRITERS * EACH} changes after {ROUNDS} rounds"),
        Figure("one_key_s", watch.seconds, "s for all of them"),
        *kinds,
    ]


def _new_bucket(s3: "S3Client", name: str) -> list[Figure]:
    def write(number: int) -> int:
        answer = s3.put_object(Bucket=name, Key=f"{number % 256:02x}/{number}", Body=b"x" * 1000)
        return int(answer["ResponseMetadata"]["RetryAttempts"])

    with timed() as watch, ThreadPoolExecutor(WRITERS) as pool:
        again = sum(pool.map(write, range(WRITERS * FRESH)))
    return [
        Figure("new_bucket_puts_s", WRITERS * FRESH / watch.seconds, f"writes a second by {WRITERS} writers from this machine"),
        Figure("new_bucket_retries", again, f"of {WRITERS * FRESH} writes that had to be sent again (503)"),
    ]
