"""Pieces of a sound, in packets."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.common.model import ratio
from functions.transcode.pieces import PACKETS, SPARE, WARM, Piece
from tests.unit.transcode.work import audio

PACKET = PACKETS["aac"]


def piece(begin_s: Fraction, end_s: Fraction | None) -> Piece:
    """Find a piece."""
    return Piece.of(replace(audio(), begin_s=ratio(begin_s), end_s=None if end_s is None else ratio(end_s)))


def test_a_whole_sound_is_encoded_from_its_beginning_to_its_end() -> None:
    whole = piece(Fraction(0), None)
    assert (float(whole.begin_s), whole.warm, whole.late, whole.stop, whole.samples) == (0, 0, 0, None, None)


def test_a_first_piece_needs_nothing_before_it() -> None:
    first = piece(Fraction(0), Fraction(60))
    assert (first.warm, first.late, first.samples) == (0, 0, 2813 * PACKET)  # 60 s are 2,812.5 packets
    assert first.stop == (2813 + SPARE) * PACKET


def test_a_later_piece_is_encoded_from_before_its_beginning() -> None:
    later = piece(Fraction(60), Fraction(360))
    assert (later.begin_s, later.warm) == (Fraction(2813 * PACKET, 48_000), (2813 - WARM) * PACKET)
    assert (later.late, later.samples) == (WARM * PACKET, (16_875 - 2813) * PACKET)


@given(st.fractions(0, 100), st.fractions(0, 100), st.fractions(0, 100))
def test_pieces_follow_each_other_without_a_gap(first: Fraction, second: Fraction, third: Fraction) -> None:
    begin, join, end = sorted((first, second, third))
    one, other, both = piece(begin, join), piece(join, end), piece(begin, end)
    assert (one.samples or 0) + (other.samples or 0) == both.samples
