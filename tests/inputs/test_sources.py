from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import m3u8
import numpy as np
import pytest

from functions.common.errors import Rejected
from tests.frames import beeps, decoded, numbers
from tests.inputs import gpac
from tests.inputs.engine import PLAYED, Converted, Making, convert, plan_of
from tests.inputs.sources import MPEG2, SOURCES, Expected, clip, joined
from tests.media import AAC, X264, ffmpeg
from tests.unit.transcode.store import Store

FADED_S = 0.05  # what an AAC decoder fades in, having nothing before it; a beep in it begins late

PICTURES = [name for name, wanted in SOURCES.items() if wanted.rate]
NUMBERED = [name for name in PICTURES if SOURCES[name].shows]
HEARD = [name for name, wanted in SOURCES.items() if wanted.beeps_from is not None]

type Conversions = Callable[[str], Converted]


@pytest.fixture(scope="module")
def converted(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Conversions:
    """Give what came of a source by its name; each is made and encoded once."""
    done: dict[str, Converted] = {}

    def of(name: str) -> Converted:
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            source = folder / f"source{SOURCES[name].suffix}"
            SOURCES[name].make(source)
            done[name] = convert(source, store, folder)
        return done[name]

    return of


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_planned_as_what_it_is(name: str, converted: Conversions) -> None:
    plan, wanted = converted(name).plan, SOURCES[name]

    assert (Fraction(plan.video.rate) if plan.video else None) == wanted.rate
    assert [(rung.width, rung.height) for rung in plan.ladder] == ([wanted.size] if wanted.rate else [])
    assert tuple(track.language for track in plan.audio) == wanted.sounds
    assert tuple(track.language for track in plan.texts) == wanted.captions
    assert tuple(chapter.title for chapter in (plan.note.chapters if plan.note else ())) == wanted.chapters
    assert tuple(problem.message for problem in plan.problems) == wanted.told


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith("-recorded")])
def test_a_recording_that_does_not_say_how_long_it_is_is_cut_as_any_other(name: str, converted: Conversions) -> None:
    made = converted(name).plan
    assert made.duration_s == pytest.approx(SOURCES[name].seconds, abs=0.1)
    assert len(made.chunks) == len(converted("mkv").plan.chunks)


@pytest.mark.parametrize(("suffix", "codecs"), [(".ts", (*X264, *AAC)), (".mpg", (*MPEG2, "-c:a", "mp2", "-f", "vob"))])
def test_a_recording_whose_clock_starts_anew_is_rejected_with_its_place(
    suffix: str, codecs: tuple[str, ...], store: Store, tmp_path: Path
) -> None:
    source = tmp_path / f"joined{suffix}"
    joined(clip(*codecs), clip(*codecs))(source)

    with pytest.raises(Rejected, match=r"clock_starts_anew: The clock of the recording starts anew at about 5\d% of the file"):
        convert(source, store, tmp_path)


def test_a_short_recording_before_a_long_one_is_noticed_too(store: Store, tmp_path: Path) -> None:
    """One that is over before the second place at which the clock is looked at: there the second is as far as the first was."""
    codecs = ("-c:v", "mpeg2video", "-b:v", "20M", "-minrate", "20M", "-maxrate", "20M", "-bufsize", "4M", "-g", "12")
    source = tmp_path / "joined.ts"
    joined(clip(*codecs, seconds=1), clip(*codecs, seconds=16))(source)

    assert source.stat().st_size > 10 * 4_000_000
    with pytest.raises(Rejected, match=r"clock_starts_anew: The clock of the recording starts anew at about \d% of the file"):
        convert(source, store, tmp_path)


def test_six_hours_are_planned_and_encoded_from_both_ends(store: Store, tmp_path: Path) -> None:
    """A film of 10 s, 2,160 times over."""
    clip(*X264, "-g", "50", *AAC, rate="10", seconds=10, size=(160, 90))(tmp_path / "part.mp4")
    source = tmp_path / "long.mp4"
    ffmpeg("-stream_loop", "2159", "-i", tmp_path / "part.mp4", "-c", "copy", "-t", "21600", source)
    decided = plan_of(source, store.put(source.read_bytes()))
    last = decided.chunks[-1]
    made = convert(source, store, tmp_path, Making(units={"v00000", last.unit}))

    assert decided.duration_s == pytest.approx(21_600, abs=1)
    assert len(decided.chunks) == pytest.approx(4 + (21_600 - 20) / 16, abs=5)  # a little is added at each join
    assert sum(Fraction(segment.duration_s) for segment in made.receipts[last.unit].parts[0].segments) == pytest.approx(
        float((decided.video.frames - last.begin) / Fraction(decided.video.rate)) if decided.video else 0, abs=0.2
    )
    assert [segment.duration_s for segment in made.receipts["v00000"].parts[0].segments] == [decided.segment_s]


@pytest.mark.parametrize("name", NUMBERED)
def test_every_frame_is_there_once_and_in_order(name: str, converted: Conversions) -> None:
    wanted, made = SOURCES[name], converted(name)
    for rung in made.plan.ladder:
        assert_shown(wanted, numbers(made.playlist(rung.name), *PLAYED))


def assert_shown(wanted: Expected, found: list[int]) -> None:
    """Hold the numbers that were read to those that were drawn."""
    assert len(found) == pytest.approx(wanted.frames, abs=wanted.lost)
    assert wanted.shows
    wrong = [(frame, number) for frame, number in enumerate(found) if abs(number - wanted.shows(frame)) > wanted.within]
    assert wrong == []


@pytest.mark.parametrize("name", PICTURES)
def test_frames_follow_each_other_without_a_gap(name: str, converted: Conversions) -> None:
    """By the times that a player sees over all chunks, in ticks of a frame."""
    made, wanted = converted(name), SOURCES[name]
    assert wanted.rate
    frame = f"{wanted.rate.denominator}/{wanted.rate.numerator}"
    options = ("-map", "0:v:0", "-fps_mode", "passthrough", "-enc_time_base", frame, "-f", "framecrc", "-")
    lines = decoded(made.playlist(made.plan.ladder[0].name), PLAYED, *options).decode().splitlines()
    times = [int(line.split(",")[2]) for line in lines if not line.startswith("#")]

    assert times == list(range(times[0], times[0] + len(times)))
    assert len(times) == pytest.approx(wanted.frames, abs=wanted.lost)


@pytest.mark.parametrize("name", ["full-range", "ten-bit", "four-two-two", "mpeg-ps"])
def test_a_picture_is_as_light_however_it_is_stored(name: str, converted: Conversions) -> None:
    """As one of 8 bits in limited range; a range that is taken for the other is a tenth off."""
    black, white = lightness(converted("mp4-open-groups"))
    assert lightness(converted(name)) == pytest.approx((black, white), abs=4)


@pytest.mark.parametrize("name", ["hdr10", "hlg"])
def test_high_dynamic_range_is_neither_dull_nor_burnt_out(name: str, converted: Conversions) -> None:
    """Its peak, far above an SDR screen's white, comes near that screen's; black stays black."""
    black, white = lightness(converted(name))
    assert black < 30
    assert 180 < white <= 236


def lightness(made: Converted) -> tuple[float, float]:
    """Give the luma of the number's black and white blocks, in the first frame that has both."""
    shown = ("-map", "0:v:0", "-vf", "crop=iw:ih/12*3/5:0:ih/60,format=yuv420p,extractplanes=y", "-frames:v", "32")
    luma = np.frombuffer(decoded(made.playlist(made.plan.ladder[0].name), PLAYED, *shown, "-f", "rawvideo", "-"), np.uint8)
    return float(np.quantile(luma, 0.02)), float(np.quantile(luma, 0.98))


@pytest.mark.parametrize("name", HEARD)
def test_every_beep_is_heard_at_its_second(name: str, converted: Conversions) -> None:
    wanted, made = SOURCES[name], converted(name)
    begin = wanted.beeps_from or 0.0
    for track in made.plan.audio:
        drawn = [begin + second for second in range(int(wanted.seconds) + 1)]
        end = wanted.beeps_to or wanted.seconds
        expected = [onset for onset in drawn if FADED_S < onset < end - FADED_S]
        heard = beeps(made.playlist(track.name), *PLAYED)

        assert [onset for onset in heard if FADED_S < onset < end - FADED_S] == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("name", SOURCES)
def test_the_whole_decodes_without_a_warning(name: str, converted: Conversions) -> None:
    """From the multivariant list, as a player reads it."""
    decoded(converted(name).main, PLAYED, "-map", "0", "-f", "null", "-")


@pytest.mark.parametrize("name", [name for name in SOURCES if not SOURCES[name].damaged])
def test_of_a_whole_source_no_damage_is_told(name: str, converted: Conversions) -> None:
    assert [said for receipt in converted(name).receipts.values() for said in receipt.problems] == []


@pytest.mark.parametrize("name", PICTURES)
def test_the_multivariant_list_says_what_is_there(name: str, converted: Conversions) -> None:
    made = converted(name)
    variants = m3u8.load(str(made.main)).data["playlists"]
    sounds = {part.codecs for receipt in made.receipts.values() for part in receipt.parts if part.rendition.startswith("a/")}
    assert made.plan.video

    assert len(variants) == len(made.plan.ladder)
    for rung, info in zip(made.plan.ladder, (variant["stream_info"] for variant in variants), strict=True):
        parts = made.parts(rung.name)
        assert info["resolution"] == f"{rung.width}x{rung.height}"
        assert info["frame_rate"] == pytest.approx(float(Fraction(made.plan.video.rate)), abs=0.001)
        assert info["bandwidth"] >= info["average_bandwidth"] > 0
        assert set(info["codecs"].split(",")) == sounds | {parts[0].codecs}
        assert len({part.init for part in parts}) == 1


@pytest.mark.parametrize("name", SOURCES)
def test_gpac_reads_every_sample_without_a_gap_and_each_segment_from_a_keyframe(name: str, converted: Conversions) -> None:
    made = converted(name)
    for rendition, reading in gpac.read(made, made.renditions).items():
        durations = [Fraction(segment.duration_s) for part in made.parts(rendition) for segment in part.segments]
        (track,) = reading.tracks

        assert reading.complaints == ()
        assert track.codec == made.parts(rendition)[0].codecs
        assert track.gapless
        assert min(sample.cts for sample in track.samples) == 0  # picture and sound begin together, without an edit list
        assert track.starts(durations) == [True] * len(durations)
        assert Fraction(sum(sample.duration for sample in track.samples), track.timescale) == sum(durations)
