"""The store, its notifications and the queues, as doubles that keep what S3 and SQS promise, and no more.

S3: strong read-after-write and LIST, If-Match and If-None-Match, an ETag of the content, versions and delete markers in the inbox,
times in whole seconds. SQS: at least once, a count of receives, visibility, dead letters.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from functions.common import keys
from functions.common.events import Message, read
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


@dataclass
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

    def take(self, now: int, most: int) -> list[Letter]:
        """Take visible letters; those that were received too often die instead."""
        ready = [letter for letter in self.letters if letter.visible <= now]
        dying = [letter for letter in ready if letter.receives >= self.most_receives]
        self.letters = [letter for letter in self.letters if letter not in dying]
        self.dead.extend(dying)
        taken = [letter for letter in ready if letter not in dying][:most]
        for letter in taken:
            letter.receives += 1
        return taken


@dataclass(frozen=True)
class Kept:
    """One version of an object, or a delete marker."""

    version: str
    body: bytes
    modified: int
    deleted: bool = False


@dataclass
class World:
    """Everything that is stored. `watch` is called after each change of a public or private object, with what was there."""

    now: int = 1_000_000
    objects: dict[str, dict[str, Kept]] = field(default_factory=lambda: {"work": {}, "media": {}, "site": {}})
    inbox: dict[str, list[Kept]] = field(default_factory=dict)
    queues: dict[StageName, Queue] = field(default_factory=lambda: {stage: Queue() for stage in STAGES})
    notify: Callable[[StageName, str], None] = lambda stage, body: None
    watch: Callable[[str, str, bytes | None, bytes | None], None] = lambda bucket, key, old, new: None
    names_hold: bool = True  # a name's hash is that of the bytes; not so for one mutant
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
        self.objects[bucket][key] = Kept("", body, self.now)
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
            return Stored(kept.body, tag(kept.body)) if kept else None
        found = [kept for kept in self.inbox.get(key, []) if version in (None, kept.version)]
        return Stored(found[-1].body, tag(found[-1].body)) if found and not found[-1].deleted else None

    def listing(self, bucket: str, prefix: str) -> list[Listed]:
        """List what is there now."""
        there = self.objects[bucket]
        return [
            Listed(key, tag(there[key].body), len(there[key].body), there[key].modified)
            for key in sorted(there)
            if key.startswith(prefix)
        ]

    def versions(self, prefix: str) -> list[Version]:
        """List all versions in the inbox, by key, newest first."""
        return [
            Version(
                *(key, kept.version, "" if kept.deleted else tag(kept.body), len(kept.body), kept.modified),
                latest=kept is self.inbox[key][-1],
                deleted=kept.deleted,
            )
            for key in sorted(self.inbox)
            if key.startswith(prefix)
            for kept in reversed(self.inbox[key])
        ]

    def _add_version(self, key: str, body: bytes, *, deleted: bool) -> None:
        self.versions_made += 1
        self.inbox.setdefault(key, []).append(Kept(f"x{self.versions_made}", body, self.now, deleted))
        self._tell("inbox", key)

    def _tell(self, bucket: str, key: str) -> None:
        for source, prefix, stage in NOTIFIES:
            if bucket == source and key.startswith(prefix):
                self.notify(stage, json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(key)}}}]}))


def tag(body: bytes) -> str:
    """Give the ETag: of the content, so that equal bytes have equal tags."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class SimulatedDoor:
    """One bucket, seen by one worker: `call` is where it waits for its turn, fails, or is killed."""

    world: World
    bucket: str
    call: "Callable[[str, str, Callable[[], object]], object]"

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """Read."""
        found = self.call("get", f"{self.bucket}/{key}", lambda: self.world.get(self.bucket, key, version))
        return found if isinstance(found, Stored) else None

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write."""
        answer = self.call("put", f"{self.bucket}/{key}", lambda: self.world.put(self.bucket, key, body, condition))
        return answer if isinstance(answer, Answer) else Answer.LOST

    def list(self, prefix: str) -> Iterator[Listed]:
        """List in two pages, which need not be of the same moment."""
        yield from self._paged(prefix, lambda: self.world.listing(self.bucket, prefix))

    def versions(self, prefix: str) -> Iterator[Version]:
        """List versions, in two pages."""
        yield from self._paged(prefix, lambda: self.world.versions(prefix))

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete."""
        self.call("delete", f"{self.bucket}/{key}", lambda: self.world.delete(self.bucket, key, version))

    def _paged[T: (Listed, Version)](self, prefix: str, look: Callable[[], Sequence[T]]) -> Iterator[T]:
        first = self._look(prefix, look)
        if not first:
            return
        last = first[(len(first) - 1) // 2].key
        yield from (found for found in first if found.key <= last)
        if first[-1].key > last:
            yield from (found for found in self._look(prefix, look) if found.key > last)

    def _look[T: (Listed, Version)](self, prefix: str, look: Callable[[], Sequence[T]]) -> Sequence[T]:
        found = deque[T]()
        self.call("list", f"{self.bucket}/{prefix}", lambda: found.extend(look()))
        return found


def message_of(letter: Letter) -> Message:
    """Read a dead letter as the sweep does."""
    return read(str(letter.id), str(letter.id), letter.body)
