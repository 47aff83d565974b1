"""Dead letters: what each stage's queue gave up. A letter gets one more life; the second death is recorded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from functions.common import events, keys, schema
from functions.common.current import derive_current
from functions.common.events import Message
from functions.common.inbox import read_name
from functions.common.model import Current, Failure, Order, SidecarWork, Verdict
from functions.common.orders import OrderKeys
from functions.common.ports import Telemetry
from functions.common.store import Buckets
from functions.sweep.reconcile import StageName

STAGES: tuple[StageName, ...] = ("ingest", "transcode", "index", "catalogue")
GAVE_UP = Verdict(code="gave_up", message="We tried this ten times, and it failed each time.")  # five receives, two lives


class Post(Protocol):
    """The four queues, and the queues of their dead letters."""

    def send(self, stage: StageName, body: str) -> None:
        """Send a message to a stage."""

    def dead(self, stage: StageName) -> Iterable[Message]:
        """Take the dead letters of a stage; each comes back later unless it is burnt."""

    def burn(self, stage: StageName, message: Message) -> None:
        """Delete a dead letter."""


@dataclass(frozen=True)
class Letters:
    """What the sweep does with dead letters."""

    buckets: Buckets
    post: Post
    telemetry: Telemetry

    def answer(self) -> None:
        """Take every dead letter; burn it only when it has been dealt with."""
        for stage in STAGES:
            for message in self.post.dead(stage):
                self._answer(stage, message)
                self.post.burn(stage, message)

    def _answer(self, stage: StageName, message: Message) -> None:
        self.telemetry.count("DeadLetters")
        if message.unreadable or not message.keys:
            self.telemetry.alarm("dead letter names nothing", stage=stage, message_id=message.id)
            return
        last: dict[StageName, Callable[[str], None]] = {"ingest": self._fail_ingest, "transcode": self._fail_order}
        if message.revived and stage in last:
            for key in message.keys:
                last[stage](key)
            return
        self.telemetry.alarm("dead letter sent once more", stage=stage, keys=list(message.keys))
        self.post.send(stage, events.body(message.keys, revived=True))

    def _fail_ingest(self, key: str) -> None:
        """Say that this source could not even be looked at."""
        name = read_name(key)
        current = derive_current(self.buckets, name.stem) if name else None
        if current and current.rev and current.source:
            failure = Failure(id=current.id, rev=current.rev, unit="ingest", verdict=GAVE_UP)
            plan = self.buckets.work.read(keys.PLAN.key(id=current.id, rev=current.rev))
            if plan is None:
                self.buckets.work.create(OrderKeys.of_unit(current.id, current.rev, "ingest").error, schema.dump(failure))

    def _fail_order(self, key: str) -> None:
        """Say that this unit was given up, if it is still wanted and was not done after all."""
        order_keys, body = OrderKeys.parse(key), self.buckets.work.read(key)
        if order_keys is None or body is None or self.buckets.work.read(order_keys.ok) is not None:
            return
        order = schema.load(Order, body)
        current_body = self.buckets.work.read(keys.CURRENT.key(id=order.id))
        current = schema.load(Current, current_body) if current_body else None
        sidecar = order.work.sidecar if isinstance(order.work, SidecarWork) else None
        if current and (sidecar.rev in {known.rev for known in current.sidecars} if sidecar else current.rev == order.rev):
            failure = Failure(id=order.id, rev=order.rev, unit=order.unit, sidecar=sidecar, verdict=GAVE_UP)
            self.buckets.work.create(order_keys.error, schema.dump(failure))
