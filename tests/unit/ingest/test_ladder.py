"""Which renditions are made."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common import presets
from functions.common.model import Rung, Step, Transfer
from functions.ingest.facts import Picture
from functions.ingest.ladder import ladder, level

WEB = presets.preset("web").video
ALL = tuple(step for name in presets.names() for step in presets.preset(name).video)


def picture(width: int, height: int, transfer: Transfer = "sdr") -> Picture:
    return Picture(0, "h264", width, height, Fraction(25), Fraction(25), transfer)


def named(rungs: tuple[Rung, ...]) -> list[str]:
    return [rung.name for rung in rungs]


def only(*edges: int) -> tuple[Step, ...]:
    return tuple(step for step in WEB if step.edge in edges)


def sizes(rungs: tuple[Rung, ...]) -> list[tuple[int, int]]:
    return [(rung.width, rung.height) for rung in rungs]


def test_a_1080p_source_has_the_whole_ladder() -> None:
    assert sizes(ladder(picture(1920, 1080), Fraction(25), WEB)) == [(1920, 1080), (1280, 720), (854, 480), (426, 240)]


def test_no_rung_is_above_the_source() -> None:
    assert sizes(ladder(picture(1280, 720), Fraction(25), WEB)) == [(1280, 720), (854, 480), (426, 240)]


def test_a_portrait_picture_is_measured_by_its_shorter_edge() -> None:
    assert sizes(ladder(picture(1080, 1920), Fraction(25), only(1080, 240))) == [(1080, 1920), (240, 426)]


def test_a_source_below_every_rung_gets_one_of_its_own_even_size() -> None:
    assert sizes(ladder(picture(321, 181), Fraction(25), WEB)) == [(320, 180)]


def test_a_source_below_every_rung_has_the_name_of_its_own_size() -> None:
    assert ladder(picture(320, 180), Fraction(25), WEB)[0].name == "v/180p-h264"


def test_a_source_below_every_named_rung_is_not_scaled_up() -> None:
    assert sizes(ladder(picture(640, 360), Fraction(25), only(1080))) == [(640, 360)]


def test_a_rung_has_the_presets_quality() -> None:
    rung = ladder(picture(1920, 1080), Fraction(25), only(720))[0]
    assert (rung.crf, rung.maxrate_kbit, rung.bufsize_kbit) == (23, 2800, 5600)


@pytest.mark.parametrize(
    ("codec", "bit_rate", "kbit"),
    [
        ("h264", 0, (5000, 10_000)),  # unknown
        ("h264", 2_500_000, (5000, 10_000)),
        ("h264", 1_000_000, (2000, 4000)),
        ("mpeg2video", 1_000_000, (2000, 4000)),
        ("hevc", 1_000_000, (4000, 8000)),  # which needs half of them
        ("h264", 100_000, (1250, 2500)),
    ],
)
def test_a_rung_has_hardly_more_bits_than_its_source_is_worth(codec: str, bit_rate: float, kbit: tuple[int, int]) -> None:
    rung = ladder(replace(picture(1920, 1080), codec=codec), Fraction(25), only(1080), bit_rate)[0]
    assert (rung.maxrate_kbit, rung.bufsize_kbit) == kbit


def test_a_rung_of_a_better_codec_has_no_more_than_one_of_the_sources() -> None:
    steps = tuple(step for step in presets.preset("modern").video if step.codec == "av1")
    rungs = ladder(picture(1920, 1080), Fraction(25), steps, 500_000)
    assert max(rung.maxrate_kbit for rung in rungs) <= 1000


def test_there_is_a_rung_of_every_codec() -> None:
    rungs = ladder(picture(640, 360), Fraction(25), presets.preset("modern").video)
    assert named(rungs) == ["v/360p-av1", "v/240p-av1", "v/360p-h264"]


@pytest.mark.parametrize(
    ("size", "edges"),
    [((640, 360), [360, 240]), ((854, 478), [478, 240]), ((1280, 718), [718, 480, 240]), ((1280, 536), [480, 240])],
)
def test_a_source_between_two_steps_is_seen_whole_unless_the_lower_is_near(size: tuple[int, int], edges: list[int]) -> None:
    assert [rung.height for rung in ladder(picture(*size), Fraction(25), WEB)] == edges


def test_a_rung_of_the_sources_own_size_has_the_next_steps_quality() -> None:
    (rung, _) = ladder(picture(640, 360), Fraction(25), WEB)
    assert (rung.crf, rung.maxrate_kbit) == (23, 1200)


def test_a_preset_of_one_large_step_keeps_the_sources_size() -> None:
    assert sizes(ladder(picture(1920, 1080), Fraction(25), presets.preset("archive").video)) == [(1920, 1080)]


def test_high_dynamic_range_is_kept_where_decoders_show_it() -> None:
    rungs = ladder(picture(1920, 1080, "pq"), Fraction(25), presets.preset("hevc").video)
    assert {(rung.codec, rung.transfer) for rung in rungs} == {("hevc", "pq"), ("h264", "sdr")}


def test_a_level_is_told_to_h264_alone() -> None:
    rungs = ladder(picture(1920, 1080), Fraction(25), presets.preset("modern").video)
    assert {rung.codec: bool(rung.level) for rung in rungs} == {"av1": False, "h264": True}


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


@given(
    st.integers(1, 8192),
    st.integers(1, 4320),
    st.lists(st.sampled_from(ALL), min_size=1, unique_by=lambda step: (step.edge, step.codec)),
)
def test_every_rung_is_even_and_not_above_the_source(width: int, height: int, steps: list[Step]) -> None:
    rungs = ladder(picture(width, height), Fraction(25), steps)
    assert all(min(rung.width, rung.height) <= max(2, min(width, height)) for rung in rungs)
    assert all(rung.width % 2 == rung.height % 2 == 0 for rung in rungs)


@given(
    st.integers(2, 8192),
    st.integers(2, 4320),
    st.lists(st.sampled_from(ALL), min_size=1, unique_by=lambda step: (step.edge, step.codec)),
)
def test_rung_names_are_unique(width: int, height: int, steps: list[Step]) -> None:
    rungs = ladder(picture(width, height), Fraction(25), steps)
    assert len({rung.name for rung in rungs}) == len(rungs) >= 1
