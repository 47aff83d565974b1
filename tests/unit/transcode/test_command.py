"""Every command, whole: one argument on each line. Renew with RENEW_GOLDEN=1."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from functions.common.model import (
    AudioTrack,
    AudioWork,
    Chunk,
    CopyWork,
    Preview,
    Rung,
    TextTrack,
    TextWork,
    Transfer,
    VideoFacts,
    VideoWork,
)
from functions.common.network import PROTOCOLS
from functions.transcode import command, grid, pictures
from functions.transcode.reading import Source

GOLDEN = Path(__file__).parents[2] / "golden" / "argv"
FILM = VideoFacts(
    stream=0, width=1920, height=1080, rate="30000/1001", time_base="1/90000", origin=126_000, frames=5400, codec="h264"
)
LADDER = (
    Rung(name="v/1080p-h264", width=1920, height=1080, crf=23, maxrate_kbit=5000, bufsize_kbit=10_000, level="4.0"),
    Rung(name="v/240p-h264", width=426, height=240, crf=24, maxrate_kbit=400, bufsize_kbit=800, level="2.1"),
)
CHUNK = VideoWork(demuxer="mov", preroll_s=0.5, video=FILM, ladder=LADDER, segment_frames=120, begin=480, end=960)
KEPT = replace(LADDER[0], name="v/1080p-hevc", codec="hevc", transfer="pq")
OLD = replace(FILM, width=720, height=576, rate="25/1", interlaced=True, codec="mpeg2video")
HDR = replace(FILM, transfer="pq", codec="hevc")
SOUND = AudioTrack(
    chunks=(Chunk(unit="a0", begin=0),), name="a/en-aac", stream=1, language="en", sample_rate_hz=44_100, origin_s="7/5"
)

SILENT = Preview(chunks=(Chunk(unit="p", begin=0),), name="v/1080p-copy", stream=0, origin_s="7/5", duration_s=180.18)
PREVIEW = replace(SILENT, sound_name="a/en-copy", sound=1)


def source(demuxer: str, protocols: str = PROTOCOLS, url: str = "https://inbox.example/talk?X-Amz-Signature=x") -> Source:
    return Source(url, demuxer, protocols, "/packages/cacert.pem")


def video(work: VideoWork, attempt: int = 0) -> list[str]:
    return command.video("/ffmpeg", source(work.demuxer), work, grid.seeks(work)[attempt])


WITH_PICTURE = AudioWork(demuxer="mov", track=SOUND, segment_s="1001/250", pad_to_s=180.18)
COMMANDS = {
    "video-chunk": video(CHUNK),
    "video-first-chunk": video(replace(CHUNK, begin=0, end=120)),
    "video-last-chunk": video(replace(CHUNK, begin=4800, end=None)),
    "video-read-from-the-beginning": video(CHUNK, -1),
    "video-interlaced": video(replace(CHUNK, demuxer="mpegts", preroll_s=4.0, video=OLD, segment_frames=100)),
    "video-hdr": video(replace(CHUNK, video=HDR)),
    "video-hdr-kept": video(replace(CHUNK, video=HDR, ladder=(KEPT, *LADDER[1:]))),
    "video-local": command.video("/ffmpeg", source("mov", "file", "talk.mov"), replace(CHUNK, begin=0), None),
    "audio": command.audio("/ffmpeg", source("mov"), WITH_PICTURE, None),
    "audio-alone": command.audio("/ffmpeg", source("mp3"), AudioWork(demuxer="mp3", track=SOUND, segment_s="4/1"), None),
    "text": command.text(
        "/ffmpeg", source("mov"), TextWork(demuxer="mov", track=TextTrack(unit="t0", stream=2, language="en", origin_s="7/5"))
    ),
    "poster-typical": pictures.posters("/ffmpeg", source("mov"), FILM, Fraction(57, 5), choose=True),
    "poster-chosen": pictures.posters("/ffmpeg", source("mov"), HDR, Fraction(57, 5), choose=False),
    "preview": command.repackage("/ffmpeg", source("mov"), CopyWork(demuxer="mov", preview=PREVIEW, segment_s="1001/250")),
    "preview-piece": command.repackage(
        "/ffmpeg", source("mov"), CopyWork(demuxer="mov", preview=PREVIEW, segment_s="4/1", begin_s="16/1", end_s="116/1")
    ),
    "preview-silent": command.repackage("/ffmpeg", source("mov"), CopyWork(demuxer="mov", preview=SILENT, segment_s="1001/250")),
    "copy": command.copy("/ffmpeg", source("data")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_is_as_it_was_agreed(name: str, renew_golden: bool) -> None:  # noqa: FBT001  # a fixture's value
    path, text = GOLDEN / f"{name}.txt", "\n".join(COMMANDS[name]) + "\n"
    if renew_golden:
        path.write_text(text)
    assert text == path.read_text()


def test_there_is_no_golden_command_that_nobody_writes() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(COMMANDS)


def test_commands_do_not_depend_on_the_order_of_hashes() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", "from tests.unit.transcode.test_command import COMMANDS; print(COMMANDS)"],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in (1, 2)
    }
    assert len(said) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_input_is_pinned_and_fenced(name: str) -> None:
    before = COMMANDS[name][: COMMANDS[name].index("-i")]
    assert {"-f", "-protocol_whitelist", "-max_streams", "-nostdin"} <= set(before)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.startswith(("video", "poster"))])
def test_every_decoded_picture_is_capped(name: str) -> None:
    argv = COMMANDS[name]
    assert argv[argv.index("-max_pixels") + 1] == "35389440"


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "video-local"])
def test_every_server_is_verified(name: str) -> None:
    argv = COMMANDS[name]
    assert (argv[argv.index("-tls_verify") + 1], argv[argv.index("-ca_file") + 1]) == ("1", "/packages/cacert.pem")


@pytest.mark.parametrize(("lines", "transfer", "runs"), [(2160, "pq", 1), (4320, "pq", 2), (4320, "sdr", 1)])
def test_rungs_of_very_large_pictures_of_high_range_are_made_in_two_runs(lines: int, transfer: Transfer, runs: int) -> None:
    large = replace(HDR, width=lines * 16 // 9, height=lines, transfer=transfer)
    ladder = (replace(KEPT, transfer=transfer), *LADDER[1:])
    made = command.at_once(replace(CHUNK, video=large, ladder=ladder))
    assert (len(made), sum(made, ())) == (runs, ladder)


def test_a_rung_that_is_alone_is_made_in_one() -> None:
    assert command.at_once(replace(CHUNK, video=replace(HDR, width=7680, height=4320), ladder=(KEPT,))) == ((KEPT,),)
