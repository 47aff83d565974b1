from hypothesis import given
from hypothesis import strategies as st

from functions.common import keys
from functions.common.model import Member
from functions.search.bundles import LARGE_BYTES, RECENT, Members, arranged, size

IDS = [keys.video_id(str(number)) for number in range(400)]


def member(place: int, number: int = 1, weight: int = 500) -> Member:
    return Member(id=IDS[place], number=number, bytes=weight)


def grown(count: int, weight: int = 500) -> list[Members]:
    """Add videos one by one."""
    live: list[Members] = []
    for place in range(count):
        live = arranged(live, {IDS[place]: member(place, weight=weight)})
    return live


@given(st.lists(st.tuples(st.integers(0, 399), st.booleans()), max_size=200))
def test_each_public_video_is_in_one_bundle_as_it_is_now(changes: list[tuple[int, bool]]) -> None:
    live: list[Members] = []
    wanted: dict[str, Member] = {}
    for number, (place, public) in enumerate(changes):
        changed = member(place, number) if public else None
        live = arranged(live, {IDS[place]: changed})
        wanted.pop(IDS[place], None)
        wanted |= {IDS[place]: changed} if changed else {}
    found = [each for members in live for each in members]

    assert {each.id: each for each in found} == wanted
    assert len(found) == len(wanted)
    assert all(live)


def test_videos_that_come_one_by_one_are_in_two_bundles_at_most() -> None:
    assert [len(members) for members in grown(RECENT)] == [RECENT]
    assert [len(members) for members in grown(RECENT + 1)] == [RECENT + 1]
    assert [len(members) for members in grown(RECENT + 2)] == [RECENT + 1, 1]
    assert [len(members) for members in grown(3 * RECENT)] == [2 * RECENT + 2, RECENT - 2]


def test_a_large_bundle_is_left_alone() -> None:
    live = grown(300, weight=LARGE_BYTES // 150)

    assert [len(members) for members in live] == [101, 101, 98]
    assert max(size(members) for members in live) <= LARGE_BYTES


def test_a_change_makes_anew_its_own_bundle_and_the_recent_one() -> None:
    live = grown(250)
    changed = arranged(live, {IDS[3]: member(3, number=2)})

    assert [len(members) for members in changed] == [len(live[0]) - 1, len(live[1]) + 1]
    assert member(3, number=2) in changed[-1]


def test_a_video_that_is_removed_leaves_the_other_bundles_as_they_are() -> None:
    live = grown(250)

    assert arranged(live, {IDS[249]: None})[0] == live[0]
