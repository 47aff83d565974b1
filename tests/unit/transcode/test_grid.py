"""Where a chunk lies in its source."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.transcode import grid
from tests.unit.transcode.work import FILM, video

LATE = replace(FILM, time_base="1/90000", origin=126_000)  # 1.4 s


def test_a_chunk_is_read_from_before_its_first_frame_then_from_further_back_then_whole() -> None:
    assert grid.seeks(video(100, 125, LATE)) == (Fraction("4.9"), Fraction("3.4"), None)


@pytest.mark.parametrize("begin", [0, 12])
def test_a_chunk_at_the_beginning_is_read_from_there_once(begin: int) -> None:
    assert grid.seeks(video(begin, 25, LATE)) == (None,)


def test_a_second_attempt_before_the_beginning_is_not_made() -> None:
    assert grid.seeks(video(25, 50, LATE)) == (Fraction("1.9"), None)


def test_without_a_preroll_a_source_is_read_whole() -> None:
    assert grid.seeks(video(100, 125, preroll_s=0)) == (None,)


@pytest.mark.parametrize(("begin", "end", "frames"), [(100, 150, 50), (150, None, 48), (199, None, 1), (300, None, 1)])
def test_a_chunk_must_have_its_frames_and_the_last_one_nearly(begin: int, end: int | None, frames: int) -> None:
    assert grid.least(video(begin, end)) == frames


@pytest.mark.parametrize(("rate", "scale"), [("30000/1001", 30_000), ("25/1", 25_000), ("25/2", 25_000), ("60/1", 60_000)])
def test_a_frame_is_a_whole_number_of_ticks(rate: str, scale: int) -> None:
    work = video(0, 25, replace(FILM, rate=rate))
    assert (grid.time_scale(work), (scale / Fraction(rate)).denominator) == (scale, 1)


@pytest.mark.parametrize(
    ("width", "height", "tile"), [(1920, 1080, (160, 90)), (1080, 1920, (90, 160)), (640, 480, (160, 120)), (4000, 10, (160, 2))]
)
def test_a_tile_has_the_pictures_shape(width: int, height: int, tile: tuple[int, int]) -> None:
    board = grid.storyboard(video(0, 25, replace(FILM, width=width, height=height)))
    assert (board.width, board.height) == tile


@given(st.integers(1, 10_000))
def test_all_sprites_but_the_last_are_full_and_no_tile_is_lost(frames: int) -> None:
    work = video(0, None)
    *full, last = grid.tiles(work, frames)
    assert (set(full) <= {8}, 1 <= last <= 8, sum(full) + last) == (True, True, -(-frames // grid.storyboard(work).every))
