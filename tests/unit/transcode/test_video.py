"""Chunks of a picture: encoded apart, they are one video."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from functions.common.model import VideoFacts
from functions.transcode.binaries import find_tools
from functions.transcode.job import Made
from tests.frames import numbers
from tests.unit.transcode import fragments
from tests.unit.transcode.work import FILM, LADDER, NTSC, SEGMENT, Bench, body_of, publish, video

TOP = LADDER[0].name
PLAYED = ("-protocol_whitelist", "file", "-allowed_extensions", "ALL")
IDR, PICTURE = 5, (1, 5)  # NAL unit types: ITU-T H.264, table 7-1


@pytest.fixture(scope="module", params=["film", "ntsc"])
def encoded(request: pytest.FixtureRequest, bench_for: Callable[[Path], Bench]) -> tuple[VideoFacts, list[Made]]:
    """Four chunks of 1, 3, 2 and 2 s or so, and the facts of their source."""
    facts = {"film": FILM, "ntsc": NTSC}[request.param]
    return facts, bench_for(request.getfixturevalue(request.param)).chunks(facts)


def parts(made: list[Made], rendition: str = TOP) -> list[bytes]:
    """Give each chunk's segments, as one body."""
    named = [next(part for part in one.receipt.parts if part.rendition == rendition) for one in made]
    return [body_of(one, part.object) for one, part in zip(made, named, strict=True)]


@pytest.mark.parametrize("rung", [rung.name for rung in LADDER])
def test_chunks_hold_every_frame_once_and_in_order(encoded: tuple[VideoFacts, list[Made]], rung: str, tmp_path: Path) -> None:
    facts, made = encoded
    assert numbers(publish(made, rung, tmp_path), *PLAYED) == list(range(facts.frames))


def test_frames_are_shown_one_after_another_from_zero_without_a_gap(encoded: tuple[VideoFacts, list[Made]]) -> None:
    facts, made = encoded
    shown = [time for body in parts(made) for moof, _ in fragments.fragments(body) for _, time in fragments.samples(moof)]
    tick = {"25/1": 1000, "30000/1001": 1001}[facts.rate]
    assert sorted(shown) == [frame * tick for frame in range(facts.frames)]


def test_frames_are_decoded_one_after_another_from_zero_without_a_gap(encoded: tuple[VideoFacts, list[Made]]) -> None:
    facts, made = encoded
    decoded = [time for body in parts(made) for moof, _ in fragments.fragments(body) for time, _ in fragments.samples(moof)]
    tick = {"25/1": 1000, "30000/1001": 1001}[facts.rate]
    assert decoded == [frame * tick for frame in range(facts.frames)]


def test_each_segment_begins_with_the_only_instantaneous_refresh_in_it(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    for body in parts(made):
        for _, pictures in fragments.fragments(body):
            kinds = [kind for kind in nal_kinds(pictures) if kind in PICTURE]
            assert (kinds[0], kinds.count(IDR)) == (IDR, 1)


def nal_kinds(pictures: bytes) -> list[int]:
    """Give the kind of each NAL unit; each stands after its length of four bytes (ISO/IEC 14496-15, 5.3.3.1)."""
    kinds, place = [], 0
    while place < len(pictures):
        kinds.append(pictures[place + 4] & 31)
        place += 4 + int.from_bytes(pictures[place : place + 4])
    return kinds


def test_a_rendition_has_one_init_over_all_chunks(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    assert [len({part.init for one in made for part in one.receipt.parts if part.rendition == rung.name}) for rung in LADDER] == [
        1,
        1,
    ]


def test_segments_fill_their_object(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    for one in made:
        for part in one.receipt.parts:
            assert sum(segment.length for segment in part.segments) == len(body_of(one, part.object))


def test_segments_are_as_long_as_their_frames(encoded: tuple[VideoFacts, list[Made]]) -> None:
    facts, made = encoded
    lengths = [Fraction(segment.duration_s) for one in made for segment in one.receipt.parts[0].segments]
    whole, rest = divmod(facts.frames, SEGMENT)
    assert lengths == [count / Fraction(facts.rate) for count in [SEGMENT] * whole + [rest] * bool(rest)]


def test_fragments_are_numbered_on_over_all_chunks(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    found = [fragments.number(moof) for body in parts(made) for moof, _ in fragments.fragments(body)]
    assert found == list(range(1, len(found) + 1))


def test_the_codec_string_is_that_of_the_encoded_stream(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    assert {part.codecs for one in made for part in one.receipt.parts} == {"avc1.640015"}  # High, level 2.1


def test_every_object_is_named_in_the_receipt_and_the_other_way_round(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    for one in made:
        named = {key for part in one.receipt.parts for key in (part.init, part.object)}
        named |= {sprite.object for sprite in one.receipt.sprites}
        assert named == {write.key for write in one.objects}


def test_a_receipt_says_by_which_encoder(encoded: tuple[VideoFacts, list[Made]]) -> None:
    _, made = encoded
    assert {one.receipt.encoder for one in made} == {f"ffmpeg 9.0.2 ({find_tools().code})"}


def test_a_chunk_encoded_twice_publishes_the_same_bytes(film: Path, bench_for: Callable[[Path], Bench]) -> None:
    first, second = (bench_for(film).chunks(spans=[(25, 100)])[0] for _ in range(2))
    assert first == second


def test_rungs_of_two_runs_are_one_chunk(film: Path, bench_for: Callable[[Path], Bench], tmp_path: Path) -> None:
    """As of 4320 lines of high dynamic range, which these facts tell of a small film."""
    told = replace(FILM, width=7680, height=4320, transfer="pq")
    kept = replace(LADDER[0], name="v/180p-hevc", codec="hevc", effort="ultrafast", transfer="pq")
    made = bench_for(film).do(replace(video(25, 50, told), ladder=(kept, LADDER[1])))
    parts, sprites = made.receipt.parts, made.receipt.sprites
    named = {name for part in parts for name in (part.init, part.object)} | {sprite.object for sprite in sprites}

    assert [part.rendition for part in parts] == [kept.name, LADDER[1].name]
    assert {len(numbers(publish([made], part.rendition, tmp_path), *PLAYED)) for part in parts} == {25}
    assert (len(sprites), {write.key for write in made.objects}) == (1, named)
