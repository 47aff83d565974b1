"""Runs of the simulation: one seed, every single crash."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tests.simulation.faults import PROFILES, QUIET, UNSWEPT, Crash, Faults
from tests.simulation.published import BrokenError
from tests.simulation.rest import at_rest
from tests.simulation.scheduler import NeverQuietError, Run, untold
from tests.simulation.scripts import BY_HAND, Action, at_random
from tests.simulation.stages import remember
from tests.simulation.watch import Watch

BROKEN = (BrokenError, NeverQuietError)
READS = ("get", "list", "receive")  # they change nothing: killed before one or after it is the same run (test_simulation.py)
BY_HAND_SHARE = 0.3  # of the seeds run a script of `BY_HAND`


@dataclass(frozen=True)
class Recipe:
    """All that a run follows from."""

    seed: int
    script: Sequence[Action]
    faults: Faults
    sweeping: bool = True
    crash: Crash | None = None
    inexact: bool = False
    fixed_names: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a run ended: each video's status, and what it cost. `asked`: role and verb of each call.

    Not judged: a letter died and no sweep was there to answer it.
    """

    statuses: dict[str, str]
    calls: int
    asked: Sequence[tuple[str, str]] = ()
    attempts: dict[str, int] = field(default_factory=dict)
    judged: bool = True

    @property
    def kinds(self) -> Counter[tuple[str, str]]:
        """Count the calls by role and verb."""
        return Counter(self.asked)


def recipe(seed: int, *, sweeping: bool) -> Recipe:
    """Say what a number stands for."""
    chance = random.Random(seed ^ 0x5EED)
    script = chance.choice(list(BY_HAND.values())) if chance.random() < BY_HAND_SHARE else at_random(chance)
    faults = chance.choice(PROFILES if sweeping else UNSWEPT)
    return Recipe(seed, script, faults, sweeping, inexact=chance.random() < 0.5)


def follow(recipe: Recipe, trace: Callable[[str], None] = untold) -> Outcome:
    """Run to rest and judge. Raises BrokenError or NeverQuietError, or what a stage failed with that no fault explains."""
    remember()
    run = Run(
        recipe.seed,
        recipe.script,
        recipe.faults,
        recipe.sweeping,
        recipe.crash,
        inexact=recipe.inexact,
        fixed_names=recipe.fixed_names,
        trace=trace,
    )
    run.world.watch = Watch(run.world)
    run.to_rest()
    judged = run.sweeping or not run.died
    statuses = at_rest(run.world, run.encoded, swept=run.sweeping) if judged else {}
    return Outcome(statuses, run.calls, run.asked, run.stages.attempts, judged)


def crashes(script: Sequence[Action], schedule: int) -> Iterator[Recipe]:
    """Give every single crash of a script: before each call of its quiet run, and after each that may change something."""
    calm = Recipe(schedule, script, QUIET)
    for at, (_, verb) in enumerate(follow(calm).asked, 1):
        for after in (False,) if verb in READS else (False, True):
            yield replace(calm, crash=Crash(at, after=after))
