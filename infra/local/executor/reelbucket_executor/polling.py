"""Lets an event source mapping run as many polls at once as its MaximumConcurrency says.

LocalStack 4.14 polls each mapping with one thread and so never runs two invocations of it at once.
"""

from collections.abc import Callable

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
from localstack.utils.threads import FuncThread

_start_one: Callable[[EsmWorker], None] = EsmWorker.start


def poll_in_parallel() -> None:
    """Replace the start of a mapping; once or many times is the same."""
    EsmWorker.start = _start_all  # type: ignore[method-assign]


def _start_all(worker: EsmWorker) -> None:
    _start_one(worker)
    scaling = worker.esm_config.get("ScalingConfig") or {}
    for number in range(1, scaling.get("MaximumConcurrency") or 1):
        FuncThread(worker.poller_loop, name=f"event-source-mapping-poller-{worker.uuid}-{number}").start()
