"""Each rule broken on purpose, to show that the simulation notices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from functions.common import keys
from tests.simulation import breaks
from tests.simulation.faults import UNORDERED, Faults
from tests.simulation.runner import Recipe, follow, recipe
from tests.simulation.scripts import BY_HAND, LONGER

SLOW = Faults(doubled=0.3, runs_out=0.6, stalled=0.1)
SWEPT = Faults(stalled=0.2, swept=0.5)
STORMY = Faults(refused=0.02, lost=0.02, late=0.05, killed=0.02, doubled=0.2, runs_out=0.3, stalled=0.1)  # more, and nothing ends
LATE = Faults(late=0.3, delayed=0.2, stalled=0.05)
KILLING = Faults(killed=0.03, doubled=0.2, delayed=0.2)


@dataclass(frozen=True)
class Mutant:
    """One deviation. `faults` and `script` None: those of the seed. `most_runs`: it was caught in at most a third of that."""

    name: str
    patches: Callable[[], breaks.Patches]
    sweeping: bool = True
    faults: Faults | None = None
    script: str | None = None
    fixed_names: bool = False
    most_runs: int = 4000

    @property
    def seeds(self) -> tuple[int, ...]:
        """Give the seeds of a hunt, first the one that is known to catch it."""
        return (CAUGHT.get(self.name, 0), *range(self.most_runs))

    def recipe(self, seed: int) -> Recipe:
        """Say what a number stands for when this mutant runs."""
        plain = recipe(seed, sweeping=self.sweeping)
        return replace(
            plain,
            faults=self.faults or plain.faults,
            script=(BY_HAND | LONGER)[self.script] if self.script else plain.script,
            inexact=plain.inexact or self.fixed_names,
            fixed_names=self.fixed_names,
        )


def hunt(mutant: Mutant, seeds: Iterable[int]) -> tuple[int, str] | None:
    """Run a mutant until it is caught; give the number of runs and what was seen, None when it was not."""
    with mutant.patches():
        for runs, seed in enumerate(seeds, 1):
            try:
                follow(mutant.recipe(seed))
            except Exception as error:  # noqa: BLE001  # whatever a broken rule leads to
                return runs, f"{type(error).__name__}: {error}"
    return None


MUTANTS: tuple[Mutant, ...] = (
    Mutant("inputs-before-look", breaks.inputs_before_the_look, sweeping=False, faults=SLOW, script="a note here and there"),
    Mutant("no-pass-current", breaks.no_confirming_pass(keys.CURRENT), sweeping=False, faults=UNORDERED, script="a note, and gone"),
    Mutant("late-answers-ignored", breaks.late_answers_ignored, sweeping=False, faults=LATE, script="a note, and gone"),
    Mutant("own-list", breaks.own_list_for_each_document),
    Mutant("root-unconditional", breaks.unconditional(keys.ROOT), faults=SLOW, script="three at once"),
    Mutant("live-unconditional", breaks.unconditional(keys.LIVE), faults=SLOW, script="three at once"),
    Mutant("playlist-unconditional", breaks.unconditional(keys.PLAYLIST), faults=SLOW, script="a longer one"),
    Mutant("fixed-names", breaks.nothing, fixed_names=True),
    Mutant("one-receipt-key", breaks.one_key_for_ok_and_error, faults=Faults(runs_out=0.95, doubled=0.3)),
    Mutant("endlist-on-failure", breaks.endlist_on_failure, script="flaky, then retried"),
    Mutant("announced-first", breaks.announced_before_the_fragment, faults=KILLING),
    Mutant("fragment-first", breaks.fragment_before_manifest, sweeping=False),
    Mutant("one-fragment-name", breaks.one_fragment_name, faults=SLOW, script="a note here and there"),
    Mutant("early-return", breaks.early_return_before_the_front_page, faults=KILLING),
    Mutant("fragments-first", breaks.fragments_first, faults=KILLING),
    Mutant("garbage-too-soon", breaks.garbage_while_the_manifest_is_behind, faults=SWEPT, script="one after the other"),
    Mutant("pages-by-content", breaks.pages_named_by_content, faults=STORMY, script="a note here and there"),
    Mutant("followed-once", breaks.followed_once, sweeping=False, faults=KILLING, script="one that is put together"),
    Mutant("lists-forgotten", breaks.lists_forgotten, faults=KILLING, script="a tag on and off"),
    Mutant("rev-returns", breaks.rev_of_the_version, script="another extension and back"),
    Mutant("sidecar-returns", breaks.sidecar_of_the_version, sweeping=False, script="captions away and back"),
    Mutant("entries-stay", breaks.entries_stay, faults=Faults(delayed=0.2), script="deleted"),
    Mutant("poster-published", breaks.poster_published, script="a poster before its video, and after it"),
    Mutant("rejection-unrecorded", breaks.rejection_not_recorded, script="good, then damaged"),
    Mutant("taken-by-name", breaks.taken_by_name, script="encoded again"),
    Mutant("plan-rewritten", breaks.plan_rewritten),
    Mutant("tombstone-removed", breaks.removed_with_the_video(keys.MANIFEST), script="deleted"),
    Mutant("current-removed", breaks.removed_with_the_video(keys.CURRENT), script="delete and again"),
)
# The first seed that catches each of those that most seeds do not. When it no longer does, the hunt goes through them all.
CAUGHT = {
    "no-pass-current": 85,
    "late-answers-ignored": 329,
    "fragment-first": 18,
    "one-fragment-name": 202,
    "garbage-too-soon": 817,
    "lists-forgotten": 121,
    "rev-returns": 1328,
    "entries-stay": 85,
    "taken-by-name": 79,
}
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
