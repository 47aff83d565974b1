from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from functions.api.bodies import is_item
from functions.api.ids import CHANCE_BITS, MOST_MS, item_id

TIMES = st.integers(0, MOST_MS)
CHANCES = st.integers(0, 2**CHANCE_BITS - 1)


@given(now=TIMES, chance=CHANCES)
def test_an_id_is_a_uuid_of_version_8(now: int, chance: int) -> None:
    made = item_id(now, chance)

    assert (UUID(made).version, is_item(made)) == (8, True)


@given(one=TIMES, other=TIMES, chances=st.tuples(CHANCES, CHANCES))
def test_the_newer_comes_first(one: int, other: int, chances: tuple[int, int]) -> None:
    if one > other:
        assert item_id(one, chances[0]) < item_id(other, chances[1])


@given(now=TIMES, chances=st.tuples(CHANCES, CHANCES))
def test_two_of_one_moment_differ_where_chance_does(now: int, chances: tuple[int, int]) -> None:
    assert (item_id(now, chances[0]) == item_id(now, chances[1])) is (chances[0] == chances[1])
