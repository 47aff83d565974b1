"""Every message of a run ten times more, a week later and in any order: nothing that is published changes."""

from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.model import Manifest
from functions.common.stage import Group
from functions.common.store import Look
from functions.index.handler import Index
from functions.sweep.reconcile import StageName
from tests.simulation.faults import QUIET
from tests.simulation.rest import at_rest
from tests.simulation.scheduler import Run
from tests.simulation.scripts import BY_HAND
from tests.simulation.stages import remember
from tests.simulation.watch import Watch
from tests.simulation.world import World

TIMES = 10
WEEK_S = 7 * 86_400


@dataclass
class Heard(World):
    """A world that remembers each message."""

    said: list[tuple[StageName, str]] = field(default_factory=list)

    def send(self, stage: StageName, body: str, delay: int = 0) -> None:
        """Put a message into a stage's queue."""
        self.said.append((stage, body))
        super().send(stage, body, delay)

    def published(self) -> dict[str, bytes]:
        """Give all that the public may read."""
        return {key: kept.body for bucket in ("media", "site") for key, kept in self.objects[bucket].items()}


def replayed(script: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Follow a script to its end, and once more with all of its messages; give what is published after each."""
    remember()
    world = Heard()
    run = Run(1, BY_HAND[script], QUIET, sweeping=True, world=world)
    world.watch = Watch(world)
    run.to_rest()
    before, statuses = world.published(), at_rest(world, run.encoded, swept=True)
    world.now += WEEK_S
    for stage, body in tuple(world.said) * TIMES:  # the queue gives them out in any order
        world.send(stage, body)
    run.to_rest()
    assert at_rest(world, run.encoded, swept=True) == statuses
    return before, world.published()


@pytest.mark.parametrize("script", BY_HAND)
def test_everything_ten_times_again_after_a_week_changes_nothing(script: str) -> None:
    before, after = replayed(script)
    assert after == before


def test_a_stage_that_counts_its_messages_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    act = Index.act

    def counting(index: Index, group: Group) -> None:
        act(index, group)
        key, door = keys.MANIFEST.key(id=group.name), index.buckets.media.door
        look = Look(door)
        if body := look(key):
            known = schema.load(Manifest, body)
            door.put(key, schema.dump(replace(known, generation=known.generation + 1)), look.condition(key))

    monkeypatch.setattr(Index, "act", counting)
    before, after = replayed("one video")
    assert after != before
