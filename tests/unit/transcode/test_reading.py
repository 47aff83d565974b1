"""Sources that end early, are broken, or cannot be read: what is kept, and whose fault it was."""

import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from functions.common.errors import Rejected, Unavailable
from functions.common.model import VideoWork
from functions.common.process import Finished, Limits, TimedOut, run
from functions.transcode.job import Encoder, Failed, Made, OutOfMemory
from tests.frames import numbers
from tests.media import AAC, X264, ffmpeg, numbered
from tests.unit.transcode.store import SECRET, Store, serving
from tests.unit.transcode.test_video import PLAYED, TOP
from tests.unit.transcode.work import FILM, Bench, Work, audio, origin, publish, text, video

type BenchFor = Callable[[Path], Bench]


@dataclass(frozen=True)
class Recorded:
    """The process door, and every command that went through it."""

    commands: list[list[str]] = field(default_factory=list)

    def run(self, argv: Sequence[str], limits: Limits, folder: Path, *, on_line: Callable[[bytes], None] | None) -> Finished:
        """Run a command."""
        self.commands.append(list(argv))
        return run(argv, limits, folder, on_line=on_line)

    def seeks(self) -> list[str | None]:
        """Give where each command began to read."""
        return [argv[argv.index("-ss") + 1] if "-ss" in argv else None for argv in self.commands]


def shown(made: Sequence[Made], folder: Path) -> list[int]:
    return numbers(publish(made, TOP, folder), *PLAYED)


@pytest.fixture(scope="module")
def cut_off(film: Path, clips: Path) -> Path:
    """The first two thirds of a file whose index stands first."""
    path = clips / "cut.mp4"
    path.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    return path


def test_a_chunk_is_read_once_when_it_is_whole(film: Path, bench_for: BenchFor) -> None:
    recorded = Recorded()
    bench = bench_for(film)
    replace(bench, encoder=replace(bench.encoder, run=recorded.run)).do(video(100, 150))
    assert recorded.seeks() == ["3.500000"]


@pytest.fixture(scope="module")
def long_groups(clips: Path) -> Path:
    """A transport stream, which is entered anywhere, with groups of three seconds."""
    path = clips / "long-groups.ts"
    ffmpeg(*numbered(320, 180, "25", 8), *X264, "-g", "75", *AAC, "-muxdelay", "0", "-muxpreload", "0", path)
    return path


def in_long_groups(path: Path) -> VideoWork:
    """Order frames of it whose key frame lies further back than is looked for at first."""
    return video(125, 150, changed(FILM, time_base="1/90000", origin=origin(path)), "mpegts", preroll_s=0.5)


def test_a_chunk_with_too_short_a_preroll_is_read_again_from_further_back(
    long_groups: Path, bench_for: BenchFor, tmp_path: Path
) -> None:
    recorded, bench = Recorded(), bench_for(long_groups)
    made = replace(bench, encoder=replace(bench.encoder, run=recorded.run)).do(in_long_groups(long_groups))
    assert (len(recorded.commands) > 1, shown([made], tmp_path)) == (True, list(range(125, 150)))


@pytest.mark.parametrize(("begin", "frames"), [(150, list(range(150, 200))), (225, [])])
def test_the_end_of_a_picture_that_is_shorter_than_its_sound_is_read_once(
    begin: int, frames: list[int], clips: Path, bench_for: BenchFor, tmp_path: Path
) -> None:
    """All of a long film would be decoded for it otherwise."""
    path = clips / "longer-sound.mkv"
    graph, inputs, *maps = numbered(320, 180, "25", 12)
    ffmpeg(graph, inputs.replace("[v];", ",trim=end_frame=200[v];"), *maps, *X264, "-g", "60", *AAC, path)
    recorded, bench = Recorded(), bench_for(path)
    work = video(begin, None, changed(FILM, time_base="1/1000", frames=300), "matroska")
    made = replace(bench, encoder=replace(bench.encoder, run=recorded.run)).do(work)
    assert len(recorded.commands) == 1
    assert (shown([made], tmp_path) if made.receipt.parts else []) == frames


def test_a_source_that_is_shorter_than_it_says_is_kept_to_its_true_end(film: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    facts = changed(FILM, frames=400)
    made = bench_for(film).do(video(150, None, facts))
    assert shown([made], tmp_path) == list(range(150, 200))


def test_a_chunk_after_the_true_end_is_done_and_has_no_parts(film: Path, bench_for: BenchFor) -> None:
    made = bench_for(film).do(video(300, 400, changed(FILM, frames=500)), "v00009")
    assert (made.objects, made.receipt.parts, made.receipt.unit) == ((), (), "v00009")


def test_the_last_chunk_may_lack_two_frames_of_the_estimate(film: Path, bench_for: BenchFor) -> None:
    recorded, bench = Recorded(), bench_for(film)
    replace(bench, encoder=replace(bench.encoder, run=recorded.run)).do(video(150, None, changed(FILM, frames=202)))
    assert len(recorded.commands) == 1


def test_a_file_that_is_cut_off_is_shown_to_where_it_ends(cut_off: Path, bench_for: BenchFor, tmp_path: Path) -> None:
    numbers_shown = shown(bench_for(cut_off).chunks(), tmp_path)
    assert numbers_shown[:130] == list(range(130))
    assert len(numbers_shown) < 150  # the pictures at the cut itself may be concealed


def test_damage_is_told(cut_off: Path, bench_for: BenchFor) -> None:
    problem = bench_for(cut_off).do(video(100, 150)).receipt.problems[0]
    assert problem.where == "video stream 0"
    assert re.match(r"The picture is damaged between second \d and 6;", problem.message)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_no_damage_is_told_of_a_sound_source(suffix: str, film: Path, clips: Path, bench_for: BenchFor) -> None:
    path = clips / f"sound{suffix}"
    ffmpeg("-i", film, "-c", "copy", path)
    base = {".mp4": "1/12800", ".mkv": "1/1000", ".ts": "1/90000"}[suffix]
    demuxer = {".mp4": "mov", ".mkv": "matroska", ".ts": "mpegts"}[suffix]
    facts = changed(FILM, time_base=base, origin=origin(path))
    assert bench_for(path).do(video(100, 150, facts, demuxer, preroll_s=4 if suffix == ".ts" else 0.5)).receipt.problems == ()


def test_a_connection_that_breaks_once_is_taken_up(film: Path, encoder: Encoder, store: Store, tmp_path: Path) -> None:
    url = store.put(film.read_bytes(), lambda request: 40_000 if request == 0 else None)
    made = Bench(encoder, url).do(video(0, 200))
    assert (shown([made], tmp_path), len(store.asked)) == (list(range(200)), 2)


def test_sound_that_was_read_over_a_broken_connection_is_whole(film: Path, encoder: Encoder, store: Store) -> None:
    whole = Bench(encoder, store.put(film.read_bytes())).do(audio(), "a0")
    broken = Bench(encoder, store.put(film.read_bytes(), lambda request: 40_000 if request == 0 else None)).do(audio(), "a0")
    assert broken == whole


@pytest.mark.parametrize("work", [video(0, 200), audio()], ids=["picture", "sound"])
def test_a_store_that_breaks_off_is_not_taken_for_the_end(work: Work, film: Path, encoder: Encoder, store: Store) -> None:
    url = store.put(film.read_bytes(), lambda _: 150_000)
    with pytest.raises(Unavailable) as caught:
        Bench(encoder, url).do(work)
    assert SECRET not in str(caught.value)


def test_a_source_that_is_gone_is_unavailable(encoder: Encoder, store: Store) -> None:
    with pytest.raises(Unavailable, match="404"):
        Bench(encoder, f"{store.base}/gone").do(video(0, 25))


@pytest.mark.parametrize(("begin", "second"), [(0, 0), (100, 4)])
def test_garbage_is_rejected_with_its_stream_and_second(begin: int, second: int, clips: Path, bench_for: BenchFor) -> None:
    path = clips / "garbage.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + b"\x5a" * 5000)
    with pytest.raises(Rejected, match=rf"undecodable: Stream 0 \(h264\) cannot be decoded from second {second} on"):
        bench_for(path).do(video(begin, begin + 25))


def test_a_source_that_is_another_container_than_planned_is_rejected(film: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected, match="undecodable"):
        bench_for(film).do(video(0, 25, FILM, "matroska"))


def test_sound_that_is_not_there_is_rejected(film: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected, match="undecodable: The sound of stream 7"):
        bench_for(film).do(audio(stream=7), "a0")


def test_a_playlist_in_disguise_reads_no_other_file(clips: Path, bench_for: BenchFor, store: Store) -> None:
    path = clips / "playlist.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{store.base}/canary.ts\n#EXT-X-ENDLIST\n")
    bench = bench_for(path)
    with pytest.raises(Rejected):
        bench.do(video(0, 25))
    assert [path for path in store.asked if "canary" in path] == []


def broken(encoder: Encoder, folder: Path, how: str) -> Encoder:
    """Put a program that fails in the encoder's place."""
    script = folder / "ffmpeg"
    script.write_text(f"#!/bin/sh\n{how}\n")
    script.chmod(0o700)
    return replace(encoder, tools=replace(encoder.tools, ffmpeg=script))


@pytest.mark.parametrize("begin", [0, 100])
def test_a_source_that_crashes_the_decoder_is_rejected_and_not_cut_short(begin: int, encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="undecodable"):
        Bench(broken(encoder, tmp_path, "kill -SEGV $$"), "http://127.0.0.1:1/clip").do(video(begin, begin + 25))


@pytest.mark.parametrize("how", ["kill -KILL $$", "echo 'Cannot allocate memory' >&2; exit 244"])
def test_an_encoder_without_memory_is_our_fault(how: str, encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(OutOfMemory):
        Bench(broken(encoder, tmp_path, how), "http://127.0.0.1:1/clip").do(video(0, 25))


def test_an_encoder_that_fails_for_another_reason_is_our_fault(encoder: Encoder, tmp_path: Path) -> None:
    how = "echo 'No space left: https://b.example/k?X-Amz-Signature=5ecret' >&2; exit 228"
    with pytest.raises(Failed, match="228: No space left") as caught:
        Bench(broken(encoder, tmp_path, how), "http://127.0.0.1:1/clip").do(video(0, 25))
    assert SECRET not in str(caught.value)


def test_a_real_encoder_with_too_little_memory_is_our_fault(film: Path, bench_for: BenchFor) -> None:
    bench = bench_for(film)
    least = 250_000_000  # bytes; where all but enough is there, ffmpeg may also crash
    with pytest.raises(OutOfMemory, match=f"under a limit of {least} bytes"):
        replace(bench, encoder=replace(bench.encoder, memory_bytes=least)).do(video(0, 100))


def test_an_encoder_that_hangs_is_stopped_at_the_orders_deadline(encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(TimedOut):
        Bench(broken(encoder, tmp_path, "exec sleep 30"), "http://127.0.0.1:1/clip").do(video(0, 25), deadline_s=1)


def test_all_attempts_share_one_deadline(long_groups: Path, bench_for: BenchFor) -> None:
    bench, recorded = bench_for(long_groups), Recorded()

    def clock() -> float:
        """Give the time: a minute for each command."""
        return 61.0 * len(recorded.commands)

    with pytest.raises(TimedOut, match="not done after 60 s"):
        replace(bench, encoder=replace(bench.encoder, run=recorded.run, clock=clock)).do(in_long_groups(long_groups))
    assert len(recorded.commands) == 1


def test_a_source_is_read_over_https_with_the_given_certificates(
    certificates: tuple[Path, ssl.SSLContext], film: Path, encoder: Encoder
) -> None:
    trusting = replace(encoder, tools=replace(encoder.tools, ca_file=certificates[0]))
    with serving(certificates[1]) as store:
        assert len(Bench(trusting, store.put(film.read_bytes())).do(video(100, 125)).receipt.parts) == 2


def test_a_server_with_an_unknown_certificate_is_not_trusted(
    certificates: tuple[Path, ssl.SSLContext], film: Path, encoder: Encoder
) -> None:
    with serving(certificates[1]) as store:
        with pytest.raises(Unavailable):
            Bench(encoder, store.put(film.read_bytes())).do(video(0, 25))
        assert store.asked == []


def test_a_text_track_that_is_no_text_is_rejected(film: Path, bench_for: BenchFor) -> None:
    with pytest.raises(Rejected, match="bad_captions"):
        bench_for(film).do(text(stream=0), "t0")
