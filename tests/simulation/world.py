"""The store, its notifications and the queues, as doubles that keep what S3 and SQS promise, and no more.

S3: strong read-after-write and LIST, If-Match and If-None-Match, an ETag of the content, versions and delete markers in the inbox,
times in whole seconds. SQS: at least once, in any order, a count of receives, visibility, dead letters.
"""

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import quote_plus

from functions.common import keys
from functions.common.store import Absent, Answer, Condition, Listed, Same, Stored, Version
from functions.sweep.reconcile import StageName

STAGES: tuple[StageName, ...] = ("ingest", "transcode", "index", "catalogue")
NOTIFIES: tuple[tuple[str, str, StageName], ...] = (
    ("inbox", "", "ingest"),
    ("work", keys.ORDER.prefix(), "transcode"),
    ("work", keys.OK.prefix(), "index"),
    ("work", keys.CURRENT.prefix(), "index"),
    ("work", keys.FRAGMENT.prefix(), "catalogue"),
)
MOST_RECEIVES = 3  # five in template.yaml; fewer reach the dead letters sooner
START = 1_000_000  # seconds since 1970 at which every run begins


@dataclass(eq=False)
class Letter:
    """A message in a queue. `visible`: the second from which it may be taken."""

    id: int
    body: str
    receives: int = 0
    visible: int = 0


@dataclass
class Queue:
    """One stage's queue and its dead letters."""

    most_receives: int = MOST_RECEIVES
    letters: list[Letter] = field(default_factory=list)
    dead: list[Letter] = field(default_factory=list)

    def waits(self, now: int) -> bool:
        """Tell whether a letter may be taken."""
        return any(letter.visible <= now for letter in self.letters)

    def take(self, now: int, most: int, chance: random.Random) -> list[Letter]:
        """Take visible letters in any order; those that were received too often die instead."""
        ready = [letter for letter in self.letters if letter.visible <= now]
        dying = [letter for letter in ready if letter.receives >= self.most_receives]
        self.letters = [letter for letter in self.letters if letter not in dying]
        self.dead.extend(dying)
        living = [letter for letter in ready if letter not in dying]
        taken = chance.sample(living, min(most, len(living)))
        for letter in taken:
            letter.receives += 1
        return taken


@lru_cache(maxsize=65536)
def tag(body: bytes) -> str:
    """Give the ETag: of the content, so that equal bytes have equal tags."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Kept:
    """One version of an object, or a delete marker. `number` counts the versions of the inbox."""

    number: int
    body: bytes
    modified: int
    deleted: bool = False

    @property
    def version(self) -> str:
        """The version id, as the store gives it out."""
        return f"x{self.number}"

    @cached_property
    def stored(self) -> Stored:
        """What a GET answers."""
        return Stored(self.body, tag(self.body))


type Watcher = Callable[[str, str, bytes | None, bytes | None], None]


def _unheard(*_: object) -> None:
    """Listen to nothing."""


@dataclass
class World:
    """Everything that is stored. `watch` is called after each change, with what was there before.

    `pieced`: the prefixes of the inbox that were listed in several pages, each of another moment.
    """

    now: int = START
    objects: dict[str, dict[str, Kept]] = field(default_factory=lambda: {"work": {}, "media": {}, "site": {}})
    inbox: dict[str, list[Kept]] = field(default_factory=dict)
    queues: dict[StageName, Queue] = field(default_factory=lambda: {stage: Queue() for stage in STAGES})
    notify: Callable[[StageName, str], None] = _unheard
    hinted: bool = False  # there may be something for the search, whose clock comes round
    watch: Watcher = _unheard
    names_hold: bool = True  # a name's hash is that of the bytes; not so for one mutant
    pieced: set[str] = field(default_factory=set)
    versions_made: int = 0
    letters_made: int = 0

    def send(self, stage: StageName, body: str, delay: int = 0) -> None:
        """Put a message into a stage's queue."""
        self.letters_made += 1
        self.queues[stage].letters.append(Letter(self.letters_made, body, visible=self.now + delay))

    def put(self, bucket: str, key: str, body: bytes, condition: Condition = None) -> Answer:
        """Write an object and notify, as S3 does."""
        if bucket == "inbox":
            self._add_version(key, body, deleted=False)
            return Answer.DONE
        there = self.objects[bucket].get(key)
        match condition:
            case Absent() if there:
                return Answer.REFUSED
            case Same() if not there:
                return Answer.GONE
            case Same(etag) if there and etag != tag(there.body):
                return Answer.REFUSED
        self.objects[bucket][key] = Kept(0, body, self.now)
        self.watch(bucket, key, there.body if there else None, body)
        self._tell(bucket, key)
        return Answer.DONE

    def delete(self, bucket: str, key: str, version: str | None = None) -> None:
        """Delete an object; in the inbox set a marker, or remove one version."""
        if bucket != "inbox":
            there = self.objects[bucket].pop(key, None)
            if there:
                self.watch(bucket, key, there.body, None)
        elif version is None:
            self._add_version(key, b"", deleted=True)
        else:
            self.inbox[key] = [kept for kept in self.inbox.get(key, []) if kept.version != version]
            self._tell("inbox", key)

    def get(self, bucket: str, key: str, version: str | None = None) -> Stored | None:
        """Read an object, or one version of it."""
        if bucket != "inbox":
            kept = self.objects[bucket].get(key)
            return kept.stored if kept else None
        found = [kept for kept in self.inbox.get(key, []) if version in (None, kept.version)]
        return found[-1].stored if found and not found[-1].deleted else None

    def listing(self, bucket: str, prefix: str, after: str = "") -> list[Listed]:
        """List what is there now under a prefix, after a key."""
        there = self.objects[bucket]
        return [
            Listed(key, tag(there[key].body), len(there[key].body), there[key].modified)
            for key in sorted(key for key in there if key.startswith(prefix) and key > after)
        ]

    def versions(self, prefix: str, after: tuple[str, str] = ("", "")) -> list[Version]:
        """List all versions in the inbox under a prefix, by key, newest first, after a key's version."""
        last, newer = after[0], int(after[1].removeprefix("x") or 0)
        return [
            Version(
                *(key, kept.version, "" if kept.deleted else tag(kept.body), len(kept.body), kept.modified),
                latest=kept is self.inbox[key][-1],
                deleted=kept.deleted,
            )
            for key in sorted(key for key in self.inbox if key.startswith(prefix) and key >= last)
            for kept in reversed(self.inbox[key])
            if key > last or kept.number < newer
        ]

    def _add_version(self, key: str, body: bytes, *, deleted: bool) -> None:
        self.versions_made += 1
        self.inbox.setdefault(key, []).append(Kept(self.versions_made, body, self.now, deleted))
        self.watch("inbox", key, None, body)
        self._tell("inbox", key)

    def _tell(self, bucket: str, key: str) -> None:
        self.hinted = self.hinted or bool(keys.UNSEARCHED.parse(key))
        for source, prefix, stage in NOTIFIES:
            if bucket == source and key.startswith(prefix):
                self.notify(stage, _message(key))


@lru_cache(maxsize=4096)
def _message(key: str) -> str:
    return json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(key)}}}]})
