"""Each way in which a store may lie is noticed by the promise that it breaks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from functions.common import promises
from functions.common.promises import Promise, Shelf, broken
from functions.common.store import Absent, Answer, Condition, Door, Listed, Stored, Version
from tests.simulation.door import SimulatedDoor
from tests.simulation.world import World

type Lie = Callable[..., Any]  # in place of one verb of a door: it is given the honest door first


def at_once[T](verb: str, where: str, act: Callable[[], T]) -> T:
    """Act without a scheduler."""
    del verb, where
    return act()


@dataclass(frozen=True)
class Liar:
    """A store that keeps all its promises but for one verb."""

    door: Door
    verb: str
    lie: Lie

    def _do(self, verb: str, *what: object) -> Any:  # noqa: ANN401  # of any verb
        return self.lie(self.door, *what) if verb == self.verb else getattr(self.door, verb)(*what)

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """Read."""
        return self._do("get", key, version)  # type: ignore[no-any-return]

    def each[T, R](self, act: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """Do it one after the other."""
        return self.door.each(act, items)

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write."""
        return self._do("put", key, body, condition)  # type: ignore[no-any-return]

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """List."""
        return iter(self._do("list", prefix, after))

    def versions(self, prefix: str) -> Iterator[Version]:
        """List versions."""
        return iter(self._do("versions", prefix))

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete."""
        self._do("delete", key, version)


def get_cut_off(door: Door, key: str, version: str | None) -> Stored | None:
    found = door.get(key, version)
    return found and replace(found, body=found.body[:65_536])


def get_with_one_tag(door: Door, key: str, version: str | None) -> Stored | None:
    found = door.get(key, version)
    return found and replace(found, etag='"same"')


def get_with_a_tag_for_each_key(door: Door, key: str, version: str | None) -> Stored | None:
    found = door.get(key, version)
    return found and replace(found, etag=f"{key} {found.etag}")


def get_failing(_: Door, key: str, *_version: object) -> None:
    raise OSError(f"no {key}")


def put_over_what_is_there(door: Door, key: str, body: bytes, condition: Condition) -> Answer:
    return door.put(key, body, None if isinstance(condition, Absent) else condition)


def put_all_the_same(door: Door, key: str, body: bytes, condition: Condition) -> Answer:
    answer = door.put(key, body, condition)
    door.put(key, body, None)
    return answer


def put_back_what_is_gone(door: Door, key: str, body: bytes, condition: Condition) -> Answer:
    return door.put(key, body, condition if door.get(key) else None)


def delete_nothing(*_: object) -> None:
    pass


def delete_all_versions(door: Door, key: str, version: str | None) -> None:
    for found in list(door.versions(key)) if version else ():
        door.delete(key, found.version)


def list_backwards(door: Door, *what: str) -> list[Listed]:
    return list(door.list(*what))[::-1]


def list_as_a_person_would(door: Door, *what: str) -> list[Listed]:
    return sorted(door.list(*what), key=lambda found: found.key.lower())


def list_a_page(door: Door, *what: str) -> list[Listed]:
    return list(door.list(*what))[:1000]


def list_from_the_key_on(door: Door, prefix: str, after: str) -> list[Listed]:
    return [found for found in door.list(prefix) if found.key >= after]


def list_what_lies_beside(door: Door, prefix: str, after: str) -> Iterator[Listed]:
    return door.list(prefix.rstrip("/"), after)


def list_without_times(door: Door, *what: str) -> list[Listed]:
    return [replace(found, modified=0) for found in door.list(*what)]


def versions_backwards(door: Door, prefix: str) -> list[Version]:
    return list(door.versions(prefix))[::-1]


def versions_without_markers(door: Door, prefix: str) -> list[Version]:
    return [found for found in door.versions(prefix) if not found.deleted]


LIES: Final[tuple[tuple[Lie, Promise], ...]] = (
    (get_cut_off, promises.what_was_written_is_read_at_once_and_entire),
    (get_with_one_tag, promises.equal_bytes_have_equal_tags_and_others_have_others),
    (get_with_a_tag_for_each_key, promises.equal_bytes_have_equal_tags_and_others_have_others),
    (put_over_what_is_there, promises.an_object_is_created_once),
    (put_all_the_same, promises.an_object_is_created_once),
    (put_all_the_same, promises.an_object_is_replaced_only_while_it_is_what_was_seen),
    (put_back_what_is_gone, promises.what_is_gone_cannot_be_replaced),
    (delete_nothing, promises.a_deleted_object_may_be_created_again),
    (delete_nothing, promises.a_listing_has_what_is_there_in_order_and_nothing_else),
    (list_backwards, promises.a_listing_has_what_is_there_in_order_and_nothing_else),
    (list_as_a_person_would, promises.a_listing_has_what_is_there_in_order_and_nothing_else),
    (list_what_lies_beside, promises.a_listing_has_what_is_there_in_order_and_nothing_else),
    (list_from_the_key_on, promises.a_listing_goes_on_after_a_key),
    (list_a_page, promises.a_listing_of_several_pages_is_whole),
    (list_without_times, promises.times_are_those_of_the_store_in_whole_seconds),
    (versions_backwards, promises.versions_come_newest_first_with_their_markers),
    (versions_without_markers, promises.versions_come_newest_first_with_their_markers),
    (delete_all_versions, promises.one_version_is_removed_for_good),
)


def said(lie: Lie, promise: Promise) -> str:
    """Try a promise on an empty store that lies."""
    honest = SimulatedDoor(World(), "inbox" if promise in promises.VERSIONED else "work", at_once)
    return broken(promise, Shelf(Liar(honest, lie.__name__.partition("_")[0], lie), "a/b/"))


@pytest.mark.parametrize(("lie", "promise"), LIES, ids=lambda value: value.__name__)
def test_a_lie_is_noticed(lie: Lie, promise: Promise) -> None:
    assert said(lie, promise).startswith("it answered ")


def test_what_a_store_did_instead_is_told_in_words() -> None:
    told = said(put_over_what_is_there, promises.an_object_is_created_once)

    assert told == "it answered (done, done, 'two') instead of (done, refused, 'one')"


def test_a_store_that_fails_is_told_with_its_error() -> None:
    assert said(get_failing, promises.what_is_not_there_is_nothing) == "it failed: OSError: no a/b/0001.json"
