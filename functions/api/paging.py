"""A client's items in pages, newest first. PURE."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from functions.api.problem import Fault, invalid
from functions.common import keys
from functions.common.store import Listed

CURSOR: Final = re.compile(rf"([0-9]{{1,12}})\.({keys.FIELDS['item']})")


@dataclass(frozen=True, order=True)
class Place:
    """A place in a client's list: when the item was created, in seconds since 1970, and its id."""

    created: int
    item: str

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Give the place of a stored item."""
        return cls(listed.modified, listed.key.rpartition("/")[2].removesuffix(".json"))

    @classmethod
    def read(cls, cursor: str) -> Self:
        """Read a cursor. Raises Problem when it is none of ours."""
        match = CURSOR.fullmatch(cursor)
        if match is None:
            raise invalid(Fault("#/cursor", "cursor must be the `next` of an earlier answer."))
        return cls(int(match[1]), match[2])

    def cursor(self) -> str:
        """Write it down."""
        return f"{self.created}.{self.item}"


def newest(listed: Iterable[Listed], after: Place | None, limit: int) -> tuple[list[Place], Place | None]:
    """Choose the `limit` newest that come after a place, and the place after which the next page begins, if there is one."""
    places = sorted((place for place in map(Place.of, listed) if after is None or place < after), reverse=True)
    return places[:limit], places[limit - 1] if len(places) > limit else None
