"""Many uploads at once, quiet and in a storm: what became of each, and what is left over.

The storm is all that may happen at once: a rough network, a store that is away for a minute at random moments, workers that are
killed, messages that come twice.
"""

import random
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Final

import psutil

from functions.common import events
from functions.common.model import Manifest
from infra.local.emulator import running
from tests.benchmarks.figures import Figure, timed
from tests.benchmarks.library import PLACES, library
from tests.faulty import Faults, FaultyProxy, led_by
from tests.media import clip
from tests.stack.library import Library
from tests.stack.published import published, remains, written

CLIP: Final = "blink"  # five pictures: what is measured is everything around them
PATIENCE_S: Final = 3 * 3600
LAST: Final = ("ready", "failed", "rejected")
ROUGH: Final = Faults(late_s=0.1, busy=0.05, refused=0.05, unanswered=0.05, cut=0.05)
AWAY_S: Final = 60
HARM_EVERY_S: Final = 15


def measure() -> list[Figure]:
    """Take 200 uploads at once."""
    with library() as found:
        return _figures("burst", found, 200)


def flood() -> list[Figure]:
    """Take 1,000 uploads at once."""
    with library() as found:
        return _figures("flood", found, 1000)


def storm() -> list[Figure]:
    """Take 100 uploads at once in a storm."""
    with library() as found:
        rough = FaultyProxy(found.port, faults=ROUGH)
        return [*_figures("storm", found, 100, _stormy(found, rough)), *_harm(rough)]


def _figures(name: str, found: Library, count: int, weather: AbstractContextManager[None] | None = None) -> list[Figure]:
    quiet = found.settled(found.drop("quiet.mp4", clip(CLIP)), "ready")
    with weather or nullcontext(), timed() as watch:
        videos = [found.drop(f"{name}/{number}.mp4", clip(CLIP)) for number in range(count)]
        ended = [found.wait(video, lambda manifest: manifest.status in LAST, PATIENCE_S) for video in videos]
    model, ready = published(found, quiet), [each for each in ended if each.status == "ready"]
    other = sum({**published(found, each), "manifest": ""} != {**model, "manifest": ""} for each in ready)
    return [
        Figure(f"{name}_uploads", count, "files dropped at once"),
        Figure(f"{name}_minutes", watch.seconds / 60, "minutes until the last one was at its end"),
        Figure(f"{name}_not_ready", count - len(ready), "of them not ready", 0),
        Figure(f"{name}_other_bytes", other, "published with other bytes than one that was alone", 0),
        Figure(f"{name}_left_over", _left_over(found, ended, quiet), "with other objects after sweeps than one that was alone", 0),
        Figure(f"{name}_dead_letters", _dead(found), "messages that were given up", 0),
    ]


def _left_over(found: Library, ended: Sequence[Manifest], quiet: Manifest) -> int:
    left = len(ended)

    def none() -> bool:
        nonlocal left
        found.take_in()
        there = written(found)
        left = sum(remains(there, each) != remains(there, quiet) for each in ended)
        return left == 0

    with suppress(AssertionError):  # the figure tells it
        found.sweep_until(none, "something is left over")
    return left


def _dead(found: Library) -> int:
    queues = [url for name, url in found.stack.queues.items() if name.endswith("dead")]
    asked = (found.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]) for url in queues)
    return sum(int(answer["Attributes"]["ApproximateNumberOfMessages"]) for answer in asked)


@contextmanager
def _stormy(found: Library, rough: FaultyProxy) -> Iterator[None]:
    """Do harm in a thread until the block ends."""
    calm, chance = threading.Event(), random.Random(0)  # noqa: S311  # no secret hangs on it

    def harm() -> None:
        while not calm.wait(HARM_EVERY_S):
            rough.met["killed"] += _kill_one(chance)
            rough.met["doubled"] += _double(found, chance)
            if chance.random() < HARM_EVERY_S / AWAY_S / 3:  # a minute in four
                rough.go_away(AWAY_S)

    with rough.serving(), led_by(f"http://127.0.0.1:{rough.port}", found.functions):
        thread = threading.Thread(target=harm)
        thread.start()
        yield
        calm.set()
        thread.join()


def _kill_one(chance: random.Random) -> bool:
    emulator = running(PLACES)
    process = emulator.process() if emulator else None
    workers = process.children(recursive=True) if process else []
    with suppress(IndexError, psutil.NoSuchProcess):
        chance.choice(workers).send_signal(signal.SIGKILL)
        return True
    return False


def _double(found: Library, chance: random.Random) -> bool:
    orders = found.keys(found.stack.work_bucket, "orders/")
    if orders:
        found.sqs.send_message(QueueUrl=found.stack.queues["transcode"], MessageBody=events.body([chance.choice(orders)]))
    return bool(orders)


def _harm(rough: FaultyProxy) -> list[Figure]:
    return [
        Figure(f"storm_{name}", count, "requests, workers or messages that met it") for name, count in sorted(rough.met.items())
    ]
