"""Facts to a plan."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common import presets, schema
from functions.common.errors import Rejected
from functions.common.model import Plan, Verdict
from functions.ingest.accept import Demuxer
from functions.ingest.cuts import chunks
from functions.ingest.facts import Facts, Mark, Picture, Track
from functions.ingest.plan import choose_rate, plan, rejected

VIDEO, REV, UPLOADED = "a" * 16, "b" * 16, "2024-05-01T00:00:00Z"
PICTURE = Picture(0, "h264", 1920, 1080, Fraction(25), Fraction(25))
SOUND = Track(stream=1, codec="aac", language="eng", sample_rate_hz=48_000, channels=2)
WORDS = Track(stream=2, codec="subrip", language="fre")
FACTS = Facts(
    demuxer="mov", origin=0, time_base=Fraction(1, 12800), duration_s=Fraction(60), picture=PICTURE, pictures=1, sounds=(SOUND,)
)


def planned(facts: Facts) -> Plan:
    return plan(facts, presets.preset("web"), VIDEO, REV, UPLOADED)


def starts(frames: int, segment_frames: int = 100) -> list[int]:
    return [chunk.begin for chunk in chunks(frames, segment_frames)]


@pytest.mark.parametrize(
    ("average", "real", "rate"),
    [
        ("25", "25", "25"),
        ("30000/1001", "30000/1001", "30000/1001"),  # within 0.2 % of 30 as well
        ("2997/100", "30", "30000/1001"),
        ("29", "30", "30"),  # variable: the base rate
        ("29", "90000", "29"),
        ("15", "15", "15"),
        ("120", "120", "60"),
        ("144", "144", "36"),
        ("240", "240", "60"),
        ("100", "100", "50"),
        ("5", "5", "10"),
        ("1/10", "1/10", "64/5"),
        ("0", "0", "25"),
        ("0", "30", "30"),
    ],
)
def test_the_rate_is_a_standard_one_or_the_pictures_own(average: str, real: str, rate: str) -> None:
    picture = replace(PICTURE, average_rate=Fraction(average), real_rate=Fraction(real))
    assert choose_rate(picture) == Fraction(rate)


@pytest.mark.parametrize(
    ("demuxer", "preset", "seconds", "begins"),
    [
        ("mov", "web", 360, [0]),
        ("mov", "web", 361, [0, 1500]),
        ("mov", "web", 1000, [0, 1500, 9000, 16_500, 24_000]),
        ("matroska", "web", 1000, [0]),
        ("mov", "webm", 1000, [0]),
        ("matroska", "web", 4320, [0]),
        ("matroska", "web", 10_800, [0, 90_000, 180_000]),
        ("mov", "webm", 10_800, [0, 90_000, 180_000]),
    ],
)
def test_a_long_sound_is_cut_where_it_joins_exactly(demuxer: Demuxer, preset: str, seconds: int, begins: list[int]) -> None:
    found = plan(replace(FACTS, demuxer=demuxer, duration_s=Fraction(seconds)), presets.preset(preset), VIDEO, REV, UPLOADED)

    assert [chunk.begin for chunk in found.audio[0].chunks] == begins


@given(st.fractions(0, 1000), st.fractions(0, 90_000))
def test_every_rate_can_be_played(average: Fraction, real: Fraction) -> None:
    assert 10 <= choose_rate(replace(PICTURE, average_rate=average, real_rate=real)) <= 60


def test_the_first_chunks_are_short() -> None:
    assert starts(10_000)[:7] == [0, 100, 200, 300, 500, 900, 1300]


def test_a_video_shorter_than_two_chunks_is_one_chunk() -> None:
    assert starts(199) == [0]


def test_a_video_of_two_chunks_is_two() -> None:
    assert starts(200) == [0, 100]


def test_a_tail_shorter_than_a_segment_is_merged_into_the_chunk_before() -> None:
    assert starts(999) == [0, 100, 200, 300, 500]


def test_a_tail_of_a_segment_is_a_chunk() -> None:
    assert starts(1000) == [0, 100, 200, 300, 500, 900]


@given(st.integers(1, 1_000_000), st.integers(40, 240))
def test_chunks_cover_all_frames_once(frames: int, segment_frames: int) -> None:
    found = chunks(frames, segment_frames)
    assert [chunk.end for chunk in found] == [*(chunk.begin for chunk in found[1:]), None]
    assert found[0].begin == 0


@given(st.integers(1, 1_000_000), st.integers(40, 240))
def test_chunks_begin_on_segments(frames: int, segment_frames: int) -> None:
    assert all(begin % segment_frames == 0 for begin in starts(frames, segment_frames))


@given(st.integers(1, 1_000_000), st.integers(40, 240))
def test_the_last_chunk_has_a_whole_segment_or_is_the_only_one(frames: int, segment_frames: int) -> None:
    last = starts(frames, segment_frames)[-1]
    assert last == 0 or frames - last >= segment_frames


def test_chunks_of_a_film_without_an_index_are_longer() -> None:
    """Each is looked for from the beginning of the file on."""
    found = planned(replace(FACTS, duration_s=Fraction(200), indexed=False))
    assert [chunk.begin for chunk in found.chunks] == [0, 100, 200, 300, 500, 2100, 3700]


def test_a_chunk_that_would_outlast_its_function_is_shorter() -> None:
    """Of 2160 lines at 60 a second, as hard as H.264 can try: 16 s of it would take more than a quarter of the function's time."""
    slow = presets.preset("hevc")
    hard = msgspec.structs.replace(
        slow, video=tuple(msgspec.structs.replace(s, codec="h264", effort="slow") for s in slow.video[:1])
    )
    picture = replace(PICTURE, width=3840, height=2160, average_rate=Fraction(60), real_rate=Fraction(60))
    found = plan(replace(FACTS, picture=picture, duration_s=Fraction(120)), hard, VIDEO, REV, UPLOADED)
    longest = max(b.begin - a.begin for a, b in pairwise(found.chunks))
    assert longest < 4 * found.segment_frames
    assert longest % found.segment_frames == 0


def test_chunks_are_numbered_from_zero() -> None:
    assert [chunk.unit for chunk in chunks(300, 100)] == ["v00000", "v00001", "v00002"]


def test_a_segment_of_29_97_frames_is_120_frames() -> None:
    picture = replace(PICTURE, average_rate=Fraction(30_000, 1001))
    found = planned(replace(FACTS, picture=picture))
    assert (found.segment_frames, found.segment_s) == (120, "1001/250")


def test_frames_are_counted_on_the_grid() -> None:
    video = planned(replace(FACTS, duration_s=Fraction("10.03"))).video
    assert video is not None
    assert video.frames == 251


def test_a_source_of_unknown_length_is_one_chunk_without_an_end() -> None:
    found = planned(replace(FACTS, duration_s=None))
    assert ([(chunk.begin, chunk.end) for chunk in found.chunks], found.duration_s) == ([(0, None)], 0)


def test_sound_alone_has_no_chunks_and_no_ladder() -> None:
    found = planned(replace(FACTS, picture=None))
    assert (found.video, found.ladder, found.chunks, len(found.audio), found.segment_s) == (None, (), (), 1, "4/1")


def test_without_a_picture_the_default_sound_is_made_once_and_the_others_are_told() -> None:
    two = (replace(SOUND, channels=6), replace(SOUND, stream=2, language="deu", channels=6, default=True))
    found = planned(replace(FACTS, picture=None, sounds=two))

    assert [(track.stream, track.channels, track.default) for track in found.audio] == [(2, 2, True)]
    assert [problem.message for problem in found.problems] == [
        "The stream (aac, en) is ignored: only one is played where there is no picture."
    ]


def test_a_plan_can_be_stored() -> None:
    found = planned(replace(FACTS, texts=(WORDS,), marks=(Mark(Fraction(5), "One"),), title="A talk"))
    assert schema.load(Plan, schema.dump(found)) == found


def test_a_rejection_can_be_stored() -> None:
    found = rejected(VIDEO, REV, Verdict(code="damaged", message="The file is broken."))
    assert schema.load(Plan, schema.dump(found)) == found


@pytest.mark.parametrize(
    ("language", "tag"),
    [("eng", "en"), ("fre", "fr"), ("pt-BR", "pt-BR"), ("", "und"), ("xx", "und"), ("English", "und"), ("und", "und")],
)
def test_a_tracks_language_is_a_bcp_47_tag(language: str, tag: str) -> None:
    assert planned(replace(FACTS, sounds=(replace(SOUND, language=language),))).audio[0].language == tag


def test_tracks_of_one_language_have_names_of_their_own() -> None:
    found = planned(replace(FACTS, sounds=(SOUND, replace(SOUND, stream=2, language="en"), replace(SOUND, stream=3, language=""))))
    assert [track.name for track in found.audio] == ["a/en-aac", "a/en-aac-2", "a/und-aac"]


@given(st.lists(st.sampled_from(["", "eng", "en", "deu", "ger", "zz"]), min_size=1, max_size=12))
def test_one_audio_track_is_the_default(languages: list[str]) -> None:
    sounds = tuple(replace(SOUND, stream=number, language=language) for number, language in enumerate(languages))
    assert [track.default for track in planned(replace(FACTS, sounds=sounds)).audio].count(True) == 1


def test_the_sources_default_track_stays_the_default() -> None:
    found = planned(replace(FACTS, sounds=(SOUND, replace(SOUND, stream=2, default=True))))
    assert [track.default for track in found.audio] == [False, True]


def test_all_tracks_begin_with_the_first_picture() -> None:
    found = planned(replace(FACTS, origin=126_000, time_base=Fraction(1, 90_000), texts=(WORDS,)))
    assert ([track.origin_s for track in found.audio], [track.origin_s for track in found.texts]) == (["7/5"], ["7/5"])


def test_a_ninth_audio_track_is_reported() -> None:
    sounds = tuple(replace(SOUND, stream=number) for number in range(1, 10))
    found = planned(replace(FACTS, sounds=sounds))
    assert (len(found.audio), [problem.where for problem in found.problems]) == (8, ["audio stream 9"])


def test_an_audio_track_that_cannot_be_read_is_reported() -> None:
    found = planned(replace(FACTS, sounds=(replace(SOUND, sample_rate_hz=0),)))
    assert (found.audio, [problem.where for problem in found.problems]) == ((), ["audio stream 1"])


def test_sound_alone_that_cannot_be_read_is_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        planned(replace(FACTS, picture=None, sounds=(replace(SOUND, channels=0),)))
    assert caught.value.code == "unsupported_codec"


def test_subtitles_made_of_pictures_are_reported() -> None:
    found = planned(replace(FACTS, texts=(replace(WORDS, codec="hdmv_pgs_subtitle"),)))
    assert (found.texts, found.problems[0].message) == (
        (),
        "The stream (hdmv_pgs_subtitle, fr) is ignored: it has no text; put a .vtt file beside the video instead.",
    )


def test_text_subtitles_have_units_without_gaps() -> None:
    found = planned(replace(FACTS, texts=(replace(WORDS, codec="dvd_subtitle"), WORDS, replace(WORDS, stream=4))))
    assert [(track.unit, track.stream) for track in found.texts] == [("t0", 2), ("t1", 4)]


def test_a_second_picture_is_reported() -> None:
    assert planned(replace(FACTS, pictures=2)).problems[0].message == "Only the first of 2 video streams is used."


def test_the_title_of_the_container_is_cleaned() -> None:
    note = planned(replace(FACTS, title="A\u202e talk\n\x00 of mine ")).note
    assert note is not None
    assert note.title == "A talk of mine"


@pytest.mark.parametrize(
    ("created", "date"),
    [
        ("2022-03-04T05:06:07.000000Z", "2022-03-04T05:06:07Z"),
        ("1904-01-01T00:00:00.000000Z", None),
        ("1970-01-01T00:00:00.000000Z", None),
        ("2024-05-01T00:00:01.000000Z", None),  # after the upload
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_date_of_the_container_counts_only_when_it_can_be_true(created: str, date: str | None) -> None:
    note = planned(replace(FACTS, created=created)).note
    assert note is not None
    assert note.date == date


def test_chapters_count_from_the_first_picture() -> None:
    marks = (Mark(Fraction(1), "Before"), Mark(Fraction(5), ""))
    note = planned(replace(FACTS, origin=3, time_base=Fraction(1), marks=marks)).note
    assert note is not None
    assert [(chapter.at, chapter.title) for chapter in note.chapters] == [(0, "Before"), (2, "Chapter 2")]


def test_the_language_of_the_video_is_that_of_its_first_sound() -> None:
    note = planned(FACTS).note
    assert note is not None
    assert note.language == "en"
