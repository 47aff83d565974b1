"""One message of a batch that cannot be dealt with: it comes back alone, and the others are done."""

import random
from collections import defaultdict
from collections.abc import Callable

import pytest

from functions.common import events, keys, schema
from functions.common.model import Root
from functions.sweep.reconcile import StageName
from tests.simulation.doubles import Log
from tests.simulation.stages import Stages
from tests.simulation.world import STAGES, World

TEN = [f"v{number}" for number in range(10)]
BAD = TEN[4]
DEEP = '{"Records": ' + "[" * 100_000  # of which a reader that goes down has enough
GARBAGE = b'{"$schema": '


def at_once[T](verb: str, where: str, act: Callable[[], T]) -> T:
    """Nobody is waited for."""
    del verb, where
    return act()


class Line:
    """The stages one after another, each with the first message of every video."""

    def __init__(self) -> None:
        self.world = World()
        self.heard: dict[StageName, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.world.notify = self._hear
        self.stages = Stages(self.world, random.Random(1), Log(lambda _: None, []))
        for stem in TEN:
            self.world.put("inbox", f"{stem}.mp4", f"good {stem} 1".encode())

    def _hear(self, stage: StageName, body: str) -> None:
        (key,) = events.read("", "", body).keys
        video = keys.video_id(key.rpartition(".")[0]) if stage == "ingest" else str(keys.id_of(key))
        self.heard[stage][video].append(body)

    def batch(self, stage: StageName) -> dict[str, str]:
        """Give a message of each video."""
        return {stem: self.heard[stage][keys.video_id(stem)][0] for stem in TEN}

    def give(self, stage: StageName, batch: dict[str, str]) -> list[str]:
        """Hand a batch to a stage; give what comes back."""
        records = [
            {"messageId": stem, "receiptHandle": stem, "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
            for stem, body in batch.items()
        ]
        answer = self.stages.stage(stage, at_once, []).handle({"Records": records})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def until(self, stage: StageName) -> None:
        """Let all be well up to a stage."""
        for before in STAGES[: STAGES.index(stage)]:
            said = [body for bodies in self.heard[before].values() for body in bodies]
            assert self.give(before, {str(place): body for place, body in enumerate(said)}) == []

    def done(self, stage: StageName) -> set[str]:
        """Tell for which videos a stage has done its work."""
        if stage == "catalogue":
            kept = self.world.objects["media"].get(keys.ROOT.key(list=keys.ALL))
            listed = {entry.id for entry in schema.load(Root, kept.body).newest} if kept else set()
            return {stem for stem in TEN if keys.video_id(stem) in listed}
        form = {"ingest": keys.CURRENT, "transcode": keys.OK, "index": keys.MANIFEST}[stage]
        bucket = "media" if stage == "index" else "work"
        there = {fields["id"] for key in self.world.objects[bucket] if (fields := form.parse(key))}
        return {stem for stem in TEN if keys.video_id(stem) in there}

    def spoil(self, stage: StageName) -> None:
        """Make what a stage reads of one video unreadable."""
        video = keys.video_id(BAD)
        (message,) = [events.read("", "", body) for stem, body in self.batch(stage).items() if stem == BAD]
        key = {"transcode": message.keys[0], "catalogue": keys.MANIFEST.key(id=video)}.get(stage, keys.CURRENT.key(id=video))
        self.world.notify = lambda *_: None
        self.world.put("media" if stage == "catalogue" else "work", key, GARBAGE)


@pytest.mark.parametrize(
    "poison", ["", "{", DEEP, '{"Records": [{"s3": {}}]}', "\udcff"], ids=["empty", "half", "deep", "foreign", "bytes"]
)
@pytest.mark.parametrize("stage", STAGES)
def test_of_ten_messages_one_that_cannot_be_read_comes_back_alone(stage: StageName, poison: str) -> None:
    line = Line()
    line.until(stage)

    assert line.give(stage, {**line.batch(stage), BAD: poison}) == [BAD]
    assert line.done(stage) == {*TEN} - {BAD}


@pytest.mark.parametrize("stage", STAGES)
def test_of_ten_messages_one_whose_document_cannot_be_read_comes_back_alone(stage: StageName) -> None:
    line = Line()
    line.until(stage)
    line.spoil(stage)

    assert line.give(stage, line.batch(stage)) == [BAD]
    assert line.done(stage) - {BAD} == {*TEN} - {BAD}
