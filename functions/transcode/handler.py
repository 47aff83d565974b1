"""transcode: an order was written → media objects, and the receipt that commits them."""

import functools
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from functions.common import keys, schema
from functions.common.errors import Rejected
from functions.common.model import Current, Failure, InboxObject, Order, SidecarWork, Underway, Verdict
from functions.common.orders import OrderKeys
from functions.common.process import harden, private_folder, run
from functions.common.s3 import S3Door
from functions.common.stage import Group, Stage
from functions.common.store import Bucket, Buckets
from functions.common.wiring import Lambda
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder, Made

READABLE_S = 900  # a signed address outlives the longest order

type Maker = Callable[[Order, InboxObject], Made]


@dataclass(frozen=True)
class Transcode:
    """The stage. `make` does the work of one order on one version of an inbox object, or raises Rejected."""

    buckets: Buckets
    make: Maker

    def act(self, group: Group) -> None:
        """Do one order, unless it is done or nobody wants it any more."""
        key = OrderKeys.parse(group.name)
        body = self.buckets.work.read(group.name)
        if key is None or body is None or self.buckets.work.read(key.ok) is not None:
            return
        order = schema.load(Order, body)
        wanted = self._wanted(order)
        if wanted is None:
            return
        try:
            made = self.make(order, wanted)
        except Rejected as verdict:
            self.buckets.work.create(key.error, schema.dump(_failure(order, verdict)))
            return
        for write in made.objects:
            self.buckets.media.put(write.key, write.body)
        self.buckets.work.create(key.ok, schema.dump(made.receipt))

    def _wanted(self, order: Order) -> InboxObject | None:
        """Give the object to work on, as `current` names it now; None when the order is dead work."""
        body = self.buckets.work.read(keys.CURRENT.key(id=order.id))
        current = schema.load(Current, body) if body else None
        if current is None:
            return None
        if isinstance(order.work, SidecarWork):
            return next((s.object for s in current.sidecars if s == order.work.sidecar), None)
        return current.source if current.rev == order.rev else None


def _failure(order: Order, verdict: Rejected) -> Failure:
    return Failure(
        id=order.id,
        rev=order.rev,
        unit=order.unit,
        sidecar=order.work.sidecar if isinstance(order.work, SidecarWork) else None,
        verdict=Verdict(code=verdict.code, message=verdict.message),
    )


@dataclass(frozen=True)
class Worker:
    """The real maker: encodes what lies at a signed address, in a folder of its own."""

    inbox: S3Door
    work: Bucket
    encoder: Encoder

    def make(self, order: Order, source: InboxObject) -> Made:
        """Do one order on exactly this version of an object. Raises Rejected."""
        try:
            with private_folder() as folder:
                return make(order, self.inbox.address(source.key, source.version, READABLE_S), folder, self.encoder)
        finally:
            self._forget(order)

    def _forget(self, order: Order) -> None:
        """Remove what was told of its progress; left there, it goes by itself in a day."""
        if order.rev and order.unit:
            with suppress(ClientError, NoConnection, HTTPClientError):
                self.work.delete([keys.UNDERWAY.key(id=order.id, rev=order.rev, unit=order.unit)])


def tell(work: Bucket, underway: Underway) -> None:
    """Write down how far a unit is, once: it is no loss when the store does not take it."""
    work.door.put(keys.UNDERWAY.key(id=underway.id, rev=underway.rev, unit=underway.unit), schema.dump(underway), None)


def order_of(key: str) -> str | None:
    """Each order is a piece of work."""
    return key if OrderKeys.parse(key) else None


@functools.cache
def _stage() -> Stage:
    parts = Lambda.of("transcode", os.environ)
    harden()
    encoder = Encoder(find_tools(), run, time.monotonic, partial(tell, parts.buckets.work))
    worker = Worker(S3Door(parts.s3, parts.names.inbox), parts.buckets.work, encoder)
    return Stage(order_of, Transcode(parts.buckets, worker.make).act, parts.heart, parts.telemetry)


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages from the transcode queue."""
    return _stage().handle(event)
