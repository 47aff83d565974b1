"""The simulation computes while nothing else does: it may go beside tests that mostly wait, and are hurt by a busy machine."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package", autouse=True)
def humble() -> Iterator[None]:
    """Take only what is left of the processors, with all processes that are started meanwhile."""
    before = os.sched_getscheduler(0)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    yield
    os.sched_setscheduler(0, before, os.sched_param(0))
