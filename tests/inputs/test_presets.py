"""What each preset makes, of a film as most are and of one in high dynamic range with six channels."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import m3u8
import pytest

from functions.common import presets
from functions.ingest import binaries
from tests.frames import beeps, decoded, numbers
from tests.inputs.engine import PLAYED, Converted, Making, convert
from tests.inputs.sources import HDR10, clip
from tests.inputs.test_sources import FADED_S
from tests.media import AAC, X264
from tests.unit.transcode.store import Store

SIZE, SECONDS, FRAMES = (640, 360), 12.48, 312
SOURCES = {
    "film": clip(*X264, *AAC, size=SIZE),
    "hdr": clip(*HDR10.codecs, *AAC, "-ac", "6", size=SIZE, filters=HDR10.filters),
}
MASTERED = {"Mastering display metadata", "Content light level metadata"}
MADE = [(name, source) for name in presets.names() for source in SOURCES]

type Conversions = Callable[[str, str], Converted]


@pytest.fixture(scope="module")
def converted(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Conversions:
    done: dict[tuple[str, str], Converted] = {}

    def of(name: str, source: str) -> Converted:
        if (name, source) not in done:
            folder = tmp_path_factory.mktemp(f"{name}-{source}")
            SOURCES[source](folder / "source.mp4")
            done[name, source] = convert(folder / "source.mp4", store, folder, Making(presets.preset(name)))
        return done[name, source]

    return of


@pytest.mark.parametrize(("name", "source"), MADE)
def test_every_frame_is_there_once_and_in_order(name: str, source: str, converted: Conversions) -> None:
    made = converted(name, source)
    for rung in made.plan.ladder:
        assert numbers(made.playlist(rung.name), *PLAYED) == list(range(FRAMES)), rung.name


@pytest.mark.parametrize(("name", "source"), MADE)
def test_every_chunk_has_the_same_init(name: str, source: str, converted: Conversions) -> None:
    made = converted(name, source)
    for rung in made.plan.ladder:
        parts = made.parts(rung.name)
        assert (len(parts), len({part.init for part in parts})) == (len(made.plan.chunks), 1), rung.name


@pytest.mark.parametrize(("name", "source"), MADE)
def test_a_segment_is_a_group_of_pictures(name: str, source: str, converted: Conversions) -> None:
    """A key frame where a segment begins, and nowhere else."""
    made = converted(name, source)
    for rung in made.plan.ladder:
        keys = _shown(made.playlist(rung.name), "packet=flags")["packets"]
        found = [place for place, packet in enumerate(keys) if packet["flags"].startswith("K")]
        assert found == list(range(0, FRAMES, made.plan.segment_frames)), rung.name


@pytest.mark.parametrize(("name", "source"), MADE)
def test_every_beep_is_heard_at_its_second(name: str, source: str, converted: Conversions) -> None:
    made = converted(name, source)
    expected = list(range(1, 13))
    for track in made.plan.audio:
        heard = [onset for onset in beeps(made.playlist(track.name), *PLAYED) if FADED_S < onset < SECONDS - FADED_S]
        assert heard == pytest.approx(expected, abs=0.005), track.name


@pytest.mark.parametrize(("name", "source"), MADE)
def test_the_whole_decodes_without_a_warning(name: str, source: str, converted: Conversions) -> None:
    decoded(converted(name, source).main, PLAYED, "-map", "0", "-f", "null", "-")


@pytest.mark.parametrize(("name", "source"), MADE)
def test_the_list_says_how_light_is_coded(name: str, source: str, converted: Conversions) -> None:
    """As the stream's own tags say it."""
    made = converted(name, source)
    ranges = {variant.uri: variant.stream_info.video_range for variant in m3u8.load(str(made.main)).playlists}
    for rung in made.plan.ladder:
        tagged = _shown(made.playlist(rung.name), "stream=color_transfer,pix_fmt")["streams"][0]
        kept = source == "hdr" and rung.codec in {"hevc", "av1"}
        assert (ranges[f"{rung.name}/list.m3u8"], tagged["color_transfer"], tagged["pix_fmt"]) == (
            ("PQ", "smpte2084", "yuv420p10le") if kept else ("SDR", "bt709", "yuv420p")
        ), rung.name


@pytest.mark.parametrize("name", presets.names())
def test_what_the_film_was_mastered_on_is_told_of_what_keeps_its_light(name: str, converted: Conversions) -> None:
    """The metadata of HDR10: a screen's colours and light, and the brightest pictures (SMPTE ST 2086, CTA-861.3)."""
    made = converted(name, "hdr")
    told = _mastered(_source(made), "frames", "-read_intervals", "%+#1")  # an HEVC stream tells it, not its container
    assert {each["side_data_type"] for each in told} == MASTERED
    for rung in made.plan.ladder:
        assert _mastered(made.playlist(rung.name), "streams") == (told if rung.transfer == "pq" else []), rung.name


def test_six_channels_are_kept_beside_two(converted: Conversions) -> None:
    sounds = [(track.name, track.channels, track.default) for track in converted("web", "hdr").plan.audio]
    assert sounds == [("a/und-aac", 2, True), ("a/und-aac-6ch", 6, False)]


def test_names_of_sounds_differ_in_the_list(converted: Conversions) -> None:
    names = [sound.name for sound in m3u8.load(str(converted("web", "hdr").main)).media]
    assert names == ["und", "und 5.1"]


@pytest.mark.parametrize("name", presets.names())
def test_an_encoder_gives_the_same_bytes_again(name: str, store: Store, tmp_path: Path, converted: Conversions) -> None:
    """So that what a lost attempt has left is what its successor names."""
    again = convert(_source(converted(name, "film")), store, tmp_path, Making(presets.preset(name)))
    assert again.receipts == converted(name, "film").receipts


def _source(made: Converted) -> Path:
    return made.folder / "source.mp4"


def _mastered(path: Path, of: str, *options: str) -> list[dict[str, int | str]]:
    """Read what the first of the `streams` or `frames` of a file tells of it."""
    argv = [str(binaries.find_tools().ffprobe), "-v", "quiet", *PLAYED, "-select_streams", "v", *options, f"-show_{of}"]
    answer = subprocess.run([*argv, "-of", "json", str(path)], stdout=subprocess.PIPE, check=True).stdout
    told: list[dict[str, int | str]] = json.loads(answer)[of][0].get("side_data_list", [])
    return sorted((each for each in told if each["side_data_type"] in MASTERED), key=lambda each: str(each["side_data_type"]))


def _shown(playlist: Path, entries: str) -> dict[str, list[dict[str, str]]]:
    argv = [str(binaries.find_tools().ffprobe), "-v", "error", *PLAYED, "-select_streams", "v", "-show_entries", entries]
    answer = subprocess.run([*argv, "-of", "json", str(playlist)], stdout=subprocess.PIPE, check=True).stdout
    found: dict[str, list[dict[str, str]]] = json.loads(answer)
    return found
