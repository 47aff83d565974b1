"""The verbs by which state is written: create, derive, put, read, list, delete. PURE but for the door it is given.

Everything may happen twice, at once, or after a week; an answer may be lost after the request succeeded. `create` and
`derive` are safe under all of it, by conditional writes alone (Amazon S3 User Guide, "How to prevent object overwrites with
conditional writes").
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, Protocol

from functions.common.errors import Contended, Unavailable

ROUNDS = 60  # a derive loses a round only to a writer that won it; with ten writers at once 60 are never needed


@dataclass(frozen=True)
class Stored:
    """An object's bytes, and the tag that changes when they do."""

    body: bytes
    etag: str


@dataclass(frozen=True)
class Listed:
    """One line of a listing. `size` in bytes, `modified` in seconds since 1970."""

    key: str
    etag: str
    size: int
    modified: int


@dataclass(frozen=True)
class Version:
    """One version of an object, or a delete marker, in a versioned bucket."""

    key: str
    version: str
    etag: str
    size: int
    modified: int
    latest: bool
    deleted: bool = False


@dataclass(frozen=True)
class Absent:
    """Write only if there is no such object (If-None-Match: *)."""


@dataclass(frozen=True)
class Same:
    """Write only if the object still has this tag (If-Match)."""

    etag: str


type Condition = Absent | Same | None


class Answer(Enum):
    """What a store says to a write."""

    DONE = auto()
    REFUSED = auto()  # 412: the condition does not hold
    CONFLICT = auto()  # 409: another write of this key was under way
    GONE = auto()  # 404: If-Match on an object that is not there
    LOST = auto()  # 5xx, a time-out, a cut connection: it may have happened or not


class Door(Protocol):
    """One bucket, as S3 offers it. Reads raise Unavailable when the store does not answer."""

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """Read an object, or None where there is none."""

    def each[T, R](self, act: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """Do something with each item, side by side where the store can; give the results in order."""

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write an object, with the headers that belong to its key."""

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """List keys in order, those that come after one."""

    def versions(self, prefix: str) -> Iterator[Version]:
        """List all versions and delete markers of a versioned bucket, by key, newest first."""

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete an object (in a versioned bucket: set a marker), or one version of it."""


@dataclass(frozen=True)
class Write:
    """An object that a derive wants to be so."""

    key: str
    body: bytes


class Created(Enum):
    """How a create ended; all three are success."""

    CREATED = auto()
    EXISTS = auto()  # other bytes are there already
    CONSUMED = auto()  # it was there, and a reader has deleted it since


@dataclass
class Look:
    """One pass of a derive: what each target was when this pass looked at it."""

    door: Door
    seen: dict[str, Stored | None] = field(default_factory=dict)

    def __call__(self, key: str) -> bytes | None:
        """Read a target and remember its tag. Look at every target before reading any input."""
        self.seen[key] = self.door.get(key)
        stored = self.seen[key]
        return stored.body if stored else None

    def differs(self, write: Write) -> bool:
        """Tell whether a wanted object is not what was seen."""
        stored = self.seen[write.key]
        return stored is None or stored.body != write.body

    def condition(self, key: str) -> Absent | Same:
        """Give the condition under which what was seen may be replaced."""
        stored = self.seen[key]
        return Same(stored.etag) if stored else Absent()


@dataclass(frozen=True)
class Bucket:
    """A bucket with the project's verbs. `pause` waits before round n (from 0) of a repeated attempt."""

    door: Door
    pause: Callable[[int], None]

    def read(self, key: str, version: str | None = None) -> bytes | None:
        """Read an object, or None where there is none."""
        stored = self.door.get(key, version)
        return stored.body if stored else None

    def read_all(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        """Read objects side by side; None where there is none."""
        return self.door.each(self.read, keys)

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """List the objects under a prefix in the order of their keys, those that come after one."""
        return self.door.list(prefix, after)

    def versions(self, prefix: str) -> Iterator[Version]:
        """List all versions under a prefix."""
        return self.door.versions(prefix)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""
        for key in keys:
            self.door.delete(key)

    def delete_version(self, key: str, version: str) -> None:
        """Remove one version of an object for good."""
        self.door.delete(key, version)

    def put(self, key: str, body: bytes) -> None:
        """Write an object whose name carries its hash: writing it again does no harm."""
        for attempt in range(ROUNDS):
            if self.door.put(key, body, None) is Answer.DONE:
                return
            self.pause(attempt)
        raise Unavailable(key)

    def put_all(self, writes: Sequence[Write]) -> None:
        """Write such objects side by side."""
        self.door.each(lambda write: self.put(write.key, write.body), writes)

    def create(self, key: str, body: bytes) -> Created:
        """Write an object that must not change once it is there. Losing the race is a result, not an error."""
        for attempt in range(ROUNDS):
            answer = self.door.put(key, body, Absent())
            if answer is Answer.DONE:
                return Created.CREATED
            if answer is Answer.REFUSED:
                there = self.door.get(key)
                if there is None:
                    return Created.CONSUMED
                return Created.CREATED if there.body == body else Created.EXISTS  # same bytes: our own lost answer
            self.pause(attempt)
        raise Unavailable(key)

    def derive(self, compute: Callable[[Look], Sequence[Write]]) -> tuple[Write, ...]:
        """Keep objects a function of others: look, compute, write what differs, until a pass finds nothing to write.

        `compute` looks at its targets first and reads its inputs after, so that a write whose condition holds was computed
        from inputs no older than what it replaces. That a pass which writes nothing is the only way out matters as much:
        without it, an older reader's write can follow a newer reader's pass and stay (docs/architecture.md, R2).

        A write without an answer ends it too, with Unavailable: the write may still arrive, and a pass that came before it would
        find nothing to do. The queue brings the message back after more than a request's life.

        Returns every write that was tried. Raises Contended when others won every round.
        """
        tried: list[Write] = []
        for attempt in range(ROUNDS):
            look = Look(self.door)
            due = [write for write in compute(look) if look.differs(write)]
            if not due:
                return tuple(tried)
            for write in due:
                tried.append(write)
                answer = self.door.put(write.key, write.body, look.condition(write.key))
                if answer is Answer.LOST:
                    raise Unavailable(write.key)
                if answer is not Answer.DONE:
                    self.pause(attempt)
                    break
        raise Contended(tried[-1].key)


class Buckets(NamedTuple):
    """The four buckets."""

    inbox: Bucket
    work: Bucket
    media: Bucket
    site: Bucket
