"""Whether a file was written to its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.ingest.ends import CUT_OFF, TAIL_BYTES, unwritten


@pytest.mark.parametrize("name", ["talk.flv", "talk.mxf"])
def test_a_whole_file_ends_and_one_that_is_cut_anywhere_does_not(name: str, clips: dict[str, bytes]) -> None:
    body, cut_off = clips[name], CUT_OFF["flv" if name.endswith("flv") else "mxf"]
    assert not cut_off(body[-TAIL_BYTES:])
    shares = [body[: len(body) * share // 100][-TAIL_BYTES:] for share in range(5, 95)]
    assert sum(map(cut_off, shares)) >= len(shares) - 1  # FLV may be cut between two tags


@pytest.mark.parametrize("demuxer", CUT_OFF)
@given(st.binary(max_size=100))
def test_whatever_a_file_ends_with_is_judged(demuxer: str, tail: bytes) -> None:
    assert CUT_OFF["flv" if demuxer == "flv" else "mxf"](tail) in {True, False}


@pytest.mark.parametrize(("size", "expected"), [(bytes(4), True), (b"\xff" * 4, True), (b"\x10\0\0\0", False)])
def test_an_avi_without_a_length_is_unwritten(size: bytes, expected: bool) -> None:  # noqa: FBT001
    assert unwritten("avi", b"RIFF" + size + b"AVI ") == expected
    assert not unwritten("wav", b"RIFF" + size + b"WAVE")
