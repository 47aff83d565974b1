from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.ingest import clock
from functions.ingest.accept import Demuxer
from functions.ingest.clock import FEWEST, MOST, PIECE_BYTES, TURN, of_program_stream, of_transport_stream, places, starts_anew

SECOND = 90_000
COUNT = 40


def packet(ticks: int | None, pid: int = 256) -> bytes:
    """Write a packet, with a clock or without."""
    head = b"\x47" + pid.to_bytes(2) + (b"\x10" if ticks is None else b"\x30\x07\x10" + (ticks % TURN << 7).to_bytes(5) + b"\x00")
    return head.ljust(188, b"\xff")


def pack(ticks: int) -> bytes:
    """Write the head of a pack of MPEG-2 as the standard lays it out, bit by bit, and a packet."""
    clock = f"{ticks % TURN:033b}"
    bits = f"01{clock[:3]}1{clock[3:18]}1{clock[18:]}1{0:09b}1{25_200:022b}11{0b11111:05b}{0:03b}"
    return b"\x00\x00\x01\xba" + int(bits, 2).to_bytes(10) + b"\x00\x00\x01\xe0".ljust(2034, b"\xff")


def old_pack(ticks: int) -> bytes:
    """Write one of MPEG-1."""
    clock = f"{ticks % TURN:033b}"
    bits = f"0010{clock[:3]}1{clock[3:18]}1{clock[18:]}11{25_200:022b}1"
    return b"\x00\x00\x01\xba" + int(bits, 2).to_bytes(8) + b"\x00\x00\x01\xe0".ljust(2036, b"\xff")


def looks(demuxer: Demuxer, clocks: Sequence[int]) -> Iterator[tuple[int, Mapping[int, int]]]:
    """Give what is found at as many places, each with one clock."""
    for place, ticks in enumerate(clocks):
        piece = b"".join((packet(None), packet(ticks), packet(None))) if demuxer == "mpegts" else pack(ticks)
        yield place, clock.CLOCKS[demuxer](piece)


@pytest.mark.parametrize("demuxer", clock.CLOCKS)
@given(begin=st.integers(0, TURN - 1), steps=st.lists(st.integers(0, 3600 * SECOND), min_size=COUNT, max_size=COUNT))
def test_a_clock_that_runs_on_is_good_even_over_its_turn(demuxer: Demuxer, begin: int, steps: list[int]) -> None:
    assert starts_anew(looks(demuxer, [begin + ticks for ticks in accumulate(steps)])) is None


@pytest.mark.parametrize("demuxer", clock.CLOCKS)
@given(place=st.integers(1, COUNT - 1), seconds=st.integers(1, 3600))
def test_a_clock_that_goes_back_is_told_with_its_place(demuxer: Demuxer, place: int, seconds: int) -> None:
    clocks = [100 * SECOND * (number + 1) - (100 * number + seconds) * SECOND * (number >= place) for number in range(COUNT)]
    assert starts_anew(looks(demuxer, clocks)) == place


def test_each_program_has_a_clock_of_its_own() -> None:
    assert of_transport_stream(packet(7, 256) + packet(5, 512) + packet(9, 256)) == {256: 7, 512: 5}


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"\x00\x00\x00\x01", b""), (b"", b"\x00" * 16)], ids=["ts", "m2ts", "dvb"]
)
def test_packets_are_found_in_each_kind_of_stream_from_any_byte_on(before: bytes, after: bytes) -> None:
    stream = b"".join(before + packet(ticks) + after for ticks in range(1000, 1100))

    assert of_transport_stream(stream[77:-50])[256] in {1000, 1001}


@given(st.integers(0, TURN - 1), st.integers(0, 2047))
def test_packs_of_both_kinds_are_found_from_any_byte_on(ticks: int, cut: int) -> None:
    for made in (pack, old_pack):
        stream = b"".join(made(ticks + after) for after in range(3))
        assert of_program_stream(stream[cut:]) == {0: (ticks + bool(cut)) % TURN}


def test_what_looks_like_a_pack_and_is_none_is_passed_over() -> None:
    assert of_program_stream(b"\x00\x00\x01\xba" + b"\xff" * 20 + pack(77)) == {0: 77}


@given(st.integers(1, 2**42))
def test_a_file_is_looked_at_from_its_beginning_to_its_end(size: int) -> None:
    looked = places(size)
    assert (looked[0], looked[-1]) == (0, max(0, size - PIECE_BYTES))
    assert len(looked) <= MOST + clock.DENSE // PIECE_BYTES + 1
    gaps = [after - before for before, after in pairwise(looked)]
    assert all(gap <= max(4_000_000, size / (MOST - 1) + 1) for gap in gaps)
    assert size < FEWEST * PIECE_BYTES or len(looked) >= FEWEST
    first = [gap for before, gap in zip(looked, gaps, strict=False) if before < min(4_000_000, size / MOST)]
    assert all(gap <= PIECE_BYTES for gap in first)


@pytest.mark.parametrize("read", clock.CLOCKS.values())
@given(body=st.binary(max_size=2000))
def test_whatever_stands_in_a_file_is_read_to_its_end(read: object, body: bytes) -> None:
    assert callable(read)
    assert all(0 <= ticks < TURN for ticks in read(body).values())
