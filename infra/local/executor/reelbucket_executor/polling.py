"""Lets an event source mapping poll as Lambda does: long, and as many times at once as its MaximumConcurrency says.

LocalStack 4.14 asks each queue anew after a pause, which is up to half a second for every hop, and polls each mapping with one
thread, which never runs two invocations of it at once.
"""

from collections.abc import Callable

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from localstack.utils.threads import FuncThread

LONG_POLL_S = 20  # the longest that SQS allows

_start_one: Callable[[EsmWorker], None] = EsmWorker.start
_register: Callable[[SqsPoller], None] = SqsPoller._register_client_hooks  # noqa: SLF001  # LocalStack has no other way in


def poll_as_lambda() -> None:
    """Replace how mappings start and ask; once or many times is the same."""
    EsmWorker.start = _start_all  # type: ignore[method-assign]
    SqsPoller._register_client_hooks = _poll_long  # type: ignore[method-assign]  # noqa: SLF001


def _start_all(worker: EsmWorker) -> None:
    _start_one(worker)
    scaling = worker.esm_config.get("ScalingConfig") or {}
    for number in range(1, scaling.get("MaximumConcurrency") or 1):
        FuncThread(worker.poller_loop, name=f"event-source-mapping-poller-{worker.uuid}-{number}").start()


def _poll_long(poller: SqsPoller) -> None:
    _register(poller)
    poller.source_client.meta.events.register("provide-client-params.sqs.ReceiveMessage", _wait)


def _wait(params: dict[str, object], **_: object) -> None:
    params["WaitTimeSeconds"] = LONG_POLL_S
