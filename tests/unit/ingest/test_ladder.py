"""Which renditions are made."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.model import Rung
from functions.ingest.facts import Picture
from functions.ingest.ladder import WEB, ladder, level

ALL = tuple(WEB)


def picture(width: int, height: int) -> Picture:
    return Picture(0, "h264", width, height, Fraction(25), Fraction(25))


def sizes(rungs: tuple[Rung, ...]) -> list[tuple[int, int]]:
    return [(rung.width, rung.height) for rung in rungs]


def test_a_1080p_source_has_the_whole_ladder() -> None:
    assert sizes(ladder(picture(1920, 1080), Fraction(25), ALL)) == [(1920, 1080), (1280, 720), (854, 480), (426, 240)]


def test_no_rung_is_above_the_source() -> None:
    assert sizes(ladder(picture(1280, 720), Fraction(25), ALL)) == [(1280, 720), (854, 480), (426, 240)]


def test_a_portrait_picture_is_measured_by_its_shorter_edge() -> None:
    assert sizes(ladder(picture(1080, 1920), Fraction(25), ("1080p", "240p"))) == [(1080, 1920), (240, 426)]


def test_only_the_named_rungs_are_made() -> None:
    assert [rung.name for rung in ladder(picture(1920, 1080), Fraction(25), ("480p", "720p"))] == ["v/720p-h264", "v/480p-h264"]


def test_a_source_below_every_rung_gets_one_of_its_own_even_size() -> None:
    assert sizes(ladder(picture(321, 181), Fraction(25), ALL)) == [(320, 180)]


def test_a_source_below_every_rung_has_the_name_of_its_own_size() -> None:
    assert ladder(picture(320, 180), Fraction(25), ALL)[0].name == "v/180p-h264"


def test_a_source_below_every_named_rung_is_not_scaled_up() -> None:
    assert sizes(ladder(picture(640, 360), Fraction(25), ("1080p",))) == [(640, 360)]


def test_a_rung_has_the_presets_quality() -> None:
    rung = ladder(picture(1920, 1080), Fraction(25), ("720p",))[0]
    assert (rung.crf, rung.maxrate_kbit, rung.bufsize_kbit) == (23, 2800, 5600)


def test_an_unknown_rung_is_named_in_the_error() -> None:
    with pytest.raises(ValueError, match="no rung '1081p'; there are 1080p, 720p, 480p, 240p"):
        ladder(picture(1920, 1080), Fraction(25), ("1081p",))


def test_an_empty_choice_of_rungs_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one rung"):
        ladder(picture(1920, 1080), Fraction(25), ())


@pytest.mark.parametrize(
    ("width", "height", "rate", "expected"),
    [
        (1920, 1080, 30, "4.0"),
        (1920, 1080, 60, "4.2"),
        (1280, 720, 30, "3.1"),
        (1280, 720, 60, "3.2"),
        (854, 480, 25, "3.0"),
        (854, 480, 30, "3.1"),  # 1,620 macroblocks x 30 are more than level 3.0's 40,500 a second
        (426, 240, 30, "2.1"),
        (426, 240, 60, "3.0"),
        (1720, 720, 24, "3.2"),  # a wide film: 4,860 macroblocks are more than level 3.1's 3,600
        (8192, 1080, 60, "5.2"),
    ],
)
def test_a_level_holds_the_frame_and_its_rate(width: int, height: int, rate: int, expected: str) -> None:
    assert level(width, height, Fraction(rate)) == expected


@given(st.integers(1, 8192), st.integers(1, 4320), st.sets(st.sampled_from(ALL), min_size=1))
def test_every_rung_is_even_and_not_above_the_source(width: int, height: int, names: set[str]) -> None:
    rungs = ladder(picture(width, height), Fraction(25), tuple(names))
    assert all(min(rung.width, rung.height) <= max(2, min(width, height)) for rung in rungs)
    assert all(rung.width % 2 == rung.height % 2 == 0 for rung in rungs)


@given(st.integers(2, 8192), st.integers(2, 4320), st.sets(st.sampled_from(ALL), min_size=1))
def test_rung_names_are_unique(width: int, height: int, names: set[str]) -> None:
    rungs = ladder(picture(width, height), Fraction(25), tuple(names))
    assert len({rung.name for rung in rungs}) == len(rungs) >= 1
