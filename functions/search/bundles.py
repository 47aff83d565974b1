"""Which videos are searched in which bundle. PURE.

A bundle never changes, so a change makes a new one in its place. New videos go into a small recent bundle, which is made anew with
each; when it is full, it is merged into the one before; and that one is left alone once it is large. So a search reads few bundles,
and a new video makes few words be indexed again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from functions.common.model import Member

RECENT: Final = 100  # videos: a second's work
LARGE_BYTES: Final = 40_000_000  # of records: some 3,000 videos with captions, 2.4 GB of memory while it is made

type Members = tuple[Member, ...]


def arranged(live: Sequence[Members], changes: Mapping[str, Member | None]) -> list[Members]:
    """Give the bundles that are wanted, oldest first. One that is equal to a live one need not be made."""
    groups = [left for members in live if (left := tuple(each for each in members if each.id not in changes))]
    recent = groups.pop() if groups and len(groups[-1]) <= RECENT else ()
    recent = (*recent, *sorted((each for each in changes.values() if each), key=lambda member: member.id))
    if len(recent) > RECENT and groups and size(groups[-1]) + size(recent) <= LARGE_BYTES:
        recent = (*groups.pop(), *recent)
    return [*groups, recent] if recent else groups


def size(members: Iterable[Member]) -> int:
    """Sum the bytes of records."""
    return sum(member.bytes for member in members)
