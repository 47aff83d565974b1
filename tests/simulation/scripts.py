"""What people do, as scripts: by hand for the shapes that matter, and at random."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.common import events, keys, schema
from functions.common.model import Current
from tests.simulation.world import World


@dataclass(frozen=True)
class Action:
    """One thing that a person does."""

    what: str
    key: str
    body: bytes = b""

    def __call__(self, world: World) -> None:
        """Do it."""
        if self.what == "put":
            world.put("inbox", self.key, self.body)
        elif self.what == "remove":
            world.delete("inbox", self.key)
        else:
            retry(world, keys.video_id(self.key))


def retry(world: World, video: str) -> None:
    """Delete the errors of the current rev, and send its orders again, as the API does."""
    stored = world.get("work", keys.CURRENT.key(id=video))
    current = schema.load(Current, stored.body) if stored else None
    if current is None or current.rev is None:
        return
    for listed in world.listing("work", keys.ERROR.prefix(id=video, rev=current.rev)):
        fields = keys.ERROR.parse(listed.key)
        if fields and fields["unit"] != "ingest":
            world.delete("work", listed.key)
            order = keys.ORDER.key(id=video, rev=current.rev, unit=fields["unit"])
            world.send("transcode", events.body([order]))
            world.send("index", events.body([keys.CURRENT.key(id=video)]))


def put(key: str, body: str) -> Action:
    """Put a file."""
    return Action("put", key, body.encode())


def remove(key: str) -> Action:
    """Remove a file."""
    return Action("remove", key)


NOTE, OTHER_NOTE = '{"title":"One"}', '{"title":"Two","tags":["b"]}'
HIDDEN = '{"title":"One","visibility":"unlisted"}'
WORDS = "1\\n00:00:01,000 --> 00:00:02,000\\nHello.\\n"

BY_HAND: dict[str, tuple[Action, ...]] = {
    "one video": (put("a.mp4", "good 1 3"),),
    "note and captions": (put("a.json", NOTE), put("a.mp4", "good 1 2"), put("a.en.vtt", WORDS), put("a.json", OTHER_NOTE)),
    "a note on and off": (put("a.mp4", "good 1 1"), put("a.json", NOTE), remove("a.json"), put("a.json", NOTE)),
    "A, B, A": (put("a.mp4", "good 1 1"), put("a.mp4", "good 2 2"), put("a.mp4", "good 1 1")),
    "another extension and back": (put("a.mp4", "good 1 1"), put("a.mov", "good 2 1"), remove("a.mov")),
    "delete and again": (put("a.mp4", "good 1 1"), put("a.json", NOTE), remove("a.mp4"), put("a.mp4", "good 1 1")),
    "deleted": (put("a.mp4", "good 1 2"), put("a.json", NOTE), remove("a.json"), remove("a.mp4")),
    "damaged, then good": (put("a.mp4", "damaged 1 1"), put("a.mp4", "good 2 1")),
    "undecodable, then retried": (put("a.mp4", "undecodable 1 2"), Action("retry", "a")),
    "two videos": (put("a.mp4", "good 1 1"), put("b.mp4", "good 2 2"), put("b.json", HIDDEN), remove("a.mp4")),
    "flaky, then retried": (put("a.mp4", "flaky 1 5"), Action("retry", "a"), Action("retry", "a")),
    "crashing": (put("a.mp4", "crash 1 1"), put("b.mp4", "good 1 1")),
}


def at_random(chance: random.Random) -> Sequence[Action]:
    """Make a script of two to nine things that people do to one or two videos."""
    stems = ["a", "b"][: chance.choice((1, 1, 2))]
    kinds = ("good", "good", "good", "good", "damaged", "undecodable", "flaky", "crash")
    moves: list[tuple[float, Callable[[str], Action]]] = [
        (3, lambda stem: put(f"{stem}.mp4", f"{chance.choice(kinds)} {chance.randrange(3)} {chance.choice((1, 2, 3, 5))}")),
        (1, lambda stem: put(f"{stem}.mov", f"good {chance.randrange(3)} {chance.randint(1, 2)}")),
        (1, lambda stem: remove(f"{stem}.mov")),
        (1, lambda stem: remove(f"{stem}.mp4")),
        (2, lambda stem: put(f"{stem}.json", chance.choice((NOTE, OTHER_NOTE, HIDDEN, "{")))),
        (1, lambda stem: remove(f"{stem}.json")),
        (1, lambda stem: put(f"{stem}.en.vtt", chance.choice((WORDS, "bad")))),
        (1, lambda stem: remove(f"{stem}.en.vtt")),
        (1, lambda stem: Action("retry", stem)),
    ]
    first = [put(f"{stem}.mp4", f"good {chance.randrange(3)} {chance.randint(1, 3)}") for stem in stems]
    weights = [weight for weight, _ in moves]
    rest = [chance.choices([move for _, move in moves], weights)[0](chance.choice(stems)) for _ in range(chance.randint(0, 6))]
    if chance.random() < 0.5:
        chance.shuffle(rest)
        return [*rest[:1], *first, *rest[1:]]
    return [*first, *rest]
