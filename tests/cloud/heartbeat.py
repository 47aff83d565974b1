"""3. Whether a message whose worker died comes back when the worker said, and not when the queue would have it."""

import time
from typing import Final

from tests.benchmarks.figures import Figure, timed
from tests.cloud.lab import Lab
from tests.cloud.purse import MESSAGE
from tests.stack.library import until

HIDDEN_S: Final = 20  # that the dying worker asks for
QUEUE_S: Final = 720  # that the queue would hide it, far longer than anybody waits
PATIENCE_S: Final = 300


def measure(lab: Lab) -> list[Figure]:
    """Let a worker shorten a message's time and die; watch until another one has taken and deleted it."""
    lab.purse.pay(10_000 * MESSAGE, "receives of a mapping")
    address, arn = lab.queue(VisibilityTimeout=str(QUEUE_S))
    rights = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
    probe = lab.probe(lab.role({"Effect": "Allow", "Action": rights, "Resource": arn}))
    mapping = lab.functions.create_event_source_mapping(
        FunctionName=probe.name, EventSourceArn=arn, BatchSize=1, FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 2},
    )["UUID"]  # fmt: skip
    lab.after.callback(lab.functions.delete_event_source_mapping, UUID=mapping)
    until(lambda: _enabled(lab, mapping), lambda: "the mapping was never enabled", PATIENCE_S)
    lab.sqs.send_message(QueueUrl=address, MessageBody=f"{address} {HIDDEN_S}")
    with timed() as watch:
        until(lambda: _gone(lab, address), lambda: f"the message is still there after {PATIENCE_S} s", PATIENCE_S)
    return [
        Figure(
            "back_after_death_s",
            watch.seconds,
            f"s until a message of a dead worker was done, hidden for {HIDDEN_S} s of {QUEUE_S}",
        )
    ]


def _enabled(lab: Lab, mapping: str) -> bool | None:
    return lab.functions.get_event_source_mapping(UUID=mapping)["State"] == "Enabled" or None


def _gone(lab: Lab, address: str) -> bool | None:
    """Tell whether the queue is empty; SQS counts approximately, so it is asked twice."""
    for _ in range(2):
        found = lab.sqs.get_queue_attributes(
            QueueUrl=address, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        )["Attributes"]
        if any(map(int, found.values())):
            return None
        time.sleep(1)
    return True
