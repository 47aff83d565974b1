from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.ingest.clock import PLACES, TURN, Read, first_clocks, starts_anew

SECOND = 90_000


def packet(ticks: int | None, pid: int = 256) -> bytes:
    """Write a packet, with a clock or without."""
    head = b"\x47" + pid.to_bytes(2) + (b"\x10" if ticks is None else b"\x30\x07\x10" + (ticks % TURN << 7).to_bytes(5) + b"\x00")
    return head.ljust(188, b"\xff")


def reading(clocks: Sequence[int]) -> tuple[Read, int]:
    """Give a file of as many pieces as are looked at, each with one clock."""
    size = 1_000_000_000

    def read(at: int, length: int) -> bytes:
        place = round(at * (PLACES - 1) / (size - length))
        return b"".join((packet(None), packet(clocks[place]), packet(None)))

    return read, size


@given(st.integers(0, TURN - 1), st.lists(st.integers(0, 3600 * SECOND), min_size=PLACES, max_size=PLACES))
def test_a_clock_that_runs_on_is_good_even_over_its_turn(begin: int, steps: list[int]) -> None:
    assert starts_anew(*reading([begin + ticks for ticks in accumulate(steps)])) is None


@given(st.integers(1, PLACES - 1), st.integers(1, 3600))
def test_a_clock_that_goes_back_is_told_with_its_place(place: int, seconds: int) -> None:
    clocks = [100 * SECOND * (number + 1) - (100 * number + seconds) * SECOND * (number >= place) for number in range(PLACES)]
    share = starts_anew(*reading(clocks))

    assert share == pytest.approx(place / (PLACES - 1), abs=0.01)


def test_each_program_has_a_clock_of_its_own() -> None:
    assert first_clocks(packet(7, 256) + packet(5, 512) + packet(9, 256)) == {256: 7, 512: 5}


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"\x00\x00\x00\x01", b""), (b"", b"\x00" * 16)], ids=["ts", "m2ts", "dvb"]
)
def test_packets_are_found_in_each_kind_of_stream_from_any_byte_on(before: bytes, after: bytes) -> None:
    stream = b"".join(before + packet(ticks) + after for ticks in range(1000, 1100))

    assert first_clocks(stream[77:-50])[256] in {1000, 1001}


@given(st.binary(max_size=2000))
def test_whatever_stands_in_a_file_is_read_to_its_end(body: bytes) -> None:
    share = starts_anew(lambda at, length: body[at : at + length], len(body))

    assert share is None or 0 < share < 1
