"""The stack on which benchmarks run: its own, with three rungs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from infra.local.places import places
from infra.local.stack import down, up
from tests.stack.library import Library

PLACES: Final = places({"REEL_LOCAL": ".local/bench/stack", "REEL_PORT": "0"})
RUNGS: Final = ("1080p", "720p", "480p")


@contextmanager
def library() -> Iterator[Library]:
    """Start the stack afresh, with nothing on it, and stop it in the end."""
    down(PLACES)
    shutil.rmtree(PLACES.own, ignore_errors=True)
    stack = up(PLACES, {"Rungs": ",".join(RUNGS)})
    try:
        yield Library.of(stack)
    finally:
        down(PLACES)
