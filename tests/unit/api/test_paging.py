from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from functions.api.paging import Place, newest
from functions.common.store import Listed

SECONDS = st.integers(0, 5)  # few, so that several items are of one second
ITEMS = st.lists(st.tuples(SECONDS, st.uuids()), unique_by=lambda pair: pair[1])


def listed(pairs: list[tuple[int, UUID]]) -> list[Listed]:
    return [Listed(f"items/ann/{item}.json", "", 1, second) for second, item in pairs]


@given(items=ITEMS, limit=st.integers(1, 5))
def test_following_the_cursors_shows_every_item_once_newest_first(items: list[tuple[int, UUID]], limit: int) -> None:
    seen, after = newest(listed(items), None, limit)
    while after:
        more, after = newest(listed(items), Place.read(after.cursor()), limit)
        seen += more
    assert [(place.created, place.item) for place in seen] == sorted(((second, str(item)) for second, item in items), reverse=True)


@given(items=ITEMS, limit=st.integers(1, 5))
def test_no_page_is_longer_than_was_asked(items: list[tuple[int, UUID]], limit: int) -> None:
    assert len(newest(listed(items), None, limit)[0]) <= limit
