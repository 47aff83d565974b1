"""Tests that compute go beside tests that mostly wait, and are hurt by a busy machine: they take what these leave."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


@pytest.fixture(scope="package", autouse=True)
def humble() -> Iterator[None]:
    """Take only what is left of the processors, with all processes that are started meanwhile."""
    with suppress(OSError):  # the leader of a session cannot leave it, and is not beside other tests
        os.setsid()
        Path("/proc/self/autogroup").write_text("19")  # where sessions share the processors as equals (sched(7), autogroup)
    before = os.sched_getscheduler(0)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    yield
    with suppress(PermissionError):  # to take more again is not everybody's right
        os.sched_setscheduler(0, before, os.sched_param(0))
