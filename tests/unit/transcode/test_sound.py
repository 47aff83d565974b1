"""A sound track: in time with the picture to the sample, and as long as it should be."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from functions.common.model import TrackPart
from functions.transcode.job import Made
from tests.frames import decoded
from tests.media import ffmpeg
from tests.unit.transcode import fragments
from tests.unit.transcode.test_video import PLAYED
from tests.unit.transcode.work import Bench, audio, body_of, publish

type BenchFor = Callable[[Path], Bench]
type Samples = np.ndarray[tuple[int], np.dtype[np.float32]]
HZ = 48_000
PACKET = 1024
NOISE = "anoisesrc=sample_rate=48000:duration=5:seed=7:color=pink,volume=0.5"  # like no shifted copy of itself


@pytest.fixture(scope="module")
def noise(clips: Path) -> Path:
    """Five seconds that are stored as they are."""
    path = clips / "noise.mov"
    ffmpeg("-f", "lavfi", "-i", NOISE, "-ac", "2", "-c:a", "pcm_s16le", path)
    return path


@pytest.fixture(scope="module")
def encoded(noise: Path, bench_for: BenchFor) -> Made:
    return bench_for(noise).do(audio(stream=0), "a0")


def part(made: Made) -> TrackPart:
    return made.receipt.parts[0]


def heard(source: Path, *options: str) -> Samples:
    """Decode a sound, from its first packet on."""
    sound = decoded(source, options, "-map", "0:a:0", "-ac", "1", "-ar", str(HZ), "-f", "f32le", "-")
    return np.frombuffer(sound, np.float32)


def delay(sound: Samples, reference: Samples) -> int:
    """Find how many samples later a sound is than its reference, where both are most alike."""
    size = 2 ** int(np.ceil(np.log2(len(sound) + len(reference))))
    alike = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size)), size)
    place = int(np.argmax(alike))
    return place - size if place > size // 2 else place


def test_sound_is_not_a_sample_early_or_late(encoded: Made, noise: Path, tmp_path: Path) -> None:
    assert delay(heard(publish([encoded], "a/en-aac", tmp_path), *PLAYED), heard(noise)) == 0


def test_the_measure_of_delay_sees_one_sample(noise: Path) -> None:
    sound = heard(noise)
    assert (delay(sound[1:], sound), delay(np.r_[np.float32(0), sound], sound)) == (-1, 1)


@pytest.mark.parametrize(("origin_s", "samples"), [("1/4", -12_000), ("-1/4", 12_000), ("1001/30000", -1602)])
def test_sound_begins_when_the_picture_does(origin_s: str, samples: int, noise: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    made = bench_for(noise).do(audio(origin_s=origin_s, stream=0), "a0")
    assert delay(heard(publish([made], "a/en-aac", tmp_path), *PLAYED), heard(noise)) == samples


def test_packets_follow_each_other_from_zero_without_a_gap(encoded: Made) -> None:
    body = body_of(encoded, part(encoded).object)
    times = [time for moof, _ in fragments.fragments(body) for time, _ in fragments.samples(moof)]
    assert times == list(range(0, len(times) * PACKET, PACKET))


def test_the_whole_sound_is_there(encoded: Made) -> None:
    assert sum(Fraction(segment.duration_s) for segment in part(encoded).segments) == 5


def test_segments_are_whole_packets_of_the_length_asked_or_a_little_more(encoded: Made) -> None:
    packets = [Fraction(segment.duration_s) * HZ / PACKET for segment in part(encoded).segments]
    assert packets[:-1] == [47] * 4  # the first count that is a second or more


def test_a_sound_shorter_than_the_picture_is_padded(noise: Path, bench_for: BenchFor) -> None:
    made = bench_for(noise).do(audio(stream=0, pad_to_s=7.5), "a0")
    assert sum(Fraction(segment.duration_s) for segment in part(made).segments) >= Fraction(15, 2)


def test_a_sound_longer_than_the_picture_is_left_whole(noise: Path, encoded: Made, bench_for: BenchFor) -> None:
    made = bench_for(noise).do(audio(stream=0, pad_to_s=2.0), "a0")
    assert part(made).segments == part(encoded).segments


def test_the_codec_string_is_that_of_aac_lc(encoded: Made) -> None:
    assert part(encoded).codecs == "mp4a.40.2"


def test_a_sound_encoded_twice_publishes_the_same_bytes(noise: Path, encoded: Made, bench_for: BenchFor) -> None:
    assert bench_for(noise).do(audio(stream=0), "a0") == encoded


@pytest.mark.parametrize(("suffix", "codec"), [(".mp3", "libmp3lame"), (".flac", "flac"), (".wav", "pcm_s16le"), (".aac", "aac")])
def test_a_file_of_sound_alone_is_encoded(suffix: str, codec: str, noise: Path, clips: Path, bench_for: BenchFor) -> None:
    path = clips / f"alone{suffix}"
    ffmpeg("-i", noise, "-ar", "44100", "-ac", "1", "-c:a", codec, path)
    made = bench_for(path).do(audio(stream=0, demuxer=suffix[1:]), "a0")
    assert 5 <= sum(Fraction(segment.duration_s) for segment in part(made).segments) < Fraction(26, 5)
