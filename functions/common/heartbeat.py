"""Keeping a message hidden while its worker lives. EFFECT: calls SQS, and runs one thread.

Lambda asks for a visibility of six times the function's timeout (AWS Lambda guide, "Creating and configuring an Amazon SQS event
source mapping"): 90 minutes for a chunk whose worker was killed. So a worker shortens it to a minute and renews it while it works.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.common.events import Message
from functions.common.faults import FAULTS, passes
from functions.common.settings import QueueSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_PAUSE_S = 120
AGAIN_S = 1
BEATS_IN_A_LIFE = 3  # two may be lost


@dataclass(frozen=True)
class SqsHeart:
    """A heart that beats by ChangeMessageVisibility."""

    sqs: "SQSClient"
    settings: QueueSettings

    @contextmanager
    def beating(self, messages: Sequence[Message]) -> Iterator[None]:
        """Beat at once, then three times in the life of a beat."""
        done = threading.Event()
        thread = threading.Thread(target=self._beat, args=(messages, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def retry_later(self, message: Message) -> None:
        """Bring a failed message back after 10·2^receives seconds, at most two minutes.

        Asks until the queue answers or the function's time is over: untold, it would come back after six times that time.
        """
        while not self._hide(message, min(LONGEST_PAUSE_S, 10 * 2**message.receives)):
            time.sleep(AGAIN_S)

    def _beat(self, messages: Sequence[Message], done: threading.Event) -> None:
        while True:
            for message in messages:
                self._hide(message, self.settings.heartbeat_s)
            if done.wait(self.settings.heartbeat_s / BEATS_IN_A_LIFE):
                return

    def _hide(self, message: Message, seconds: int) -> bool:
        """Hide a message for so long; tell whether the queue answered. It refuses where another worker has the message by now."""
        try:
            self.sqs.change_message_visibility(QueueUrl=self.settings.url, ReceiptHandle=message.handle, VisibilityTimeout=seconds)
        except FAULTS as fault:
            return not passes(fault)
        return True
