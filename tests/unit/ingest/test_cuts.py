"""Where previews are cut; chunks and sounds are in test_plan.py."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.ingest.cuts import COPY, copies

SEGMENT = 100  # frames: 4 s of 25 a second


def begins_s(seconds: int, size: int) -> list[int]:
    return [chunk.begin // 25 for chunk in copies(25 * seconds, SEGMENT, size)]


@pytest.mark.parametrize(
    ("seconds", "size", "begins"),
    [
        (10, 10_000_000, [0]),
        (60, 15_000_000, [0]),
        (60, 60_000_000, [0, 16]),
        (180, 180_000_000, [0, 16, 116]),
        (126, 126_000_000, [0, 16]),  # 10 s are left, which no group of pictures may begin in
        (60, 600_000_000, [0, 12, 24, 36, 48]),  # 80 Mbit/s: a piece is never shorter
        (3600, 60_000_000, [0, 960]),
    ],
)
def test_pieces_are_of_16_and_100_mb(seconds: int, size: int, begins: list[int]) -> None:
    assert begins_s(seconds, size) == begins


@given(st.integers(1, 10**6), st.integers(10, 240), st.integers(0, 5 * 10**10))
def test_pieces_join_and_none_is_too_short_or_too_large(frames: int, segment: int, size: int) -> None:
    found = copies(frames, segment, size)
    lengths = [(chunk.end or frames) - chunk.begin for chunk in found]

    assert [chunk.end for chunk in found] == [*(chunk.begin for chunk in found[1:]), None]
    assert len(found) == 1 or min(lengths) >= 3 * segment
    assert all(length <= 3 * segment or length * size <= COPY * frames for length in lengths[:-1])
    assert all(one.unit < other.unit for one, other in pairwise(found))
