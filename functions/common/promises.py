"""What a store must promise, each promise tried by a few calls: the contract of tests, `reel doctor` and the API. EFFECT.

A trial writes below one prefix of a bucket, which must be empty before. docs/stores.md tells what each promise is for.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Final, Protocol

from functions.common.store import Absent, Answer, Bucket, Condition, Created, Door, Listed, Look, Same, Version, Write

WRITERS: Final = 8
MANY: Final = 1_005  # more than one page of a listing
SHORT: Final = 40  # characters of what a store answered: enough for every trial but the long listings
ODD: Final = "talks/Käse + Brot %2F.mp4"  # what people call their files


@dataclass(frozen=True)
class Trial:
    """What a store did, and what it should have done."""

    seen: object
    wanted: object


class Promise(Protocol):
    """A function that tries one promise. Its name is the sentence."""

    __name__: str

    def __call__(self, shelf: "Shelf", /) -> Trial:
        """Try it."""


@dataclass(frozen=True)
class Shelf:
    """Where a promise is tried: below one prefix of a bucket. Keys end as the project's do, for a door reads headers from them."""

    door: Door
    prefix: str

    def key(self, name: int | str) -> str:
        """Name an object; numbers sort as they count."""
        return f"{self.prefix}{name:04}.json" if isinstance(name, int) else self.prefix + name

    def put(self, body: bytes, condition: Condition = None, name: int | str = 1) -> Answer:
        """Write an object."""
        return self.door.put(self.key(name), body, condition)

    def read(self, name: int | str = 1, version: str | None = None) -> bytes | None:
        """Read an object, or None where there is none."""
        found = self.door.get(self.key(name), version)
        return found.body if found else None

    def tag(self, name: int | str = 1) -> str:
        """Give the tag of an object; empty where there is none."""
        found = self.door.get(self.key(name))
        return found.etag if found else ""

    def delete(self, name: int | str = 1, version: str | None = None) -> None:
        """Delete an object or one version of it."""
        self.door.delete(self.key(name), version)

    def listed(self, after: int | None = None) -> list[Listed]:
        """List all, or what comes after a number."""
        return list(self.door.list(self.prefix, "" if after is None else self.key(after)))

    def versions(self) -> list[Version]:
        """List all versions."""
        return list(self.door.versions(self.prefix))

    def clear(self, *, versioned: bool) -> None:
        """Remove all that was written."""
        if versioned:
            self.door.each(lambda found: self.door.delete(found.key, found.version), self.versions())
        self.door.each(lambda found: self.door.delete(found.key), self.listed())


def what_is_not_there_is_nothing(shelf: Shelf) -> Trial:
    """And nobody takes a missing right for it: a door raises then."""
    return Trial(shelf.read(), None)


def what_was_written_is_read_at_once_and_entire(shelf: Shelf) -> Trial:
    """Strong consistency, of overwritten objects too."""
    bodies = (b"", b"one", b"\0" * 70_000, bytes(range(256)))
    seen = [(shelf.put(body), shelf.read()) for body in bodies]
    return Trial(seen, [(Answer.DONE, body) for body in bodies])


def equal_bytes_have_equal_tags_and_others_have_others(shelf: Shelf) -> Trial:
    """R2 and R12 hang on it."""
    tags = []
    for name, body in enumerate((b"one", b"one", b"two")):
        shelf.put(body, name=name)
        tags.append(shelf.tag(name))
    return Trial((tags[0] == tags[1], tags[0] == tags[2]), (True, False))


def an_object_is_created_once(shelf: Shelf) -> Trial:
    """If-None-Match."""
    answers = [shelf.put(body, Absent()) for body in (b"one", b"two")]
    return Trial((*answers, shelf.read()), (Answer.DONE, Answer.REFUSED, b"one"))


def an_object_is_replaced_only_while_it_is_what_was_seen(shelf: Shelf) -> Trial:
    """If-Match."""
    shelf.put(b"one")
    seen = Same(shelf.tag())
    answers = [shelf.put(body, seen) for body in (b"two", b"three")]
    return Trial((*answers, shelf.read()), (Answer.DONE, Answer.REFUSED, b"two"))


def a_deleted_object_may_be_created_again(shelf: Shelf) -> Trial:
    """What is consumed may come back."""
    shelf.put(b"one", Absent())
    shelf.delete()
    return Trial((shelf.read(), shelf.put(b"two", Absent()), shelf.read()), (None, Answer.DONE, b"two"))


def what_is_gone_cannot_be_replaced(shelf: Shelf) -> Trial:
    """Nor does it come back by that."""
    shelf.put(b"one")
    seen = Same(shelf.tag())
    shelf.delete()
    return Trial((shelf.put(b"two", seen), shelf.read()), (Answer.GONE, None))


def deleting_what_is_not_there_is_no_error(shelf: Shelf) -> Trial:
    """The sweep does it."""
    shelf.delete()
    return Trial(shelf.read(), None)


def a_listing_has_what_is_there_in_order_and_nothing_else(shelf: Shelf) -> Trial:
    """With its size and its tag. The order is that of UTF-8 bytes."""
    below, sizes = Shelf(shelf.door, shelf.prefix + "a/"), {"ä.json": 1, "a.json": 2, "B.json": 3, "10.json": 4, "9.json": 5}
    for name, size in sizes.items():
        below.put(b"x" * size, name=name)
    below.put(b"gone", name="gone.json")
    below.delete("gone.json")
    shelf.put(b"other", name="b/1.json")
    shelf.put(b"other", name="a.json")
    seen = [(found.key, found.size, _bare(found.etag)) for found in below.listed()]
    return Trial(seen, [(below.key(name), sizes[name], _bare(below.tag(name))) for name in sorted(sizes)])


def a_listing_goes_on_after_a_key(shelf: Shelf) -> Trial:
    """Which need not be there."""
    for name in (1, 2, 4):
        shelf.put(b"", name=name)
    return Trial([_keys(shelf.listed(after)) for after in (1, 3, 4)], [[shelf.key(2), shelf.key(4)], [shelf.key(4)], []])


def a_listing_of_several_pages_is_whole(shelf: Shelf) -> Trial:
    """S3 gives a thousand at a time."""
    names = range(MANY)
    shelf.door.each(lambda name: shelf.put(b"", name=name), names)
    return Trial(_keys(shelf.listed()), [shelf.key(name) for name in names])


def times_are_those_of_the_store_in_whole_seconds(shelf: Shelf) -> Trial:
    """Later ones are not smaller."""
    times = [found.modified for body in (b"one", b"two") if shelf.put(body) for found in shelf.listed()]
    return Trial((len(times), times, times[:1] > [0]), (2, sorted(times), True))


def versions_come_newest_first_with_their_markers(shelf: Shelf) -> Trial:
    """And each can be read for itself."""
    for body in (b"one", b"two"):
        shelf.put(body, name=ODD)
    shelf.delete(ODD)
    versions = sorted(shelf.versions(), key=attrgetter("deleted"), reverse=True)  # a marker has no place among the others
    seen = [(found.deleted, found.latest, None if found.deleted else shelf.read(ODD, found.version)) for found in versions]
    return Trial((seen, shelf.read(ODD)), ([(True, True, None), (False, False, b"two"), (False, False, b"one")], None))


def one_version_is_removed_for_good(shelf: Shelf) -> Trial:
    """The others stay."""
    for body in (b"one", b"two"):
        shelf.put(body)
    oldest = shelf.versions()[-1].version
    shelf.delete(version=oldest)
    left = [shelf.read(version=found.version) for found in shelf.versions()]
    return Trial((left, shelf.read(version=oldest)), ([b"two"], None))


def of_many_creators_one_wins(shelf: Shelf) -> Trial:
    """At the same moment; each is told the truth."""
    return Trial(winners(shelf), [shelf.read()])


def of_many_changes_none_is_lost(shelf: Shelf) -> Trial:
    """Derive, by eight at once."""

    def add(number: int) -> None:
        def compute(look: Look) -> tuple[Write, ...]:
            names = set(filter(None, (look(shelf.key(1)) or b"").split(b",")))
            return (Write(shelf.key(1), b",".join(sorted({*names, b"%d" % number}))),)

        Bucket(shelf.door, _no_pause).derive(compute)

    _at_once(add)
    return Trial(shelf.read(), b",".join(b"%d" % number for number in range(WRITERS)))


# Tried by writing, reading and listing alone, which is all that the API may do.
WRITTEN: Final[tuple[Promise, ...]] = (
    what_is_not_there_is_nothing,
    what_was_written_is_read_at_once_and_entire,
    equal_bytes_have_equal_tags_and_others_have_others,
    an_object_is_created_once,
    an_object_is_replaced_only_while_it_is_what_was_seen,
    a_listing_goes_on_after_a_key,
    times_are_those_of_the_store_in_whole_seconds,
)
ALONE: Final[tuple[Promise, ...]] = (
    *WRITTEN,
    a_deleted_object_may_be_created_again,
    what_is_gone_cannot_be_replaced,
    deleting_what_is_not_there_is_no_error,
    a_listing_has_what_is_there_in_order_and_nothing_else,
    a_listing_of_several_pages_is_whole,
)
VERSIONED: Final[tuple[Promise, ...]] = (
    versions_come_newest_first_with_their_markers,
    one_version_is_removed_for_good,
)  # the inbox
SHARED: Final[tuple[Promise, ...]] = (of_many_creators_one_wins, of_many_changes_none_is_lost)


def sentence(promise: Promise) -> str:
    """Say what is promised."""
    return promise.__name__.replace("_", " ")


def broken(promise: Promise, shelf: Shelf) -> str:
    """Try a promise, and say what the store did instead; empty where it is kept."""
    try:
        trial = promise(shelf)
    except Exception as error:  # noqa: BLE001  # whatever a store does to a call, it is its answer
        if isinstance(error.__context__, KeyboardInterrupt):  # it came between two steps of a lock, which then complains
            raise error.__context__ from None
        return f"it failed: {type(error).__name__}: {error}"
    return "" if trial.seen == trial.wanted else f"it answered {_told(trial.seen)} instead of {_told(trial.wanted)}"


def winners(shelf: Shelf) -> list[bytes]:
    """Let many create one object at the same moment, each with other bytes; give those of all who are told that it is theirs."""
    ends = _at_once(lambda number: Bucket(shelf.door, _no_pause).create(shelf.key(1), b"%d" % number))
    return [b"%d" % number for number, end in enumerate(ends) if end is Created.CREATED]


def _at_once[T](act: Callable[[int], T]) -> list[T]:
    """Let each writer act at the same moment."""
    ready = threading.Barrier(WRITERS)

    def begin(number: int) -> T:
        ready.wait()
        return act(number)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(begin, range(WRITERS)))


def _no_pause(_: int) -> None:
    """Try again at once: the more who try, the better."""


def _keys(listed: Iterable[Listed]) -> list[str]:
    return [found.key for found in listed]


def _bare(tag: str) -> str:
    """Take the quotes from a tag: a header has them, and a listing may."""
    return tag.strip('"')


def _told(value: object) -> str:
    """Write an answer for a person."""
    match value:
        case Enum():
            said = value.name.lower()
        case bytes():
            said = repr(value)[1:]
        case None:
            said = "nothing"
        case list() | tuple():
            said = f"({', '.join(map(_told, value))})"
        case _:
            said = str(value)
    return said
