"""ingest: the inbox changed → `current`, the plan, the orders."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from functions.common import keys, presets, schema
from functions.common.current import derive_current
from functions.common.errors import Rejected
from functions.common.inbox import read_name
from functions.common.model import Current, Failure, Item, Order, Plan, Preset, Problem, Verdict
from functions.common.orders import OrderKeys
from functions.common.process import harden, private_folder
from functions.common.s3 import S3Door
from functions.common.settings import IngestSettings
from functions.common.stage import Group, Stage
from functions.common.store import Buckets
from functions.common.wiring import Lambda
from functions.ingest.accept import is_picture
from functions.ingest.binaries import Tools, find_tools
from functions.ingest.checksum import check
from functions.ingest.earlier import spared
from functions.ingest.orders import orders, side_order
from functions.ingest.plan import image, plan, rejected
from functions.ingest.probe import Source, probe

READABLE_S = 600  # a signed address outlives the function's 300 s

type Planner = Callable[[Current, Item | None], Plan]


@dataclass(frozen=True)
class Ingest:
    """The stage. `plan` looks into a source and decides what to make of it, or raises Rejected.

    It is given `current`, which has a source, and the item where that was uploaded through the API.
    """

    buckets: Buckets
    plan: Planner

    def act(self, group: Group) -> None:
        """Bring one stem up to date. The event says only which; what happened is read from the inbox."""
        current = derive_current(self.buckets, group.name)
        if current is None or current.source is None or current.rev is None:
            return
        there = {listed.key for listed in self.buckets.work.list(keys.OK.prefix(id=current.id))}
        plan = self._pinned(current)
        beside = (sidecar for sidecar in current.sidecars if plan or sidecar.kind != "moment")  # which needs the plan
        self._give([side_order(current.id, sidecar, plan) for sidecar in beside], there)
        if plan and plan.rejected:
            failure = Failure(id=plan.id, rev=plan.rev, unit="ingest", verdict=plan.rejected)
            self.buckets.work.create(keys.ERROR.key(id=plan.id, rev=plan.rev, unit="ingest"), schema.dump(failure))
        elif plan:
            self._give(self._orders(current, plan), there)

    def _orders(self, current: Current, plan: Plan) -> tuple[Order, ...]:
        """Write the orders, sparing them what was made of the same bytes before."""
        body = self.buckets.work.read(keys.PLAN.key(id=current.id, rev=current.before)) if current.before else None
        return spared(orders(plan), schema.load(Plan, body)) if body else orders(plan)

    def _pinned(self, current: Current) -> Plan | None:
        """Make the plan of a rev, once; adopt the one that is stored. None when the rev has died meanwhile."""
        key = keys.PLAN.key(id=current.id, rev=str(current.rev))
        body = self.buckets.work.read(key)
        if body is None:
            self.buckets.work.create(key, schema.dump(self._decided(current)))
            body = self.buckets.work.read(key)
        return schema.load(Plan, body) if body else None

    def _decided(self, current: Current) -> Plan:
        try:
            return self.plan(current, self._item(current))
        except Rejected as verdict:
            return rejected(current.id, str(current.rev), Verdict(code=verdict.code, message=verdict.message))

    def _item(self, current: Current) -> Item | None:
        """Give what was said of an upload that was made through the API."""
        upload = keys.UPLOAD.parse(current.source.key) if current.source else None
        body = self.buckets.work.read(keys.ITEM.key(client=upload["client"], item=upload["item"])) if upload else None
        return schema.load(Item, body) if body else None

    def _give(self, due: list[Order] | tuple[Order, ...], there: set[str]) -> None:
        """Create each order that has no receipt yet."""
        for order in due:
            key = OrderKeys.of(order)
            if not {key.ok, key.error} & there:
                self.buckets.work.create(key.order, schema.dump(order))


@dataclass(frozen=True)
class Prober:
    """The real planner: looks into a source by a signed address. `preset` is made where nobody named another."""

    inbox: S3Door
    tools: Tools
    settings: IngestSettings
    preset: Preset

    def plan(self, current: Current, item: Item | None) -> Plan:
        """Decide what to make of exactly the version of a source that `current` names. Raises Rejected."""
        source = current.source
        if source is None:
            raise ValueError(f"{current.id} has no source")
        named = current.preset or (item.conversion_type if item else None)
        wanted = presets.preset(named) if named in presets.names() else self.preset
        read = partial(self.inbox.piece, source.key, source.version)
        if item and item.sha512_checksum and source.size <= self.settings.max_source_bytes:
            check(item.sha512_checksum, source.size, read)
        seen = Source(self.inbox.address(source.key, source.version, READABLE_S), source.size, read)
        if is_picture(seen.head, source.size):
            return image(current.id, str(current.rev), source.size)
        with private_folder() as folder:
            facts = probe(self.tools, seen, self.settings, folder)
        made = plan(facts, wanted, current.id, str(current.rev), source.modified)
        return made if named is None or named in presets.names() else replace(made, problems=(*made.problems, _no_preset(named)))


def _no_preset(name: str) -> Problem:
    there = ", ".join(presets.names())
    return Problem(where="preset", message=f"There is no preset {name!r}, so the server's own was taken. There are {there}.")


def stem_of(key: str) -> str | None:
    """Everything that lies beside a source is one piece of work."""
    name = read_name(key)
    return name.stem if name else None


@functools.cache
def _stage() -> Stage:
    parts = Lambda.of("ingest", os.environ)
    harden()
    settings = IngestSettings.of(os.environ)
    wanted = presets.narrowed(presets.preset(settings.preset), settings.rungs)
    prober = Prober(S3Door(parts.s3, parts.names.inbox), find_tools(), settings, wanted)
    return Stage(stem_of, Ingest(parts.buckets, prober.plan).act, parts.heart, parts.telemetry)


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Take a batch of messages from the ingest queue."""
    return _stage().handle(event)
