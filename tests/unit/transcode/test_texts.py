"""Subtitles inside a source, and captions dropped beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from functions.common.errors import Rejected
from functions.transcode.job import Made
from tests.media import ffmpeg
from tests.unit.transcode.work import Bench, dropped, text

type BenchFor = Callable[[Path], Bench]
SRT = "1\n00:00:01,000 --> 00:00:02,000\n<i>One</i> & two\n\n2\n00:00:03,000 --> 00:00:04,500\n<font color=red>Three</font>\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<i>One</i> &amp; two\n\n00:00:03.000 --> 00:00:04.500\nThree\n"


@pytest.fixture(scope="module")
def subtitled(clips: Path, film: Path) -> Path:
    """A Matroska file with a text track; all of it begins at 5 s."""
    words, path = clips / "words.srt", clips / "subtitled.mkv"
    words.write_text(SRT)
    ffmpeg("-i", film, "-i", words, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt", "-output_ts_offset", "5", path)
    return path


def test_a_text_track_becomes_webvtt_on_the_pictures_time(subtitled: Path, bench_for: BenchFor) -> None:
    made = bench_for(subtitled).do(text(origin_s="5/1"), "t0")
    assert (made.objects[0].body.decode(), made.receipt.captions) == (VTT, made.objects[0].key)


def test_a_text_track_that_is_not_there_is_rejected(film: Path, clips: Path, bench_for: BenchFor) -> None:
    path = clips / "untitled.mkv"
    ffmpeg("-i", film, "-c", "copy", path)
    with pytest.raises(Rejected, match="bad_captions: The subtitle stream 2"):
        bench_for(path).do(text(), "t0")


def drop(body: bytes, name: str, folder: Path, bench_for: BenchFor) -> Made:
    path = folder / "dropped"
    path.write_bytes(body)
    return bench_for(path).do(dropped(name, len(body)))


def test_dropped_captions_are_published_as_webvtt(tmp_path: Path, bench_for: BenchFor) -> None:
    made = drop(SRT.encode(), "talk.en.srt", tmp_path, bench_for)
    assert made.objects[0].body.decode() == VTT


def test_dropped_captions_are_named_after_their_version_and_commit_their_sidecar(tmp_path: Path, bench_for: BenchFor) -> None:
    receipt = drop(SRT.encode(), "talk.en.srt", tmp_path, bench_for).receipt
    assert (
        str(receipt.captions).startswith(f"v/abcdefghijklmnop/side/{receipt.sidecar and receipt.sidecar.rev}-"),
        receipt.sidecar and receipt.sidecar.language,
    ) == (
        True,
        "en",
    )


def test_a_bad_cue_is_told_to_the_owner_with_the_files_name(tmp_path: Path, bench_for: BenchFor) -> None:
    body = SRT.replace("00:00:04,500", "soon").encode()
    problem = drop(body, "talk.en.srt", tmp_path, bench_for).receipt.problems[0]
    assert (problem.where, problem.message.startswith("The cue at line 6 is left out")) == ("talk.en.srt", True)


@pytest.mark.parametrize("body", [b"", b"WEBVTT\n", bytes(range(256)) * 20, b"{\\rtf1 words}"])
def test_a_dropped_file_without_a_cue_is_rejected(body: bytes, tmp_path: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected, match=r"bad_captions: talk\.en\.srt has no cue"):
        drop(body, "talk.en.srt", tmp_path, bench_for)


def test_captions_of_too_many_bytes_are_not_even_read(film: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected, match="more than 2,000,000 bytes"):
        bench_for(film).do(dropped("talk.en.vtt", 2_000_001))


def test_a_name_as_long_as_a_key_may_be_fits_into_the_sentence(tmp_path: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected) as caught:
        drop(b"", "t" * 1000 + ".en.srt", tmp_path, bench_for)
    assert len(caught.value.message) <= 500
