"""A long sound, which is encoded in pieces: nobody can hear where they join."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from functions.common import presets
from functions.ingest import cuts
from tests.frames import beeps, decoded
from tests.inputs import gpac
from tests.inputs.engine import PLAYED, Converted, Making, convert
from tests.media import AAC, X264, ffmpeg
from tests.unit.transcode.store import Store

SECONDS: Final = 400  # in pieces of 1 and 5 minutes, and the rest
HOURS_S: Final = 200  # in three "hours"
RATE_HZ: Final = 48_000
WINDOW: Final = 2048  # samples: two packets
# Each second a beep, and all the time notes that are struck and fade, which is what an encoder's windows change for.
MUSIC: Final = (
    "0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)+0.06*sin(2*PI*(220+40*floor(mod(t,7)))*t)*exp(-9*mod(t,0.37))"
    "|0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.1)+0.06*sin(2*PI*330*t)*exp(-9*mod(t,0.23))"
)

SIXTEENTH: Final = RATE_HZ // 16

type Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


def music(folder: Path, rate_hz: int, seconds: int = SECONDS) -> tuple[str | Path, ...]:
    """Play a tune again and again, as ffmpeg's input."""
    made = folder / "music.wav"
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{MUSIC}':s={rate_hz}:d=40", made)
    return "-stream_loop", "-1", "-i", made, "-t", str(seconds)


@pytest.fixture(scope="module", params=[48_000, 44_100])
def made(request: pytest.FixtureRequest, store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Converted]:
    """Encode all pieces of a long sound; give the source too."""
    folder = tmp_path_factory.mktemp("long")
    source = folder / "source.mp4"
    picture = ("-f", "lavfi", "-i", "color=size=160x90:rate=10")
    ffmpeg(*picture, *music(folder, request.param), *X264, "-g", "100", *AAC, "-b:a", "256k", source)
    return source, convert(source, store, folder, Making(units={"v00000", "v00001", "v00002", "a0", "a0-001", "a0-002"}))


def test_a_sound_that_ends_early_is_silent_to_the_end_of_the_picture(store: Store, tmp_path: Path) -> None:
    """In the middle of its second piece, so that its third has nothing to read."""
    source = tmp_path / "source.mp4"
    inputs = ("-f", "lavfi", "-i", "color=size=160x90:rate=10", "-f", "lavfi", "-i", "sine=duration=100:sample_rate=48000")
    ffmpeg(*inputs, "-t", str(SECONDS), *X264, "-g", "100", *AAC, source)
    made = convert(source, store, tmp_path, Making(units={"v00000", "v00001", "v00002", "a0", "a0-001", "a0-002"}))
    name = made.plan.audio[0].name
    (track,) = gpac.read(made, [name])[name].tracks

    assert track.gapless
    assert float(Fraction(sum(sample.duration for sample in track.samples), track.timescale)) == pytest.approx(SECONDS, abs=0.05)


def samples(path: Path, *options: str) -> Samples:
    """Decode the left channel."""
    return np.frombuffer(decoded(path, options, "-map", "0:a:0", "-ar", str(RATE_HZ), "-ac", "1", "-f", "f32le", "-"), "<f4")


def test_it_is_cut_where_the_plan_says(made: tuple[Path, Converted]) -> None:
    (track,) = made[1].plan.audio
    assert [(chunk.unit, chunk.begin, chunk.end) for chunk in track.chunks] == [
        ("a0", 0, 600),
        ("a0-001", 600, 3600),
        ("a0-002", 3600, None),
    ]


def test_every_sample_is_there_once(made: tuple[Path, Converted]) -> None:
    name = made[1].plan.audio[0].name
    (track,) = gpac.read(made[1], [name])[name].tracks

    assert track.gapless
    assert len({part.init for part in made[1].parts(name)}) == 1
    assert float(Fraction(sum(sample.duration for sample in track.samples), track.timescale)) == pytest.approx(SECONDS, abs=0.05)


def test_every_beep_is_heard_at_its_second(made: tuple[Path, Converted]) -> None:
    heard = beeps(made[1].playlist(made[1].plan.audio[0].name), *PLAYED)
    assert heard[1:] == pytest.approx(list(range(1, SECONDS)), abs=0.005)


def test_joins_are_as_near_to_the_source_as_all_else(made: tuple[Path, Converted]) -> None:
    """By what the encoder changed, around each join and around the same place of the notes in other seconds."""
    source, converted = made
    assert_joined(samples(converted.playlist(converted.plan.audio[0].name), *PLAYED), samples(source), (60, 360))


def assert_joined(ours: Samples, theirs: Samples, joins: tuple[int, ...]) -> None:
    """Hold what is wrong around some seconds to what is wrong elsewhere."""
    length = min(len(ours), len(theirs))
    wrong = ours[:length] - theirs[:length]
    power = np.square(wrong[: length - length % WINDOW].reshape(-1, WINDOW)).mean(axis=1)
    places = [join * RATE_HZ // WINDOW for join in joins]
    near = max(power[place - 1 : place + 2].max() for place in places)

    assert near <= np.quantile(power, 0.99)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    """Let an hour be 68 seconds; give where hours join."""
    monkeypatch.setattr(cuts, "HOUR", 17)
    monkeypatch.setattr(cuts, "HOUR_WHOLE", 20)
    return 68, 136


@pytest.mark.parametrize(("suffix", "codec"), [(".mka", "flac"), (".ts", "mp2"), (".ogg", "libvorbis")])
def test_hours_of_other_containers_join_within_half_a_millisecond(
    suffix: str, codec: str, hours: tuple[int, ...], store: Store, tmp_path: Path
) -> None:
    """As near as Matroska's clock tells, whose ticks are milliseconds."""
    source = tmp_path / f"source{suffix}"
    ffmpeg(*music(tmp_path, 44_100, HOURS_S), "-c:a", codec, source)
    made = convert(source, store, tmp_path)
    (track,) = made.plan.audio
    (read,) = gpac.read(made, [track.name])[track.name].tracks
    ours, theirs = samples(made.playlist(track.name), *PLAYED), samples(source)
    late = [lag(ours, theirs, second) for second in (30, *(join + 30 for join in hours))]

    assert len(track.chunks) == 1 + len(hours)
    assert read.gapless
    assert float(Fraction(sum(sample.duration for sample in read.samples), read.timescale)) == pytest.approx(HOURS_S, abs=0.1)
    assert max(abs(each - late[0]) for each in late) <= RATE_HZ // 2000 + 1


def lag(ours: Samples, theirs: Samples, second: int) -> int:
    """Find by how many samples a second of the one comes after the other's."""
    begin = second * RATE_HZ
    one, other = ours[begin : begin + RATE_HZ], theirs[begin - SIXTEENTH : begin + RATE_HZ + SIXTEENTH]
    likeness = np.fft.irfft(np.fft.rfft(other) * np.conj(np.fft.rfft(one, len(other))))
    return SIXTEENTH - int(np.argmax(likeness[: 2 * SIXTEENTH]))


def test_hours_of_opus_join_as_near_to_the_source_as_all_else(hours: tuple[int, ...], store: Store, tmp_path: Path) -> None:
    source = tmp_path / "source.mov"
    ffmpeg(*music(tmp_path, RATE_HZ, HOURS_S), "-c:a", "pcm_s16le", source)
    made = convert(source, store, tmp_path, Making(presets.preset("webm")))
    (track,) = made.plan.audio
    ours, theirs = samples(made.playlist(track.name), *PLAYED), samples(source)
    late = lag(ours, theirs, 50)

    assert (track.codec, len(track.chunks)) == ("opus", 1 + len(hours))
    assert_joined(ours, theirs[-late:] if late < 0 else np.concatenate([np.zeros(late, "<f4"), theirs]), hours)
