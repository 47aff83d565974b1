"""Many runs: seeds by the thousand and every single crash, on two processes, and what they add up to."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from tests.simulation.faults import Crash
from tests.simulation.runner import Outcome, Recipe, crashes, follow, recipe
from tests.simulation.scripts import BY_HAND

PROCESSES = 2  # the continuous integration's machine has two cores
SHARE = 100  # seeds of one task


@dataclass(frozen=True)
class Tally:
    """What runs add up to. `failures`: one line each, which replays it. `attempts`: units by how often they were encoded."""

    runs: int = 0
    judged: int = 0
    calls: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    failures: tuple[str, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        """Add two."""
        return Tally(
            self.runs + other.runs,
            self.judged + other.judged,
            self.calls + other.calls,
            self.statuses + other.statuses,
            self.attempts + other.attempts,
            self.failures + other.failures,
        )

    def __str__(self) -> str:
        """Say it in a line."""
        encoded, units = sum(times * units for times, units in self.attempts.items()), sum(self.attempts.values())
        ends = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.runs} runs, {self.judged} judged, {len(self.failures)} failed; {self.calls:,} calls; "
            f"{encoded / max(units, 1):.2f} encodings a unit; videos: {ends}"
        )


def counted(made: Recipe, replay: str) -> Tally:
    """Follow one recipe."""
    try:
        outcome: Outcome = follow(made)
    except Exception as error:  # noqa: BLE001  # one failure must not hide the others
        return Tally(runs=1, judged=1, failures=(f"{replay}  # {type(error).__name__}: {error}",))
    statuses, attempts = Counter(outcome.statuses.values()), Counter(outcome.attempts.values())
    return Tally(1, int(outcome.judged), outcome.calls, statuses, attempts)


def of_seeds(seeds: range, *, sweeping: bool) -> Tally:
    """Run seeds, one after the other."""
    option = "" if sweeping else " --unswept"
    each = (counted(recipe(s, sweeping=sweeping), f"python -m tests.simulation --seed {s}{option} --trace") for s in seeds)
    return sum(each, Tally())


def of_crashes(name: str, schedule: int) -> Tally:
    """Run every single crash of a script."""
    return sum((counted(made, _replay(name, schedule, made.crash)) for made in crashes(BY_HAND[name], schedule)), Tally())


def _replay(name: str, schedule: int, crash: Crash | None) -> str:
    where = f"{crash.at}{'+' if crash.after else '-'}" if crash else ""
    return f"python -m tests.simulation --script '{name}' --seed {schedule} --crash {where} --trace"


def crash_tasks(scripts: Iterable[str]) -> Iterator[Callable[[], Tally]]:
    """Make a task of each script."""
    return (partial(of_crashes, name, schedule=1) for name in scripts)


def on_all_cores(tasks: Iterable[Callable[[], Tally]]) -> Iterator[Tally]:
    """Run tasks side by side; give their tallies as they are asked for, in order."""
    spawn = multiprocessing.get_context("spawn")  # a fork would inherit what the tests have imported, and its threads
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        for waiting in [pool.submit(task) for task in tasks]:
            yield waiting.result()


def seed_tasks(seeds: range, *, sweeping: bool) -> Iterator[Callable[[], Tally]]:
    """Cut seeds into tasks."""
    for first in range(seeds.start, seeds.stop, SHARE):
        yield partial(of_seeds, range(first, min(first + SHARE, seeds.stop)), sweeping=sweeping)
