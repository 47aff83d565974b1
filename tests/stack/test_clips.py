"""Every kind of input, from the inbox to playlists that decode: what must come out stands in tests/media.py."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from functions.common import keys, schema
from functions.common.model import Manifest, Plan
from tests.frames import beeps, numbers
from tests.media import TABLE, Clip, clip
from tests.stack.library import Library

NAMES = [name for name in TABLE if name != "film_3min"]  # that one is for the browser and the benchmark
READY = [name for name in NAMES if TABLE[name].status == "ready"]
PICTURES = [name for name in READY if TABLE[name].rate]
SOUNDS = [name for name in READY if TABLE[name].audio]
# http_multiple: asking ahead, ffmpeg 9.0.2 (not 8) skips a second byte range of one object.
OVER_HTTP = ("-protocol_whitelist", "http,tcp", "-allowed_extensions", "ALL", "-http_multiple", "0")
FADED_S = 0.05  # what an AAC decoder fades in, having nothing before it; a beep in it begins late


@pytest.fixture(scope="module")
def dropped(library: Library) -> Mapping[str, str]:
    """Drop every clip into the inbox at once; give the ids of their videos."""
    return {name: library.drop(f"clips/{name}{TABLE[name].suffix}", clip(name)) for name in NAMES}


@pytest.fixture(scope="module")
def settled(library: Library, dropped: Mapping[str, str]) -> Mapping[str, Manifest]:
    """Wait until each has come to its end."""
    return {name: library.settled(video, TABLE[name].status, patience_s=600) for name, video in dropped.items()}


def plan_of(library: Library, manifest: Manifest) -> Plan:
    body = library.read(library.stack.work_bucket, keys.PLAN.key(id=manifest.id, rev=str(manifest.rev)))
    assert body
    return schema.load(Plan, body)


def lists(library: Library, manifest: Manifest) -> dict[str, str]:
    """Give the address of each rendition's playlist."""
    plan = plan_of(library, manifest)
    names = [*(rung.name for rung in plan.ladder), *(track.name for track in plan.audio)]
    return {name: library.stack.media_url + keys.PLAYLIST.key(id=plan.id, rev=plan.rev, rendition=name) for name in names}


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_ends_as_it_must(name: str, settled: Mapping[str, Manifest]) -> None:
    manifest, wanted = settled[name], TABLE[name]

    assert (manifest.error.code if manifest.error else None) == wanted.code


@pytest.mark.parametrize("name", PICTURES)
def test_every_rung_shows_every_frame_in_order(name: str, library: Library, settled: Mapping[str, Manifest]) -> None:
    wanted = TABLE[name]
    for rendition, address in lists(library, settled[name]).items():
        if rendition.startswith("v/"):
            assert_shown(wanted, numbers(address, *OVER_HTTP))


def assert_shown(wanted: Clip, found: list[int]) -> None:
    """Hold the numbers that were read to those that were drawn."""
    assert len(found) == pytest.approx(wanted.frames, abs=wanted.lost_frames)
    wrong = [(frame, number) for frame, number in enumerate(found) if abs(number - wanted.shows(frame)) > wanted.within]
    assert wrong == []


@pytest.mark.parametrize("name", PICTURES)
def test_the_playlists_hold_the_frames_that_were_planned(name: str, library: Library, settled: Mapping[str, Manifest]) -> None:
    plan, playable, wanted = plan_of(library, settled[name]), settled[name].playable, TABLE[name]
    assert plan.video
    assert playable

    assert Fraction(plan.video.rate) == wanted.rate
    assert (plan.video.width, plan.video.height) == wanted.size
    assert playable.duration_s == pytest.approx(wanted.duration_s, abs=0.05)


@pytest.mark.parametrize("name", SOUNDS)
def test_every_beep_is_heard_at_its_second(name: str, library: Library, settled: Mapping[str, Manifest]) -> None:
    (address,) = [found for rendition, found in lists(library, settled[name]).items() if rendition.startswith("a/")]
    wanted, made = TABLE[name], beeps(address, *OVER_HTTP)
    drawn = [wanted.first_beep_s + second for second in range(int(wanted.duration_s) + 1)]
    expected = [onset for onset in drawn if FADED_S < onset < wanted.duration_s - FADED_S]

    assert [onset for onset in made if FADED_S < onset < wanted.duration_s] == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", [name for name in READY if TABLE[name].captions])
def test_text_tracks_become_captions(name: str, library: Library, settled: Mapping[str, Manifest]) -> None:
    playable = settled[name].playable
    assert playable

    assert tuple(track.language for track in playable.captions) == TABLE[name].captions
    assert library.get(playable.captions[0].object).decode().startswith("WEBVTT\n")
    assert "The second line." in library.get(playable.captions[0].object).decode()
