"""What people do, as scripts: by hand for the shapes that matter, and at random."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Action:
    """One thing that a person does: `put` or `remove` a file, `delete` a whole video by the API, `retry` it."""

    what: str
    key: str
    body: bytes = b""

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.what} {self.key} {self.body.decode()}".strip()


def put(key: str, body: str) -> Action:
    """Put a file."""
    return Action("put", key, body.encode())


def remove(key: str) -> Action:
    """Remove a file."""
    return Action("remove", key)


RETRY, DELETE = Action("retry", "a"), Action("delete", "a")
NOTE, OTHER_NOTE = '{"title":"One"}', '{"title":"Two","tags":["b"],"date":"2020-01-02T03:04:05Z"}'
AGAIN, OTHER_AGAIN = '{"title":"One","again":1}', '{"title":"One","preset":"small","again":2}'
HIDDEN = '{"title":"One","visibility":"unlisted"}'
CHOSEN, OTHER_CHOSEN = '{"title":"One","poster_at":2}', '{"title":"Two","poster_at":3.5}'
BROKEN_NOTE = "{"
WORDS, OTHER_WORDS, BAD_WORDS = "hello", "good bye", "bad"

BY_HAND: dict[str, tuple[Action, ...]] = {
    "one video": (put("a.mp4", "good 1 3"),),
    "one that is put together, replaced and deleted": (*(put("a.mp4", f"whole {nonce} 2") for nonce in (1, 2)), remove("a.mp4")),
    "one that plays at once": (put("a.mp4", "plain 1 3"),),
    "one that plays at once, replaced and deleted": (*(put("a.mp4", f"plain {nonce} 2") for nonce in (1, 2)), remove("a.mp4")),
    "note and captions": (
        *(put("a.json", NOTE), put("a.mp4", "good 1 2"), put("a.en.vtt", WORDS)),
        *(put("a.json", OTHER_NOTE), put("a.jpg", "red")),
    ),
    "a note on and off": (put("a.mp4", "good 1 1"), put("a.json", NOTE), remove("a.json"), put("a.json", NOTE)),
    "a moment for the poster, another, and a poster": (
        *(put("a.mp4", "good 1 1"), put("a.json", CHOSEN), put("a.json", OTHER_CHOSEN), put("a.jpg", "red")),
    ),
    "captions, others, the first again": (
        *(put("a.mp4", "good 1 1"), put("a.en.vtt", WORDS), put("a.en.srt", OTHER_WORDS), remove("a.en.srt")),
    ),
    "captions away and back": (*(put("a.mp4", "good 1 1"), put("a.en.vtt", WORDS), remove("a.mp4"), put("a.mp4", "good 1 1")),),
    "a picture": (put("a.jpg", "red"), put("a.json", NOTE), put("a.jpg", "blue"), remove("a.jpg")),
    "a poster before its video, and after it": (put("a.jpg", "red"), put("a.mp4", "good 1 1"), remove("a.mp4")),
    "a picture that is none": (put("a.png", "bad"),),
    "a longer one": (put("a.mp4", "good 1 5"),),
    "encoded again": (*(put("a.mp4", "good 1 1"), put("a.json", AGAIN), put("a.json", OTHER_AGAIN)), remove("a.json")),
    "a note, and gone": (put("a.mp4", "good 1 1"), put("a.json", NOTE), remove("a.json")),
    "one after the other": tuple(put("a.mp4", f"good {nonce} 1") for nonce in range(4)),
    "A, B, A": (put("a.mp4", "good 1 1"), put("a.mp4", "good 2 2"), put("a.mp4", "good 1 1")),
    "another extension and back": (put("a.mp4", "good 1 1"), put("a.mov", "good 2 1"), remove("a.mov")),
    "the same bytes again": (put("a.mp4", "good 1 1"), put("a.mp4", "good 1 1")),
    "delete and again": (put("a.mp4", "good 1 1"), put("a.json", NOTE), DELETE, put("a.mp4", "good 1 1")),
    "deleted": (put("a.mp4", "good 1 2"), put("a.json", NOTE), remove("a.json"), remove("a.mp4")),
    "damaged, then good": (put("a.mp4", "damaged 1 1"), put("a.mp4", "good 2 1")),
    "good, then damaged": (put("a.mp4", "good 1 1"), put("a.mp4", "damaged 1 1")),
    "undecodable, then retried": (put("a.mp4", "undecodable 1 2"), RETRY),
    "three at once": tuple(put(f"{stem}.mp4", f"good {stem} 1") for stem in "abc"),
    "a note here and there": (
        *(put(f"{stem}.mp4", "good 1 1") for stem in "ab"),
        *(put(f"{stem}.json", note) for note in (NOTE, OTHER_NOTE) for stem in "ab"),
        *(remove(f"{stem}.json") for stem in "ab"),
    ),
    "flaky, then retried": (put("a.mp4", "flaky 1 4"), RETRY, RETRY),
    "no stills": (put("a.mp4", "blank 1 1"), RETRY),
    "two videos": (put("a.mp4", "good 1 1"), put("b.mp4", "good 2 2"), put("b.json", HIDDEN), DELETE),
    "crashing": (put("a.mp4", "crash 1 1"), put("b.mp4", "good 1 1")),
}

# For broken rules that only these stories show. A crash before and after each of its calls would show nothing new.
LONGER: dict[str, tuple[Action, ...]] = {
    "one that is put together": (put("a.mp4", "whole 1 3"),),
    "unlisted and back": (
        *(put(f"{stem}.mp4", "good 1 1") for stem in "ab"),
        *(put(f"{stem}.json", note) for note in (HIDDEN, NOTE, HIDDEN) for stem in "ab"),
    ),
    "a tag on and off": (put("a.mp4", "good 1 1"), *(put("a.json", note) for note in (OTHER_NOTE, NOTE) * 4)),
}


@dataclass
class Author:
    """Writes a random script, knowing what it has put where."""

    chance: random.Random
    live: dict[str, str] = field(default_factory=dict)
    script: list[Action] = field(default_factory=list)

    def put(self, key: str, body: str) -> None:
        """Put a file."""
        self.live[key] = body
        self.script.append(put(key, body))

    def remove(self, stem: str) -> None:
        """Remove one of the files of a stem, if there is one."""
        there = [key for key in self.live if key.startswith(f"{stem}.")]
        if there:
            key = self.chance.choice(there)
            del self.live[key]
            self.script.append(remove(key))

    def delete(self, stem: str) -> None:
        """Delete all that lies beside a source."""
        for key in [key for key in self.live if key.startswith(f"{stem}.")]:
            del self.live[key]
        self.script.append(Action("delete", stem))

    def again(self, stem: str) -> None:
        """Put the same bytes again."""
        there = [key for key in self.live if key.startswith(f"{stem}.")]
        if there:
            key = self.chance.choice(there)
            self.put(key, self.live[key])

    def source(self, stem: str, *, good: bool = False) -> None:
        """Put a source; few nonces, so that bytes return."""
        kinds = ("good",) * (1 if good else 6) + (() if good else ("damaged", "undecodable", "flaky", "blank", "crash"))
        extension = self.chance.choice(("mp4", "mp4", "mp4", "mov"))
        body = f"{self.chance.choice(kinds)} {self.chance.randrange(3)} {self.chance.choice((1, 2, 3, 3, 4))}"
        self.put(f"{stem}.{extension}", body)

    def beside(self, stem: str) -> None:
        """Put a note, captions or a poster."""
        name, bodies = self.chance.choice(
            (
                ("json", (NOTE, CHOSEN, OTHER_NOTE, HIDDEN, BROKEN_NOTE)),
                ("json", (OTHER_CHOSEN, AGAIN, OTHER_AGAIN, HIDDEN, BROKEN_NOTE)),
                ("en.vtt", (WORDS, OTHER_WORDS, BAD_WORDS)),
                ("en.srt", (WORDS, OTHER_WORDS)),
                ("de.vtt", (WORDS,)),
                ("jpg", ("red", "blue", "bad")),
                ("png", ("red", "blue")),
            )
        )
        self.put(f"{stem}.{name}", self.chance.choice(bodies))

    def act(self, stem: str) -> None:
        """Do one more thing."""
        moves = (self.source, self.beside, self.remove, self.again, self.delete)
        move = self.chance.choices((*moves, self._retry), (3, 4, 4, 1, 1, 1))[0]
        move(stem)

    def _retry(self, stem: str) -> None:
        self.script.append(Action("retry", stem))


def at_random(chance: random.Random) -> Sequence[Action]:
    """Imagine things that people do to one or two videos."""
    author = Author(chance)
    stems = ["a", "b"][: chance.choice((1, 1, 2))]
    for stem in stems:
        if chance.random() < 0.2:
            author.beside(stem)
        author.source(stem, good=chance.random() < 0.7)
    for _ in range(chance.randint(0, 6)):
        author.act(chance.choice(stems))
    return author.script
