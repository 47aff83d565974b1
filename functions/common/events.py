"""What a queue hands to a stage: batches of messages, each naming keys. PURE.

A message is S3's own notification (Amazon S3 User Guide, "Event message structure"), wrapped in an SQS record. The sweep sends
messages of the same form, marked as its own, so a stage has one door.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus, unquote_plus

import msgspec

SWEEP: Final = "reelbucket:sweep"
REVIVED: Final = "reelbucket:revived"  # a dead letter that got its second life


class _Object(msgspec.Struct):
    key: str


class _S3(msgspec.Struct):
    object: _Object


class _Record(msgspec.Struct, rename="camel"):
    s3: _S3
    event_source: str = "aws:s3"


class _Body(msgspec.Struct):
    Records: tuple[_Record, ...] = ()  # absent in s3:TestEvent, which S3 sends when a notification is set
    Event: str = ""


class _Attributes(msgspec.Struct):
    ApproximateReceiveCount: str


class _SqsRecord(msgspec.Struct, rename="camel"):
    message_id: str
    receipt_handle: str
    body: str
    attributes: _Attributes


class _SqsEvent(msgspec.Struct):
    Records: tuple[_SqsRecord, ...]


@dataclass(frozen=True)
class Message:
    """One message of a batch. `keys`: objects that it names; `unreadable`: why it names none.

    `receives` counts deliveries from 1; `revived` tells that it died once before.
    """

    id: str
    handle: str
    keys: tuple[str, ...] = ()
    receives: int = 1
    revived: bool = False
    unreadable: str | None = None


def parse(event: object) -> tuple[Message, ...]:
    """Read a batch. A message whose body cannot be read is kept, with the reason; it has no owner to tell."""
    batch = msgspec.convert(event, _SqsEvent)
    return tuple(_message(record) for record in batch.Records)


def body(keys: Iterable[str], *, revived: bool = False) -> str:
    """Write the message that the store would have sent for these objects, marked as the sweep's."""
    source = REVIVED if revived else SWEEP
    return json.dumps({"Records": [{"eventSource": source, "s3": {"object": {"key": quote_plus(key)}}} for key in keys]})


def failed(message_ids: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Answer a batch: only these messages come back (AWS Lambda guide, "Reporting batch item failures")."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}


def read(message_id: str, handle: str, text: str, receives: int = 1) -> Message:
    """Read one message's body."""
    try:
        content = msgspec.json.decode(text, type=_Body)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:  # no JSON, no UTF-8, or a thousand brackets
        return Message(message_id, handle, receives=receives, unreadable=str(error))
    return Message(
        message_id,
        handle,
        keys=tuple(unquote_plus(found.s3.object.key) for found in content.Records),
        receives=receives,
        revived=any(found.event_source == REVIVED for found in content.Records),
    )


def _message(record: _SqsRecord) -> Message:
    return read(record.message_id, record.receipt_handle, record.body, int(record.attributes.ApproximateReceiveCount))
