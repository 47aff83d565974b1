"""The stages' queues, by SQS. EFFECT."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.common import events
from functions.common.events import Message
from functions.common.settings import Queues
from functions.sweep.reconcile import StageName

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_LETTERS = 1_000  # in one run; the next run takes the rest


@dataclass(frozen=True)
class SqsPost:
    """The four queues and the queues of their dead letters."""

    sqs: "SQSClient"
    queues: Queues
    graves: Queues

    def send(self, stage: StageName, body: str) -> None:
        """Send a message to a stage."""
        self.sqs.send_message(QueueUrl=getattr(self.queues, stage), MessageBody=body)

    def dead(self, stage: StageName) -> Iterator[Message]:
        """Take the dead letters of a stage, ten at a time."""
        for _ in range(MOST_LETTERS // 10):
            answer = self.sqs.receive_message(QueueUrl=getattr(self.graves, stage), MaxNumberOfMessages=10)
            letters = answer.get("Messages", [])
            if not letters:
                return
            for letter in letters:
                yield events.read(letter["MessageId"], letter["ReceiptHandle"], letter["Body"])

    def burn(self, stage: StageName, message: Message) -> None:
        """Delete a dead letter."""
        self.sqs.delete_message(QueueUrl=getattr(self.graves, stage), ReceiptHandle=message.handle)
