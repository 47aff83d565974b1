"""A message stays hidden while its worker lives, also where the queue does not answer each time."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.common.events import Message
from functions.common.heartbeat import SqsHeart
from functions.common.settings import QueueSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AWAY = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
MESSAGE = Message(id="1", handle="handle", receives=1, keys=("orders/x",))


@dataclass
class Queue:
    """A queue that answers its first calls with an error."""

    away: int
    error: Exception = AWAY
    hidden_s: list[int] = field(default_factory=list)
    beat: threading.Event = field(default_factory=threading.Event)

    def change_message_visibility(self, *, VisibilityTimeout: int, **_: str) -> None:  # noqa: N803  # boto3's names
        """Keep what was asked."""
        if self.away:
            self.away -= 1
            raise self.error
        self.hidden_s.append(VisibilityTimeout)
        self.beat.set()


def heart(queue: Queue, heartbeat_s: int) -> SqsHeart:
    return SqsHeart(cast("SQSClient", queue), QueueSettings("http://queue", heartbeat_s))


def test_a_heart_beats_on_when_a_beat_was_lost() -> None:
    """Otherwise the message would stay hidden for as long as its queue says: an hour and a half."""
    queue = Queue(away=2)
    with heart(queue, heartbeat_s=0).beating([MESSAGE]):
        assert queue.beat.wait(10)


@pytest.mark.parametrize(("receives", "seconds"), [(1, 20), (2, 40), (5, 120)])
def test_a_failed_message_comes_back_later_each_time(receives: int, seconds: int) -> None:
    queue = Queue(away=0)
    heart(queue, heartbeat_s=60).retry_later(Message(id="1", handle="handle", receives=receives, keys=("orders/x",)))

    assert queue.hidden_s == [seconds]


def test_a_failed_message_is_told_as_soon_as_its_queue_is_back() -> None:
    heart(queue := Queue(away=1), heartbeat_s=60).retry_later(MESSAGE)

    assert queue.hidden_s == [20]


def test_a_message_that_another_worker_has_is_left_to_it() -> None:
    refused = ClientError({"Error": {}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "ChangeMessageVisibility")  # type: ignore[typeddict-item]
    heart(queue := Queue(away=1, error=refused), heartbeat_s=60).retry_later(MESSAGE)

    assert queue.hidden_s == []
