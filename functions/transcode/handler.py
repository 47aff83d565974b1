"""transcode: an order was written → media objects, and the receipt that commits them."""

import functools
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.errors import Rejected
from functions.common.faults import FAULTS
from functions.common.model import Current, Failure, FileWork, InboxObject, Order, SidecarWork, Underway, Verdict
from functions.common.orders import LONGEST_S, OrderKeys
from functions.common.post import OrderPost
from functions.common.process import harden, private_folder, run
from functions.common.s3 import S3Door
from functions.common.stage import Group, Stage
from functions.common.store import Bucket, Buckets
from functions.common.wiring import Lambda
from functions.transcode import earlier
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder, Made
from functions.transcode.joining import Joiner

READABLE_S = 900  # a signed address outlives the longest order

type Maker = Callable[[Order, InboxObject], Made]
type Send = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Transcode:
    """The stage. `make` does the work of one order on one version of an inbox object, or raises Rejected.

    `send` sends the messages that the store would send for these orders. `encoder` is the name by which `make` signs its receipts.
    """

    buckets: Buckets
    make: Maker
    send: Send
    encoder: str

    def act(self, group: Group) -> None:
        """Do one order, unless it is done or nobody wants it any more."""
        key = OrderKeys.parse(group.name)
        body = self.buckets.work.read(group.name)
        if key is None or body is None:
            return
        order = _patiently(schema.load(Order, body), group.receives)
        if self.buckets.work.read(key.ok) is None:
            self._do(order, key)
        self._follow(order)

    def _do(self, order: Order, key: OrderKeys) -> None:
        wanted = self._wanted(order)
        if wanted is None or (isinstance(order.work, FileWork) and not self._due(order, order.work)):
            return
        try:
            made = self._made(order, wanted)
        except Rejected as verdict:
            self.buckets.work.create(key.error, schema.dump(_failure(order, verdict)))
            return
        for write in made.objects:
            self.buckets.media.put(write.key, write.body)
        self.buckets.work.create(key.ok, schema.dump(made.receipt))

    def _made(self, order: Order, source: InboxObject) -> Made:
        """Encode what was not made earlier."""
        taken = earlier.take(order, self.encoder, self.buckets)
        if taken is None:
            return self.make(order, source)
        rest = earlier.left(order, taken.receipt.parts)
        if rest is None:
            return taken
        return earlier.together(order, taken, self.make(rest, source)) or self.make(order, source)

    def _follow(self, order: Order) -> None:
        """Send the orders that waited for this one, now that it has a receipt: whoever writes the last receipt sees them all.

        Also after a message that came again: the one before may have been killed between receipt and sending.
        """
        for unit in order.then:
            waiting = OrderKeys.of_unit(order.id, str(order.rev), unit)
            body = self.buckets.work.read(waiting.order)
            work = schema.load(Order, body).work if body else None
            if isinstance(work, FileWork) and self._due(order, work):
                self.send([waiting.order])

    def _due(self, order: Order, work: FileWork) -> bool:
        """Tell whether all is there that a file is put together from."""
        listed = {found.key for found in self.buckets.work.list(keys.OK.prefix(id=order.id, rev=str(order.rev)))}
        return all(OrderKeys.of_unit(order.id, str(order.rev), unit).ok in listed for unit in work.needs)

    def _wanted(self, order: Order) -> InboxObject | None:
        """Give the object to work on, as `current` names it now; None when the order is dead work."""
        body = self.buckets.work.read(keys.CURRENT.key(id=order.id))
        current = schema.load(Current, body) if body else None
        if current is None:
            return None
        if isinstance(order.work, SidecarWork):
            return next((s.object for s in current.sidecars if s.rev == order.work.sidecar.rev), None)
        return current.source if current.rev == order.rev else None


def _patiently(order: Order, receives: int) -> Order:
    """Give each attempt more time than the one before: on a machine slower than was estimated the same time is too short again."""
    return replace(order, deadline_s=min(LONGEST_S, order.deadline_s * receives))


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
    joiner: Joiner

    def make(self, order: Order, source: InboxObject) -> Made:
        """Do one order on exactly this version of an object. Raises Rejected."""
        if isinstance(order.work, FileWork):
            return self.joiner.make(order, order.work)
        try:
            with private_folder() as folder:
                return make(order, self.inbox.address(source.key, source.version, READABLE_S), folder, self.encoder)
        finally:
            self._forget(order)

    def _forget(self, order: Order) -> None:
        """Remove what was told of its progress; left there, it goes by itself in a day."""
        if order.rev and order.unit:
            with suppress(*FAULTS):
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
    joiner = Joiner(parts.s3, parts.names.media, parts.buckets.work, parts.buckets.media, encoder)
    worker = Worker(S3Door(parts.s3, parts.names.inbox), parts.buckets.work, encoder, joiner)
    stage = Transcode(parts.buckets, worker.make, OrderPost(parts.sqs, parts.queue).send, encoder.name)
    return Stage(order_of, stage.act, parts.heart, parts.telemetry)


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages from the transcode queue."""
    return _stage().handle(event)
