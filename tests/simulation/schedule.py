"""Who goes next: workers that stop at each store call, messages, the user's script, requests that arrive late.

One number decides everything: which worker moves, what fails, what is killed, what is lost.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from greenlet import greenlet

from functions.catalogue import handler as catalogue
from functions.catalogue.pages import SiteText
from functions.common import keys
from functions.common.errors import Unavailable
from functions.common.model import Order
from functions.common.ports import Telemetry
from functions.common.stage import Group, Stage
from functions.common.store import Answer, Bucket, Buckets
from functions.index.handler import Index
from functions.index.publish import Memory
from functions.ingest import handler as ingest
from functions.sweep.handler import Sweep
from functions.sweep.reconcile import Patience, StageName
from functions.transcode import handler as transcode
from tests.simulation import doubles
from tests.simulation.doubles import Encoder, Killed, Log, NullHeart, Post
from tests.simulation.world import MOST_RECEIVES, STAGES, Letter, SimulatedDoor, World

if TYPE_CHECKING:
    from tests.simulation.scripts import Action

PATIENT_RECEIVES = 12  # with the sweep off nothing answers a dead letter
LONGEST = 40_000  # store calls; the longest run without a fault in it needs a fifth
BATCH: dict[StageName, int] = {"ingest": 1, "transcode": 1, "index": 10, "catalogue": 10}
WORKERS = 2  # of one stage at a time
HIDDEN_S = 30  # a heartbeat's visibility
STORMY_ROUNDS = 6  # of the sweep, once all else is quiet; then nothing fails any more
ROUNDS = 40  # until nothing moves; more is a run that never comes to rest


@dataclass(frozen=True)
class Faults:
    """How often each thing goes wrong, by call or by message."""

    refused: float = 0.0  # 409 or 5xx, and nothing happened
    lost: float = 0.0  # it happened, and no answer came
    late: float = 0.0  # no answer came, and it happens later
    killed: float = 0.0  # before or after the call
    event_lost: float = 0.0
    doubled: float = 0.0
    runs_out: float = 0.0  # visibility, while the worker works


@dataclass(frozen=True)
class Crash:
    """One kill in an otherwise quiet run: before or after store call number `at`."""

    at: int
    after: bool


@dataclass
class Worker:
    """A function at work. `speed` weighs how often it moves; slow ones find the most."""

    name: str
    speed: float
    letters: list[Letter]
    stage: StageName | None
    thread: greenlet = field(init=False)
    answer: dict[str, list[dict[str, str]]] | None = None
    killed: bool = False
    made: list[Order] = field(default_factory=list)


class NeverQuietError(AssertionError):
    """The run does not come to rest."""


@dataclass
class Run:
    """One run of a script under faults."""

    seed: int
    script: "Sequence[Action]"
    faults: Faults
    sweeping: bool
    crash: Crash | None = None
    inexact: bool = False
    fixed_names: bool = False
    world: World = field(default_factory=World)
    calls: int = 0
    died: int = 0  # dead letters seen
    kinds: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    encoded: list[Order] = field(default_factory=list)
    trace: Callable[[str], None] = lambda line: None

    def __post_init__(self) -> None:
        """Set up the chance, the environments and the hub."""
        self.chance = random.Random(self.seed)
        self.pending = list(self.script)
        self.workers: list[Worker] = []
        self.late: list[tuple[str, Callable[[], object]]] = []
        self.moved = 0
        self.hub = greenlet.getcurrent()
        self.memories = [Memory() for _ in range(WORKERS)]
        self.pages: list[dict[str, object]] = [{} for _ in range(WORKERS)]
        self.pace = self.chance.choice((0.03, 0.2, 1.0))
        self.world.notify = self._event
        self.world.names_hold = not self.fixed_names
        for queue in self.world.queues.values():
            queue.most_receives = MOST_RECEIVES if self.sweeping else PATIENT_RECEIVES

    def to_rest(self) -> None:
        """Run until nothing moves and the sweep finds nothing to do."""
        self._drain()
        if not self.sweeping:
            return
        for past in range(ROUNDS):
            if past == STORMY_ROUNDS:
                self.faults = Faults()
            before, sent = self.moved, list[str]()
            worker = self._start_sweep(sent)
            self._drain()
            if not sent and not worker.killed and self.moved == before:
                return
        raise NeverQuietError("the sweep always finds something to do")

    def _drain(self) -> None:
        while choices := list(self._choices()):
            weights = [weight for weight, _ in choices]
            self.chance.choices([act for _, act in choices], weights)[0]()
            self.world.now += self.chance.random() < 0.2
            if self.calls > LONGEST:
                raise NeverQuietError(f"{self.calls} store calls")

    def _choices(self) -> Iterator[tuple[float, Callable[[], object]]]:
        for worker in self.workers:
            yield worker.speed, lambda worker=worker: self._move(worker)
        for act in self.late:
            yield 0.1, lambda act=act: self._arrive(act)
        if self.pending:
            yield self.pace, self._next_action
        waiting = False
        for stage in STAGES:
            letters = self.world.queues[stage].letters
            busy = sum(worker.stage == stage for worker in self.workers)
            if busy < WORKERS and any(letter.visible <= self.world.now for letter in letters):
                yield 1.0, lambda stage=stage: self._start(stage)
            waiting = waiting or bool(letters)
        if self.sweeping and self.faults.killed and self.workers and sum(w.stage is None for w in self.workers) < WORKERS:
            yield 0.01, lambda: self._start_sweep([])
        if waiting and not self.workers and not self.pending and not self.late:
            yield 0.001, self._wait

    def _wait(self) -> None:
        """Let time pass until the next message may be taken."""
        times = [letter.visible for stage in STAGES for letter in self.world.queues[stage].letters]
        self.world.now = max(self.world.now, min(times))

    def _next_action(self) -> None:
        action = self.pending.pop(0)
        self.trace(f"user {action}")
        action(self.world)

    def _arrive(self, act: tuple[str, Callable[[], object]]) -> None:
        self.late.remove(act)
        self.trace(f"late {act[0]}")
        self.moved += 1
        act[1]()

    def _event(self, stage: StageName, body: str) -> None:
        if self.chance.random() < self.faults.event_lost:
            self.trace(f"    event lost {stage}")
            return
        for _ in range(1 + (self.chance.random() < self.faults.doubled)):
            self.world.send(stage, body, delay=self.chance.randrange(8) if self.faults.doubled else 0)

    def _start(self, stage: StageName) -> None:
        queue = self.world.queues[stage]
        dead = len(queue.dead)
        letters = queue.take(self.world.now, BATCH[stage])
        self.died += len(queue.dead) - dead
        if not letters:
            return
        early = self.chance.random() < self.faults.runs_out
        for letter in letters:
            letter.visible = self.world.now + (self.chance.randrange(6) if early else HIDDEN_S)
        event = {"Records": [_record(letter) for letter in letters]}
        worker = self._employ(stage, letters)
        made = self._stage(stage, worker)
        self._begin(worker, lambda: setattr(worker, "answer", made.handle(event)))

    def _start_sweep(self, sent: list[str]) -> Worker:
        worker = self._employ(None, [])
        call = self._caller(worker)
        telemetry: Telemetry = Log(self.trace)
        sweep = Sweep(self._buckets(worker), Post(self.world, call, sent), telemetry, _Always(1), 0)
        self._begin(worker, lambda: sweep.run(self.world.now))
        return worker

    def _employ(self, stage: StageName | None, letters: list[Letter]) -> Worker:
        speed = self.chance.choice((0.03, 0.2, 1.0, 4.0)) if self.faults != Faults() else self.chance.choice((0.3, 1.0))
        worker = Worker(f"{stage or 'sweep'}#{self.calls}", speed, letters, stage)
        self.workers.append(worker)
        return worker

    def _begin(self, worker: Worker, work: Callable[[], object]) -> None:
        def life() -> None:
            try:
                work()
            except Killed:
                worker.killed = True
                self.trace(f"{worker.name} killed")
            except Exception as error:  # a sweep that fails is run again by the clock
                if worker.stage is not None:
                    raise
                worker.killed = True
                self.trace(f"{worker.name} failed {error!r}")

        worker.thread = greenlet(life, self.hub)
        self._move(worker)

    def _move(self, worker: Worker) -> None:
        worker.thread.switch()
        if worker.thread.dead:
            self.workers.remove(worker)
            self._finish(worker)

    def _finish(self, worker: Worker) -> None:
        if worker.stage is None:
            return
        queue = self.world.queues[worker.stage]
        if worker.killed or worker.answer is None:
            return
        if not worker.answer["batchItemFailures"]:
            self.encoded.extend(worker.made)
        failed = {failure["itemIdentifier"] for failure in worker.answer["batchItemFailures"]}
        again = self.chance.random() < self.faults.doubled / 4  # at least once: also after success
        for letter in worker.letters:
            if str(letter.id) in failed:
                letter.visible = self.world.now + 2 * letter.receives
            elif letter in queue.letters and not again:
                queue.letters.remove(letter)

    def _stage(self, stage: StageName, worker: Worker) -> Stage:
        buckets, slot = self._buckets(worker), self.chance.randrange(WORKERS)
        heart, log = NullHeart(), Log(self.trace)
        if stage == "ingest":
            probe = ingest.Ingest(buckets, lambda video, rev, source: doubles.plan(self.world, video, rev, source))
            return Stage(ingest.stem_of, probe.act, heart, log)
        if stage == "transcode":
            encoder = Encoder(self.world, self.chance, self.inexact, self.attempts, worker.made, self.fixed_names)
            return Stage(transcode.order_of, transcode.Transcode(buckets, encoder.make).act, heart, log)
        if stage == "index":
            return Stage(keys.id_of, Index(buckets, self.memories[slot]).act, heart, log)
        pages = self.pages[slot]
        act: Callable[[Group], None] = catalogue.Catalogue(buckets, SiteText(title="Videos"), pages).act  # type: ignore[arg-type]
        return Stage(catalogue.name_of, act, heart, log)

    def _buckets(self, worker: Worker) -> Buckets:
        call = self._caller(worker)
        return Buckets(
            *(Bucket(SimulatedDoor(self.world, name, call), lambda _: None) for name in ("inbox", "work", "media", "site"))
        )

    def _caller(self, worker: Worker) -> Callable[[str, str, Callable[[], object]], object]:
        def call(verb: str, where: str, act: Callable[[], object]) -> object:
            self.hub.switch()
            self.calls += 1
            self.kinds[verb] = self.kinds.get(verb, 0) + 1
            number, fault = self.calls, self._fault(verb)
            self.trace(f"{number:5} {worker.name} {verb} {where} {fault}")
            if fault == "killed before" or self.crash == Crash(number, after=False):
                raise Killed
            if fault == "refused":
                return _no_answer(verb, Answer.CONFLICT if number % 2 else Answer.LOST)
            if fault == "late":
                self.late.append((f"{verb} {where}", act))
                return _no_answer(verb, Answer.LOST)
            result = act()
            self.moved += verb in ("put", "delete") and result in (Answer.DONE, None)
            self.trace(f"          {result if isinstance(result, Answer) else ''}")
            if fault == "killed after" or self.crash == Crash(number, after=True):
                raise Killed
            return _no_answer(verb, Answer.LOST) if fault == "lost" else result

        return call

    def _fault(self, verb: str) -> str:
        if self.faults == Faults() or verb in ("send", "burn"):
            return ""
        draw = self.chance.random()
        rates = (
            ("refused", self.faults.refused),
            ("lost", self.faults.lost),
            ("late", self.faults.late if verb == "put" else 0.0),
            ("killed before", self.faults.killed / 2),
            ("killed after", self.faults.killed / 2),
        )
        for name, rate in rates:
            if draw < rate:
                return name
            draw -= rate
        return ""


class _Always(Patience):
    """No age rule: the sweep may remind at any time."""

    def over(self, age: int) -> bool:
        """Tell that any age is enough."""
        return age > -1_000


def _no_answer(verb: str, answer: Answer) -> Answer:
    if verb != "put":
        raise Unavailable(verb)
    return answer


def _record(letter: Letter) -> dict[str, object]:
    return {
        "messageId": str(letter.id),
        "receiptHandle": str(letter.id),
        "body": letter.body,
        "attributes": {"ApproximateReceiveCount": str(letter.receives)},
    }
