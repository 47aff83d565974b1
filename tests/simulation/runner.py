"""Runs of the simulation: one seed, many seeds, every single crash."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.simulation.invariants import BrokenError, Watch, at_rest
from tests.simulation.mutants import Mutant
from tests.simulation.schedule import Crash, Faults, NeverQuietError, Run
from tests.simulation.scripts import BY_HAND, Action, at_random

type Trace = Callable[[str], None] | None

MIXED = Faults(refused=0.03, lost=0.03, late=0.02, killed=0.02, event_lost=0.1, doubled=0.1, runs_out=0.1)
PROFILES = (
    MIXED,
    Faults(doubled=0.15, runs_out=0.2),
    Faults(refused=0.08, lost=0.06, late=0.05, killed=0.03, doubled=0.1, runs_out=0.2),
    Faults(event_lost=0.2, doubled=0.05, killed=0.01),
)
WITHOUT_SWEEP = Faults(refused=0.01, lost=0.02, late=0.02, killed=0.005, doubled=0.1, runs_out=0.1)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: each video's status, and what it cost."""

    statuses: dict[str, str]
    calls: int
    kinds: dict[str, int]
    attempts: dict[str, int]
    judged: bool = True


def from_seed(seed: int, mutant: Mutant | None = None, *, sweeping: bool = True, trace: Trace = None) -> Outcome:
    """Run what one number says: script, schedule, faults, encoder. A mutant may choose some of them."""
    chance = random.Random(seed ^ 0x5EED)  # noqa: S311  # reproducible, not secret
    script = chance.choice(list(BY_HAND.values())) if chance.random() < 0.3 else at_random(chance)
    sweeping = mutant.sweeping if mutant else sweeping
    faults = chance.choice(PROFILES) if sweeping else WITHOUT_SWEEP
    inexact = chance.random() < 0.5
    if mutant:
        faults, inexact = mutant.faults or faults, inexact or mutant.fixed_names
        script = BY_HAND[mutant.script] if mutant.script else script
    fixed = mutant is not None and mutant.fixed_names
    return finish(Run(seed, script, faults, sweeping, inexact=inexact, fixed_names=fixed), trace)


def hunt(mutant: Mutant, seeds: Iterable[int]) -> int | None:
    """Run a mutant until it is caught; give the number of runs, None when it was not."""
    with mutant.patches():
        for runs, seed in enumerate(seeds, 1):
            try:
                from_seed(seed, mutant)
            except (BrokenError, NeverQuietError):
                return runs
    return None


def crashed(script: Sequence[Action], crash: Crash | None, *, schedule: int, sweeping: bool = True) -> Outcome:
    """Run a script without any fault but one kill."""
    return finish(Run(schedule, script, Faults(), sweeping, crash))


def finish(run: Run, trace: Trace = None) -> Outcome:
    """Run to rest and judge. Raises BrokenError or NeverQuietError."""
    if trace:
        run.trace = trace
    run.world.watch = Watch(run.world)
    run.to_rest()
    if not run.sweeping and run.died:
        return Outcome({}, run.calls, run.kinds, run.attempts, judged=False)
    return Outcome(at_rest(run.world, run.encoded, swept=run.sweeping), run.calls, run.kinds, run.attempts)


def crashes(script: Sequence[Action], schedule: int) -> Iterator[Crash]:
    """Give every single crash of a script: before and after each store call of its quiet run."""
    quiet = crashed(script, None, schedule=schedule)
    for at in range(1, quiet.calls + 1):
        yield Crash(at, after=False)
        yield Crash(at, after=True)

