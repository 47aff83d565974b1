"""One bucket as one worker sees it: each call stops until the scheduler lets it happen, fail, or kill its worker."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.common.store import Answer, Bucket, Buckets, Condition, Listed, Stored, Version
from tests.simulation.world import World

WHOLE = 1000  # as S3 lists


class Killed(BaseException):
    """A worker ends here, without a word: SIGKILL."""


@dataclass(frozen=True)
class Request:
    """What a worker asks of the outside and waits for. `act` does it."""

    verb: str
    where: str
    act: Callable[[], object]


class Call(Protocol):
    """How a worker asks: gives what `act` gives, raises Unavailable, or is killed."""

    def __call__[T](self, verb: str, where: str, act: Callable[[], T]) -> T:
        """Ask."""


@dataclass(frozen=True)
class SimulatedDoor:
    """A bucket. `page` says how many lines the next LIST gives at a time; a list of several pages is not of one moment."""

    world: World
    bucket: str
    call: Call
    page: Callable[[], int] = lambda: WHOLE

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """Read."""
        return self.call("get", f"{self.bucket}/{key}", lambda: self.world.get(self.bucket, key, version))

    def each[T, R](self, act: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """Do it one after the other: what another worker does meanwhile may be seen or not."""
        return [act(item) for item in items]

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write."""
        return self.call("put", f"{self.bucket}/{key}", lambda: self.world.put(self.bucket, key, body, condition))

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """List, page by page."""
        most = self.page()
        while True:
            found = self.call("list", f"{self.bucket}/{prefix}", lambda: self.world.listing(self.bucket, prefix, after))  # noqa: B023  # used at once
            yield from found[:most]
            if len(found) <= most:
                return
            after = found[most - 1].key

    def versions(self, prefix: str) -> Iterator[Version]:
        """List versions, page by page."""
        most, after = self.page(), ("", "")
        while True:
            found = self.call("list", f"{self.bucket}/{prefix}", lambda: self.world.versions(prefix, after))  # noqa: B023  # used at once
            yield from found[:most]
            if len(found) <= most:
                return
            after = (found[most - 1].key, found[most - 1].version)
            self.world.pieced.add(prefix)

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete."""
        self.call("delete", f"{self.bucket}/{key}", lambda: self.world.delete(self.bucket, key, version))


def buckets(world: World, call: Call, page: Callable[[], int]) -> Buckets:
    """Open the four buckets for one worker. Nobody waits between two attempts: the scheduler does that."""
    names = ("inbox", "work", "media", "site")
    return Buckets(*(Bucket(SimulatedDoor(world, name, call, page), lambda _: None) for name in names))
