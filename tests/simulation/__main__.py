"""Long runs, replays and tables: `python -m tests.simulation --help`."""

import argparse
import sys
from contextlib import nullcontext
from dataclasses import replace

from tests.simulation.costs import table
from tests.simulation.exam import Tally, of_crashes, of_seeds
from tests.simulation.faults import QUIET, Crash
from tests.simulation.mutants import BY_NAME, hunt
from tests.simulation.runner import Recipe, follow, recipe
from tests.simulation.scheduler import untold
from tests.simulation.scripts import BY_HAND
from tests.simulation.shrink import failure, shrink

TOLD_EVERY = 1000


def options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Runs of the simulation.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--seeds", type=int, help="run so many seeds")
    what.add_argument("--seed", type=int, help="run one seed, or one schedule of --script")
    what.add_argument("--crashes", action="store_true", help="run every single crash of all scripts")
    what.add_argument("--costs", action="store_true", help="print the store calls of an undisturbed video")
    parser.add_argument("--first", type=int, default=0, help="the first of the seeds")
    parser.add_argument("--unswept", action="store_true", help="without the sweep; no event is lost")
    parser.add_argument(
        "--mutant", metavar="NAME", choices=sorted(BY_NAME), help="break a rule until that is noticed; a wrong name lists the rules"
    )
    parser.add_argument(
        "--script", metavar="NAME", choices=sorted(BY_HAND), help="this script instead of the seed's; a wrong name lists them"
    )
    parser.add_argument("--crash", help="kill before (17-) or after (17+) this call, and nothing else goes wrong")
    parser.add_argument("--trace", action="store_true", help="print each call, its fault and its result")
    parser.add_argument("--shrink", action="store_true", help="look for a smaller run that fails too")
    return parser.parse_args(arguments)


def chosen(asked: argparse.Namespace) -> Recipe:
    """Make the recipe that was asked for."""
    mutant = BY_NAME[asked.mutant] if asked.mutant else None
    made = mutant.recipe(asked.seed) if mutant else recipe(asked.seed, sweeping=not asked.unswept)
    if asked.script:
        made = replace(made, script=BY_HAND[asked.script])
    if asked.crash:
        crash = Crash(int(asked.crash[:-1]), after=asked.crash.endswith("+"))
        made = replace(made, faults=QUIET, inexact=False, crash=crash)
    return made


def one(asked: argparse.Namespace) -> int:
    """Run one recipe, perhaps a broken one; 1 when it fails."""
    patches = BY_NAME[asked.mutant].patches if asked.mutant else nullcontext
    with patches():
        made = chosen(asked)
        if asked.shrink:
            made = shrink(made)
            print(f"{made}\n{failure(made)}")
        for action in made.script:
            print(f"  {action}")
        outcome = follow(made, print if asked.trace else untold)
    print(outcome.statuses)
    return 0


def many(asked: argparse.Namespace) -> int:
    """Run many seeds; 1 when one of them fails."""
    total, seeds = Tally(), range(asked.first, asked.first + asked.seeds)
    if asked.mutant:
        print(hunt(BY_NAME[asked.mutant], seeds) or "not caught")
        return 0
    for first in range(seeds.start, seeds.stop, TOLD_EVERY):
        done = of_seeds(range(first, min(first + TOLD_EVERY, seeds.stop)), sweeping=not asked.unswept)
        total += done
        print(*done.failures, total, sep="\n", flush=True)
    return bool(total.failures)


def crashes() -> int:
    """Run every single crash of all scripts; 1 when one of them fails."""
    total = Tally()
    for name in BY_HAND:
        done = of_crashes(name, schedule=1)
        total += done
        print(*done.failures, f"{name}: {done}", sep="\n", flush=True)
    print(total)
    return bool(total.failures)


def costs() -> int:
    """Print the table of store calls."""
    print(table())
    return 0


def main(arguments: list[str]) -> int:
    """Do what was asked."""
    asked = options(arguments)
    if asked.costs:
        return costs()
    if asked.crashes:
        return crashes()
    return many(asked) if asked.seeds else one(asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
