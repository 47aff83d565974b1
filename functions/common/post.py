"""The way to the transcode stage's queue. EFFECT: calls SQS."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Final

from functions.common import events
from functions.common.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_AT_ONCE: Final = 10  # messages; the SQS API's limit (SendMessageBatch)


@dataclass(frozen=True)
class OrderPost:
    """Sends orders to transcode, one message each, as the store does."""

    sqs: "SQSClient"
    queue: str

    def send(self, orders: Sequence[str]) -> None:
        """Send the messages that the store would send for these orders. Raises Unavailable if the queue did not take one."""
        for some in batched(orders, MOST_AT_ONCE, strict=False):
            entries = [{"Id": str(place), "MessageBody": events.body([order])} for place, order in enumerate(some)]
            answer = self.sqs.send_message_batch(QueueUrl=self.queue, Entries=entries)  # type: ignore[arg-type]  # as above
            if answer.get("Failed"):
                raise Unavailable("the transcode queue")
