"""Who goes next: workers that stop at each call, messages, people, requests that arrive late.

One number decides everything: which worker moves, what fails, what is killed, what is lost.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from greenlet import greenlet

from functions.common.errors import Unavailable
from functions.common.model import Order
from functions.common.store import Answer
from functions.sweep.reconcile import StageName
from tests.simulation.door import Killed, Request
from tests.simulation.doubles import EXPECTED, Log
from tests.simulation.faults import QUIET, Crash, Faults
from tests.simulation.scripts import Action
from tests.simulation.stages import Stages
from tests.simulation.world import MOST_RECEIVES, STAGES, Letter, World

PATIENT_RECEIVES = 12  # with the sweep off nothing answers a dead letter
LONGEST = 40_000  # calls; the longest run that ends well needs a fifth of it
BATCH: dict[StageName, int] = {"ingest": 1, "transcode": 1, "index": 10, "catalogue": 10}
WORKERS = 2  # of one stage at a time
HIDDEN_S = 30  # a heartbeat's visibility
LATE_S = 15  # a request without an answer takes effect within that, or never
AGAIN_S = 20  # until a message that failed, or whose worker died, comes back; longer than a request lives
STORMY_ROUNDS = 6  # of the sweep, once all else is quiet; then nothing fails any more
ROUNDS = 40  # of the sweep until it finds nothing; more is a run that never comes to rest
SPEEDS = (0.03, 0.2, 1.0, 4.0)  # slow ones find the most
QUIET_SPEEDS = (0.3, 1.0)
STALL = 0.01  # of its pace, for one call
TICK = 0.2  # seconds that a step takes, on average
WRITES = ("put", "delete")


def untold(_: str) -> None:
    """Trace nothing."""


class NeverQuietError(AssertionError):
    """The run does not come to rest."""


@dataclass(eq=False)
class Worker:
    """A function at work, and what it waits for. `pace` weighs how often it moves, `speed` how soon it moves next."""

    name: str
    role: str
    pace: float
    letters: list[Letter] = field(default_factory=list)
    made: list[Order] = field(default_factory=list)
    answer: dict[str, list[dict[str, str]]] | None = None
    killed: bool = False
    speed: float = 1.0
    thread: greenlet = field(init=False)
    request: Request = field(init=False)
    move: Callable[[], None] = field(init=False)


@dataclass
class Run:
    """One run of a script under faults. `crash` kills once in an otherwise quiet run."""

    seed: int
    script: Sequence[Action]
    faults: Faults
    sweeping: bool
    crash: Crash | None = None
    inexact: bool = False
    fixed_names: bool = False
    trace: Callable[[str], None] = untold
    world: World = field(default_factory=World)
    calls: int = 0
    died: int = 0  # dead letters seen
    asked: list[tuple[str, str]] = field(default_factory=list)  # role and verb of each call
    encoded: list[Order] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the queues and let nobody work yet."""
        self.chance = random.Random(self.seed)
        self.log = Log(self.trace, [])
        self.stages = Stages(self.world, self.chance, self.log, self.inexact, self.fixed_names)
        self.pending = list(self.script)
        self.workers: list[Worker] = []
        self.busy: Counter[str] = Counter()
        self.late: list[tuple[int, Request]] = []
        self.moved = 0
        self.hub = greenlet.getcurrent()
        self.pace = self.chance.choice((0.03, 0.2, 1.0))
        self.starts = [(stage, self.world.queues[stage], partial(self._start, stage)) for stage in STAGES]
        self.world.notify = self._event
        self.world.names_hold = not self.fixed_names
        for queue in self.world.queues.values():
            queue.most_receives = MOST_RECEIVES if self.sweeping else PATIENT_RECEIVES

    def to_rest(self) -> None:
        """Run until nothing moves and the sweep finds nothing to do. Raises NeverQuietError."""
        self._drain()
        if not self.sweeping:
            return
        for past in range(ROUNDS):
            if past == STORMY_ROUNDS:
                self.faults = QUIET
            before, said = self.moved, list[str]()
            worker = self._start_sweep(said)
            self._drain()
            if not said and not worker.killed and self.moved == before:
                return
        raise NeverQuietError(f"the sweep always finds something to do: {said}")

    def _drain(self) -> None:
        while choices := self._overdue() or self._choices():
            [(_, act)] = self.chance.choices(choices, [weight for weight, _ in choices])
            act()
            self.world.now += self.chance.random() < TICK
            if self.calls > LONGEST:
                raise NeverQuietError(f"{self.calls} store calls")

    def _overdue(self) -> list[tuple[float, Callable[[], None]]]:
        """Give what was delayed for as long as anything can be."""
        return [(1.0, partial(self._arrive, late)) for late in self.late if late[0] <= self.world.now]

    def _choices(self) -> list[tuple[float, Callable[[], None]]]:
        choices = [(worker.speed, worker.move) for worker in self.workers]
        choices += [(0.1, partial(self._arrive, late)) for late in self.late]
        if self.pending:
            choices.append((self.pace, self._next_action))
        for stage, queue, start in self.starts:
            if queue.letters and self.busy[stage] < WORKERS and queue.waits(self.world.now):
                choices.append((1.0, start))
        if self.world.hinted and self.busy["search"] < WORKERS:
            choices.append((0.3, self._start_search))
        if self.sweeping and len(self.workers) > self.busy["sweep"] < WORKERS and self.faults != QUIET:
            choices.append((self.faults.swept, self._sweep_again))
        if not choices and any(queue.letters for queue in self.world.queues.values()):
            choices.append((1.0, self._wait))
        return choices

    def _wait(self) -> None:
        """Let time pass until the next message may be taken."""
        times = [letter.visible for queue in self.world.queues.values() for letter in queue.letters]
        self.world.now = max(self.world.now, min(times))

    def _next_action(self) -> None:
        action = self.pending.pop(0)
        self.trace(f"person: {action}")
        match action.what:
            case "put":
                self.world.put("inbox", action.key, action.body)
            case "remove":
                self.world.delete("inbox", action.key)
            case _:
                worker = self._employ("person")
                self._begin(worker, self.stages.person(action, partial(_ask, self.hub)))

    def _arrive(self, late: tuple[int, Request]) -> None:
        self.late.remove(late)
        _, request = late
        self.trace(f"      late {request.verb} {request.where}: {request.act()}")
        self.moved += 1

    def _event(self, stage: StageName, body: str) -> None:
        if self.chance.random() < self.faults.event_lost:
            self.trace(f"      event lost: {stage} {body}")
            return
        for _ in range(1 + (self.chance.random() < self.faults.doubled)):
            self.world.send(stage, body, self.chance.randrange(60) if self.chance.random() < self.faults.delayed else 0)

    def _start(self, stage: StageName) -> None:
        queue = self.world.queues[stage]
        dead = len(queue.dead)
        letters = queue.take(self.world.now, self.chance.randint(1, BATCH[stage]), self.chance)
        self.died += len(queue.dead) - dead
        if not letters:
            return
        early = self.chance.random() < self.faults.runs_out
        for letter in letters:
            letter.visible = self.world.now + (self.chance.randrange(6) if early else HIDDEN_S)
        worker = self._employ(stage, letters)
        made = self.stages.stage(stage, partial(_ask, self.hub), worker.made)
        event = {"Records": [_record(letter) for letter in letters]}
        self._begin(worker, lambda: setattr(worker, "answer", made.handle(event)))

    def _start_sweep(self, said: list[str]) -> Worker:
        worker = self._employ("sweep")
        sweep = self.stages.sweep(partial(_ask, self.hub), said)
        self._begin(worker, partial(sweep.run, self.world.now))
        return worker

    def _start_search(self) -> None:
        self.world.hinted = False
        worker = self._employ("search")
        self._begin(worker, self.stages.search(partial(_ask, self.hub)).run)

    def _sweep_again(self) -> None:
        self._start_sweep([])

    def _employ(self, role: str, letters: Sequence[Letter] = ()) -> Worker:
        pace = self.chance.choice(SPEEDS if self.faults != QUIET else QUIET_SPEEDS)
        worker = Worker(f"{role}#{self.calls}", role, pace, list(letters))
        worker.move = partial(self._move, worker)
        self.workers.append(worker)
        self.busy[role] += 1
        self.trace(f"{worker.name} begins {[letter.body for letter in letters]}")
        return worker

    def _begin(self, worker: Worker, work: Callable[[], object]) -> None:
        def life() -> None:
            try:
                work()
            except Killed:
                worker.killed = True
            except EXPECTED as error:  # a sweep that fails is run again by the clock
                worker.killed = True
                self.trace(f"{worker.name} failed: {error!r}")

        worker.thread = greenlet(life, self.hub)
        self._go_on(worker, worker.thread.switch())

    def _move(self, worker: Worker) -> None:
        """Let what a worker waits for happen, or go wrong."""
        request = worker.request
        self.calls += 1
        self.asked.append((worker.role, request.verb))
        fault = self._fault(worker, request.verb)
        self.trace(f"{self.calls:5} {worker.name} {request.verb} {request.where} {fault}")
        if fault == "killed before":
            self._go_on(worker, worker.thread.throw(Killed()))
        elif fault == "refused":
            self._fail(worker, Answer.CONFLICT if self.calls % 2 else Answer.LOST)
        elif fault == "late":
            self.late.append((self.world.now + LATE_S, request))
            self._fail(worker, Answer.LOST)
        else:
            self._happen(worker, fault)

    def _happen(self, worker: Worker, fault: str) -> None:
        answer = worker.request.act()
        if answer is Answer.DONE or worker.request.verb == "delete":
            self.moved += 1
        elif isinstance(answer, Answer):
            self.trace(f"      {answer.name}")
        if fault == "killed after":
            self._go_on(worker, worker.thread.throw(Killed()))
        elif fault == "lost":
            self._fail(worker, Answer.LOST)
        else:
            self._go_on(worker, worker.thread.switch(answer))

    def _fail(self, worker: Worker, answer: Answer) -> None:
        """Give no answer: a write is told so, anything else raises."""
        if worker.request.verb == "put":
            self._go_on(worker, worker.thread.switch(answer))
        else:
            self._go_on(worker, worker.thread.throw(Unavailable(worker.request.where)))

    def _go_on(self, worker: Worker, asked: object) -> None:
        if isinstance(asked, Request) and not worker.thread.dead:
            worker.request = asked
            stalled = self.chance.random() < self.faults.stalled
            worker.speed = worker.pace * STALL if stalled else worker.pace
            return
        self.workers.remove(worker)
        self.busy[worker.role] -= 1
        self.trace(f"{worker.name} {'is killed' if worker.killed else f'ends {worker.answer or ""}'}")
        if self.log.surprises:
            raise self.log.surprises[0]
        if worker.killed:
            self.world.hinted = self.world.hinted or worker.role == "search"  # its clock comes round again
            for letter in worker.letters:
                letter.visible = max(letter.visible, self.world.now + AGAIN_S)  # the last heartbeat holds it for a while
        if worker.answer is not None:
            self._settle(worker, worker.answer)

    def _settle(self, worker: Worker, answer: dict[str, list[dict[str, str]]]) -> None:
        """Delete what was dealt with from the queue, as Lambda's poller does; at times that is lost too."""
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        if not failed:
            self.encoded.extend(worker.made)
        again = self.chance.random() < self.faults.doubled / 4
        queue = next(queue for stage, queue, _ in self.starts if stage == worker.role)
        for letter in worker.letters:
            if str(letter.id) in failed:
                letter.visible = self.world.now + AGAIN_S
            elif letter in queue.letters and not again:
                queue.letters.remove(letter)

    def _fault(self, worker: Worker, verb: str) -> str:
        if self.crash and self.crash.at == self.calls:
            return "killed after" if self.crash.after else "killed before"
        if self.faults == QUIET or worker.role == "person":  # a person tries again until it is done
            return ""
        draw = self.chance.random()
        rates = (
            ("refused", self.faults.refused),
            ("lost", self.faults.lost),
            ("late", self.faults.late if verb in WRITES else 0.0),
            ("killed before", self.faults.killed / 2),
            ("killed after", self.faults.killed / 2),
        )
        for name, rate in rates:
            draw -= rate
            if draw < 0:
                return name
        return ""


def _ask[T](hub: greenlet, verb: str, where: str, act: Callable[[], T]) -> T:
    """Stop a worker here until the scheduler lets its request happen."""
    answer: T = hub.switch(Request(verb, where, act))
    return answer


def _record(letter: Letter) -> dict[str, object]:
    return {
        "messageId": str(letter.id),
        "receiptHandle": str(letter.id),
        "body": letter.body,
        "attributes": {"ApproximateReceiveCount": str(letter.receives)},
    }
