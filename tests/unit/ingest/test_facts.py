"""ffprobe's words, read."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.errors import Code, Rejected
from functions.ingest.accept import Demuxer
from functions.ingest.facts import Facts, check_length, read_description, read_facts, with_first_frame

VIDEO: dict[str, object] = {
    "index": 0,
    "codec_type": "video",
    "codec_name": "h264",
    "width": 720,
    "height": 576,
    "time_base": "1/1000",
}
FRAME = b"#tb 0: 1/1000\n#stream#, dts, pts, duration, size, hash\n0,  -80,  2000,  40,  622080, abc\n"


def facts_of(stream: dict[str, object], demuxer: Demuxer = "mov", duration: str = "10.0", start: str = "0.0") -> Facts:
    answer = {"streams": [VIDEO | stream], "format": {"duration": duration, "start_time": start}}
    return read_facts(demuxer, read_description(json.dumps(answer).encode()))


def size_of(**stream: object) -> tuple[int, int]:
    picture = facts_of(stream).picture
    assert picture is not None
    return picture.width, picture.height


def refusal(stream: dict[str, object]) -> Code:
    with pytest.raises(Rejected) as caught:
        facts_of(stream)
    return caught.value.code


def test_oblong_pixels_are_made_square() -> None:
    assert size_of(sample_aspect_ratio="16:15") == (768, 576)


@pytest.mark.parametrize("pixel", ["0:1", "1:1000", "1000:1", "N/A", ""])
def test_a_pixel_shape_that_cannot_be_is_taken_for_a_square(pixel: str) -> None:
    assert size_of(sample_aspect_ratio=pixel) == (720, 576)


@pytest.mark.parametrize(("rotation", "size"), [(90, (576, 720)), (-90, (576, 720)), (270, (576, 720)), (180, (720, 576))])
def test_a_turn_swaps_the_edges(rotation: int, size: tuple[int, int]) -> None:
    assert size_of(side_data_list=[{"rotation": rotation}]) == size


@pytest.mark.parametrize(("name", "transfer"), [("smpte2084", "pq"), ("arib-std-b67", "hlg"), ("bt709", "sdr"), ("", "sdr")])
def test_high_dynamic_range_is_known(name: str, transfer: str) -> None:
    picture = facts_of({"color_transfer": name}).picture
    assert picture is not None
    assert picture.transfer == transfer


def test_a_streams_own_duration_comes_first() -> None:
    assert facts_of({"duration": "9.5"}).duration_s == Fraction("9.5")


def test_a_containers_duration_counts_from_its_start() -> None:
    assert facts_of({"start_pts": 1400}, "mpegts", start="1.2").duration_s == Fraction("9.8")


def test_matroskas_duration_is_the_time_of_its_end() -> None:
    assert facts_of({"start_pts": 5300}, "matroska", start="5.3").duration_s == Fraction("4.7")


@pytest.mark.parametrize("duration", ["N/A", "", "0.0", "-3.0"])
def test_a_duration_that_is_not_positive_is_unknown(duration: str) -> None:
    assert facts_of({}, duration=duration).duration_s is None


def test_the_first_frame_tells_the_origin() -> None:
    found = with_first_frame(facts_of({}), FRAME)
    assert found is not None
    assert (found.origin_s, found.duration_s) == (Fraction(2), Fraction(8))


@pytest.mark.parametrize("duration", ["2.0", "0.5", "N/A"])
def test_a_first_frame_after_the_end_leaves_the_length_unknown(duration: str) -> None:
    found = with_first_frame(facts_of({}, duration=duration), FRAME)
    assert found is not None
    assert found.duration_s is None


def test_output_without_a_frame_tells_nothing() -> None:
    assert with_first_frame(facts_of({}), FRAME[:40]) is None


def test_a_picture_without_a_size_is_damaged() -> None:
    assert refusal({"width": 0}) == "damaged"


def test_a_picture_without_a_codec_is_unsupported() -> None:
    assert refusal({"codec_name": "unknown"}) == "unsupported_codec"


def test_one_pixel_more_than_8k_is_too_many() -> None:
    assert refusal({"width": 35_389_441, "height": 1}) == "too_many_pixels"


def test_a_length_at_the_limit_is_accepted() -> None:
    check_length(facts_of({}), 10)


def test_a_length_over_the_limit_says_both() -> None:
    with pytest.raises(Rejected, match=r"lasts 10 s; at most 9 s are accepted"):
        check_length(facts_of({}), 9)


@given(st.binary(max_size=200))
def test_any_answer_is_read_or_damaged(answer: bytes) -> None:
    try:
        read_description(answer)
    except Rejected as verdict:
        assert verdict.code == "damaged"  # noqa: PT017  # either way is right
