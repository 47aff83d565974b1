"""The protocol of docs/architecture.md, proved on the project's own handlers: seeds, every single crash, and each rule broken."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from infra.local.places import ROOT
from tests.simulation import breaks, costs
from tests.simulation.exam import Tally, crash_tasks, on_all_cores, seed_tasks
from tests.simulation.faults import QUIET, Crash
from tests.simulation.mutants import MUTANTS, Mutant, hunt
from tests.simulation.runner import READS, Recipe, follow, recipe
from tests.simulation.scripts import BY_HAND

SEEDS = range(1000)
UNSWEPT_SEEDS = range(1_000_000, 1_001_000)
SOME = 40  # each so many-th read
REPLAYED = 22  # a seed whose run has crashes, doubles and late writes


def report(tally: Tally) -> str:
    """Give a line for each failure, which replays it."""
    return "\n".join(tally.failures)


@pytest.mark.parametrize(("seeds", "sweeping"), [(SEEDS, True), (UNSWEPT_SEEDS, False)], ids=["swept", "unswept"])
def test_every_seed_ends_as_the_inbox_deserves(seeds: range, sweeping: bool) -> None:  # noqa: FBT001  # pytest gives it
    tally = sum(on_all_cores(seed_tasks(seeds, sweeping=sweeping)), Tally())

    assert not tally.failures, report(tally)
    assert tally.runs == len(seeds)
    assert tally.judged > 0.9 * tally.runs


def test_every_single_crash_ends_as_the_inbox_deserves() -> None:
    tally = sum(on_all_cores(crash_tasks(BY_HAND)), Tally())

    assert not tally.failures, report(tally)
    assert tally.judged == tally.runs > 100 * len(BY_HAND)


def test_a_worker_killed_before_a_read_and_one_killed_after_it_are_one_run() -> None:
    """Every single crash leaves out the second."""
    for script in BY_HAND.values():
        calm = Recipe(1, script, QUIET)
        reads = [at for at, (_, verb) in enumerate(follow(calm).asked, 1) if verb in READS]
        for at in reads[::SOME]:
            before, after = list[str](), list[str]()
            follow(replace(calm, crash=Crash(at, after=False)), before.append)
            follow(replace(calm, crash=Crash(at, after=True)), after.append)
            assert [line.replace("killed before", "killed after") for line in before] == after


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    assert hunt(mutant, mutant.seeds)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_broken_rule_fails_on_the_kept_rule_passes(mutant: Mutant) -> None:
    """A mutant's own faults and scripts break nothing: what is noticed is the rule."""
    if mutant.patches is breaks.nothing:
        return
    for seed in range(20):
        follow(mutant.recipe(seed))


def test_a_seed_is_one_run_whatever_the_order_of_sets() -> None:
    def run(hash_seed: str) -> str:
        command = [sys.executable, "-m", "tests.simulation", "--seed", str(REPLAYED), "--trace"]
        told = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
        )
        return told.stdout

    first = run("1")

    assert "is killed" in first
    assert first == run("2")


def test_the_trace_of_a_seed_ends_with_what_became_of_its_videos() -> None:
    lines: list[str] = []
    outcome = follow(recipe(REPLAYED, sweeping=True), lines.append)

    assert outcome.calls == sum(outcome.kinds.values())
    assert len(lines) >= outcome.calls


@pytest.mark.parametrize("chunks", costs.CHUNKS)
def test_an_undisturbed_video_costs_store_calls_in_proportion_to_its_chunks(chunks: int) -> None:
    """I11: nothing polls and nothing is read in a loop."""
    assert costs.undisturbed(chunks).calls <= 300 + 30 * chunks
