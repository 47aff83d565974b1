"""Playlists, against golden files and an independent reader."""

from fractions import Fraction
from pathlib import Path

import m3u8
import pytest
from msgspec.structs import replace

from functions.common.model import Plan, Receipt
from functions.index.manifest import playlists
from functions.index.playlist import bandwidth, multivariant_playlist, quoted
from tests.unit.index.documents import (
    AUDIO,
    CHUNKS,
    COPIED_IN_THREE,
    COPIED_IN_TWO,
    COPIED_REST,
    EVERYTHING,
    ID,
    PIECES,
    PLAN,
    PREVIEW,
    PREVIEWED,
    REST,
    REV,
    folder,
    part,
    progress,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "playlists"


def written(units: tuple[str, ...], plan: Plan = PLAN) -> dict[str, str]:
    """Give the playlists that are published once these units are done, by their path under the rev."""
    made = {**EVERYTHING, "a0-001": REST}
    writes = playlists(progress({unit: made[unit] for unit in units}, plan=plan))
    return {write.key.removeprefix(f"v/{ID}/{REV}/"): write.body.decode() for write in writes}


@pytest.mark.parametrize("name", ["main.m3u8", "v/240p-h264/list.m3u8", "a/en-aac/list.m3u8", "storyboard.vtt"])
def test_a_finished_video_has_exactly_these_lists(name: str, renew_golden: bool) -> None:  # noqa: FBT001
    text = written(tuple(EVERYTHING))[name]
    golden = GOLDEN / name.replace("/", "-")
    if renew_golden:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text)

    assert text == golden.read_text()


def test_nothing_is_published_before_three_segments_are_there() -> None:
    assert written(("v00000", "v00001", "a0")) == {}


def test_a_sound_in_pieces_grows_from_its_beginning() -> None:
    sounds = [
        written((*CHUNKS, *units), PIECES).get("a/en-aac/list.m3u8", "") for units in (("a0-001",), ("a0",), ("a0", "a0-001"))
    ]

    assert [(text.count("#EXTINF"), "#EXT-X-ENDLIST" in text) for text in sounds] == [(0, False), (2, False), (4, True)]


def test_nothing_is_published_before_the_sound_is_there() -> None:
    assert written(("v00000", "v00001", "v00002")) == {}


def test_chunks_after_a_gap_are_not_published() -> None:
    without_the_second = {unit: receipt for unit, receipt in EVERYTHING.items() if unit != "v00001"}

    assert playlists(progress(without_the_second)) == []


def test_a_list_is_a_prefix_of_what_it_becomes() -> None:
    longer = {**CHUNKS, "a0": AUDIO}
    first = {unit: receipt for unit, receipt in longer.items() if unit != "v00002"}
    three_segments = part("v/360p-h264", "v00001", (1, 2), ("4/1", "4/1"), "avc1.64001e")
    small = part("v/240p-h264", "v00001", (1, 2), ("4/1", "4/1"), "avc1.64001e")
    ramp = {**first, "v00001": type(AUDIO)(id=ID, rev=REV, unit="v00001", parts=(three_segments, small))}
    name = f"{folder('v/360p-h264')}/list.m3u8"
    early = {write.key: write.body for write in playlists(progress(ramp))}[name]
    late = {write.key: write.body for write in playlists(progress({**ramp, "v00002": CHUNKS["v00002"]}))}[name]

    assert late.startswith(early)
    assert not early.endswith(b"#EXT-X-ENDLIST\n")
    assert late.endswith(b"#EXT-X-ENDLIST\n")


def test_another_reader_understands_the_lists() -> None:
    lists = written(tuple(EVERYTHING))
    main = m3u8.loads(lists["main.m3u8"])
    media = m3u8.loads(lists["v/360p-h264/list.m3u8"])

    assert [found.stream_info.resolution for found in main.playlists] == [(426, 240), (640, 360)]
    assert [found.duration for found in media.segments] == [4.0, 4.0, 4.0, 1.0]
    assert media.segments[3].byterange == "100000@400000"
    assert media.is_endlist


def test_the_peak_is_not_that_of_a_tail_shorter_than_half_a_segment() -> None:
    parts = [part("v/360p-h264", "v00000", (400_000, 100_000, 50_000), ("4/1", "4/1", "1/10"), "avc1.64001e")]

    assert bandwidth(parts) == (800_000, int(8 * 550_000 / Fraction(81, 10)) + 1)


def test_the_peak_is_never_below_the_mean() -> None:
    parts = [part("v/360p-h264", "v00000", (400_000, 100_000), ("4/1", "1/10"), "avc1.64001e")]
    peak, mean = bandwidth(parts)

    assert peak == mean


@pytest.mark.parametrize(("text", "safe"), [('say "hi"', "say 'hi'"), ("two\nlines", "twolines"), ("a\u202eb", "ab")])
def test_a_name_cannot_break_out_of_its_quotes(text: str, safe: str) -> None:
    assert quoted(text) == safe


def lists(*units: str) -> list[str]:
    known = {**EVERYTHING, "p": PREVIEW}
    writes = playlists(progress({unit: known[unit] for unit in units}, plan=PREVIEWED))
    main = next(write.body.decode() for write in writes if write.key.endswith("main.m3u8"))
    return [line for line in main.splitlines() if not line.startswith("#")]


def test_a_preview_alone_is_all_that_is_listed() -> None:
    assert lists("p") == ["v/360p-copy/list.m3u8"]


def test_a_preview_leaves_the_list_when_the_ladder_is_complete() -> None:
    assert lists("p", "a0", "v00000", "v00001", "v00002") == ["v/240p-h264/list.m3u8", "v/360p-h264/list.m3u8"]


def test_a_previews_sound_has_the_name_of_the_track_that_is_heard() -> None:
    (english,) = PREVIEWED.audio
    plan = replace(
        PREVIEWED, audio=(replace(english, default=False), replace(english, name="a/de-aac", language="de", default=True))
    )
    picture, sound = (part(name, "p", (1,), ("4/1",), codecs) for name, codecs in (("v/360p-copy", "avc1"), ("a/de-copy", "mp4a")))
    text = multivariant_playlist(plan, {}, {}, {"v/360p-copy": [picture], "a/de-copy": [sound]}).decode()

    assert 'NAME="de",DEFAULT=YES,AUTOSELECT=YES,URI="a/de-copy/list.m3u8"' in text


def test_a_variant_names_the_codecs_of_all_its_sounds() -> None:
    picture = part("v/240p-h264", "v00000", (1,), ("4/1",), "avc1.640015")
    sounds = {f"a/en-{name}": [part(f"a/en-{name}", "a0", (1,), ("4/1",), name)] for name in ("mp4a.40.2", "opus")}
    text = multivariant_playlist(PLAN, {"v/240p-h264": [picture]}, sounds).decode()

    assert 'CODECS="avc1.640015,mp4a.40.2,opus"' in text


def test_a_previews_list_tells_how_long_a_segment_may_be_before_all_are_there() -> None:
    assert "#EXT-X-TARGETDURATION:10\n" in copied_list({"p": PREVIEW}, PREVIEWED)


def copied_list(ok: dict[str, Receipt], plan: Plan) -> str:
    writes = playlists(progress(ok, plan=plan))
    return next(write.body.decode() for write in writes if write.key.endswith("v/360p-copy/list.m3u8"))


@pytest.mark.parametrize(
    ("plan", "rest", "found"),
    [
        (COPIED_IN_TWO, {}, (2, False)),
        (COPIED_IN_TWO, {"p-001": COPIED_REST}, (3, True)),
        (COPIED_IN_THREE, {"p-001": replace(COPIED_REST, parts=()), "p-002": COPIED_REST}, (2, False)),
        (COPIED_IN_THREE, {"p-002": COPIED_REST}, (2, False)),
    ],
)
def test_a_preview_in_pieces_grows_up_to_the_first_that_is_missing_or_not_fit(
    plan: Plan, rest: dict[str, Receipt], found: tuple[int, bool]
) -> None:
    listed = copied_list({"p": PREVIEW, **rest}, plan)

    assert (listed.count("#EXTINF"), listed.endswith("#EXT-X-ENDLIST\n")) == found
