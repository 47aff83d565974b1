"""ffprobe and ffmpeg on real files over a loopback store: what they find, what is rejected, and whose fault it was."""

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args
from urllib.parse import urlsplit

import pytest

from functions.common.errors import Code, Rejected, Unavailable
from functions.common.process import NotStarted
from functions.ingest.accept import Demuxer
from functions.ingest.binaries import Tools
from functions.ingest.facts import Facts, read_facts
from functions.ingest.probe import LIMITS, Look, probe
from tests.faulty import Faults, FaultyProxy
from tests.unit.ingest.shelf import H264, PICTURE, SETTINGS, SOUND, Shelf, make, serve

type Probe = Callable[[bytes], Facts]
SUBTITLES = "1\n00:00:00,500 --> 00:00:01,500\nhello\n"
METADATA = (
    ";FFMETADATA1\ntitle=A talk\ncreation_time=2022-03-04T05:06:07.000000Z\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n"
)


def refusal(look: Probe, body: bytes) -> Code:
    with pytest.raises(Rejected) as caught:
        look(body)
    return caught.value.code


def found_picture(facts: Facts) -> tuple[int, int]:
    assert facts.picture is not None
    return facts.picture.width, facts.picture.height


@pytest.mark.parametrize(
    "name",
    ["faststart.mp4", "index-last.mp4", "talk.mkv", "talk.ts", "talk.avi", "talk.flv", "talk.mxf", "talk.mpg", "talk.asf",
     "talk.webm", "talk.gif"],
)  # fmt: skip
def test_a_picture_is_found_in_every_container(name: str, look: Probe, clips: dict[str, bytes]) -> None:
    assert found_picture(look(clips[name])) == (160, 90)


@pytest.mark.parametrize("name", ["talk.mp3", "talk.wav", "talk.flac", "talk.aac", "talk.ogv"])
def test_sound_alone_is_accepted(name: str, look: Probe, clips: dict[str, bytes]) -> None:
    facts = look(clips[name])
    assert (facts.picture, facts.sounds[0].sample_rate_hz) == (None, 44_100)


@pytest.mark.parametrize("name", ["faststart.mp4", "talk.mkv", "talk.ts", "talk.avi", "talk.webm"])
def test_the_duration_is_known_to_two_frames(name: str, look: Probe, clips: dict[str, bytes]) -> None:
    assert look(clips[name]).duration_s == pytest.approx(2, abs=0.08)


def test_a_recording_that_does_not_know_its_length_is_read_to_its_end(look: Probe, clips: dict[str, bytes]) -> None:
    assert look(clips["recorded.mkv"]).duration_s == 2


def test_an_avi_out_of_a_pipe_is_read_to_its_end(look: Probe, tmp_path: Path) -> None:
    made = make(tmp_path / "piped.avi", *PICTURE, *H264, "-seekable", "0")
    assert look(made).duration_s == 2


@pytest.mark.parametrize("name", ["talk.flv", "talk.mxf"])
def test_of_a_file_that_is_cut_off_both_lengths_are_known(name: str, look: Probe, clips: dict[str, bytes]) -> None:
    whole, cut = look(clips[name]), look(clips[name][: len(clips[name]) * 6 // 10])
    assert (whole.told_s, whole.indexed, cut.indexed) == (None, True, False)
    assert cut.told_s == pytest.approx(2, abs=0.1)
    assert cut.duration_s == pytest.approx(1.2, abs=0.3)


def test_one_that_takes_too_long_to_be_read_is_rejected(
    clips: dict[str, bytes], shelf: Shelf, tools: Tools, tmp_path: Path
) -> None:
    shelf.objects["clip"] = clips["recorded.mkv"]
    hasty = Look(tools, shelf.url("clip"), "matroska", tmp_path, replace(LIMITS, wall_s=0.01))
    facts = read_facts("matroska", replace(hasty, limits=LIMITS).describe())

    with pytest.raises(Rejected, match="unknown_length: The file does not truly say how long it is, and could"):
        hasty.measure(facts)


def test_a_recording_found_to_be_too_long_is_rejected(clips: dict[str, bytes], shelf: Shelf, tools: Tools, tmp_path: Path) -> None:
    shelf.objects["clip"] = clips["recorded.mkv"]
    with pytest.raises(Rejected, match="too_long"):
        probe(tools, shelf.source("clip"), replace(SETTINGS, max_source_s=1), tmp_path)


def test_the_origin_is_the_first_decoded_frame(look: Probe, tmp_path: Path) -> None:
    clip = make(tmp_path / "late.ts", *PICTURE, *H264, "-output_ts_offset", "10", "-muxdelay", "0", "-muxpreload", "0")
    assert look(clip).origin_s == pytest.approx(10, abs=0.05)


def test_the_origin_is_after_frames_that_an_edit_list_hides(look: Probe, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    make(whole, *PICTURE, *H264, "-g", "100")
    cut = make(tmp_path / "cut.mp4", "-ss", "1", "-i", str(whole), "-c", "copy")
    assert look(cut).origin_s == 0


def test_a_turned_picture_has_its_displayed_size(look: Probe, tmp_path: Path) -> None:
    make(tmp_path / "flat.mp4", *PICTURE, *H264)
    turned = make(tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(tmp_path / "flat.mp4"), "-c", "copy")
    assert found_picture(look(turned)) == (90, 160)


def test_a_picture_of_oblong_pixels_has_its_displayed_size(look: Probe, tmp_path: Path) -> None:
    clip = make(tmp_path / "wide.mp4", *PICTURE, "-vf", "setsar=3/2", *H264)
    assert found_picture(look(clip)) == (240, 90)


def test_an_interlaced_picture_is_known(look: Probe, tmp_path: Path) -> None:
    clip = make(tmp_path / "tv.mpg", *PICTURE, "-vf", "setfield=tff", "-c:v", "mpeg2video", "-flags", "+ildct+ilme")
    picture = look(clip).picture
    assert picture is not None
    assert picture.interlaced


def test_a_cover_picture_is_no_video(look: Probe, tmp_path: Path) -> None:
    cover = tmp_path / "cover.jpg"
    make(cover, *PICTURE, "-frames:v", "1", "-update", "1")
    song = make(tmp_path / "song.mp3", *SOUND, "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy")
    assert look(song).picture is None


def test_tracks_title_date_and_chapters_are_read(look: Probe, tmp_path: Path) -> None:
    (tmp_path / "words.srt").write_text(SUBTITLES)
    (tmp_path / "notes.txt").write_text(METADATA)
    clip = make(
        tmp_path / "rich.mkv",
        *(*PICTURE, *SOUND, "-i", str(tmp_path / "words.srt"), "-i", str(tmp_path / "notes.txt")),
        *("-map", "0", "-map", "1", "-map", "1", "-map", "2", "-map_metadata", "3", *H264, "-c:s", "srt"),
        *("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fre", "-metadata:s:s:0", "title=Words"),
    )
    facts = look(clip)
    read = (facts.title, facts.created[:10], [mark.title for mark in facts.marks])
    tracks = ([track.language for track in facts.sounds], [(track.codec, track.title) for track in facts.texts])
    assert (read, tracks) == (("A talk", "2022-03-04", ["One", "Two"]), (["eng", "fre"], [("subrip", "Words")]))


def test_a_cut_off_mp4_with_its_index_first_is_accepted(look: Probe, clips: dict[str, bytes]) -> None:
    body = clips["faststart.mp4"]
    assert found_picture(look(body[: len(body) * 3 // 4])) == (160, 90)


def test_an_mp4_whose_index_is_cut_off_is_damaged(look: Probe, clips: dict[str, bytes]) -> None:
    body = clips["index-last.mp4"]
    assert refusal(look, body[: len(body) * 3 // 4]) == "damaged"


@pytest.mark.parametrize(("name", "kept"), [("talk.mkv", 60), ("faststart.mp4", 600), ("talk.mxf", 40), ("talk.flv", 13)])
def test_a_header_that_is_cut_off_is_damaged(name: str, kept: int, look: Probe, clips: dict[str, bytes]) -> None:
    assert refusal(look, clips[name][:kept]) in {"damaged", "no_media"}


def test_a_file_with_a_good_header_and_zeros_for_frames_is_damaged(look: Probe, clips: dict[str, bytes]) -> None:
    body = clips["faststart.mp4"]
    start = body.index(b"mdat") + 8
    assert refusal(look, body[:start] + bytes(len(body) - start)) == "damaged"


def test_subtitles_alone_are_no_media(look: Probe, tmp_path: Path) -> None:
    (tmp_path / "words.srt").write_text(SUBTITLES)
    assert refusal(look, make(tmp_path / "words.mkv", "-i", str(tmp_path / "words.srt"))) == "no_media"


def test_a_codec_that_nothing_decodes_is_unsupported(look: Probe, clips: dict[str, bytes]) -> None:
    assert refusal(look, clips["talk.mkv"].replace(b"V_MPEG4/ISO/AVC", b"V_NOBODY/KNOWS!")) == "unsupported_codec"


def test_av1_is_left_to_the_encoder_to_decode(look: Probe, tmp_path: Path) -> None:
    clip = make(tmp_path / "av1.mp4", *PICTURE, "-frames:v", "3", "-c:v", "libsvtav1", "-preset", "12")
    assert found_picture(look(clip)) == (160, 90)


def test_more_than_32_streams_are_too_many(look: Probe, tmp_path: Path) -> None:
    clip = make(tmp_path / "many.mkv", *SOUND, *("-map", "0") * 33, "-c:a", "pcm_s16le")
    assert refusal(look, clip) == "too_many_streams"


def test_32_streams_are_not_too_many(look: Probe, tmp_path: Path) -> None:
    clip = make(tmp_path / "many.mkv", *SOUND, *("-map", "0") * 32, "-c:a", "pcm_s16le")
    assert len(look(clip).sounds) == 32


def test_a_picture_above_8k_has_too_many_pixels(look: Probe, tmp_path: Path) -> None:
    big = ("-f", "lavfi", "-i", "color=size=8194x4320:rate=1:duration=1")
    assert refusal(look, make(tmp_path / "big.mkv", *big, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p")) == "too_many_pixels"


def test_a_source_over_the_longest_length_is_too_long(clips: dict[str, bytes], shelf: Shelf, tools: Tools, tmp_path: Path) -> None:
    shelf.objects["clip"] = clips["faststart.mp4"]
    with pytest.raises(Rejected) as caught:
        probe(tools, shelf.source("clip"), replace(SETTINGS, max_source_s=1), tmp_path)
    assert caught.value.code == "too_long"


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_store_that_refuses_is_not_the_files_fault(status: int, clips: dict[str, bytes], shelf: Shelf, look: Probe) -> None:
    shelf.status = lambda _: status
    with pytest.raises(Unavailable):
        look(clips["talk.mkv"])


def test_a_store_that_fails_in_the_middle_is_not_the_files_fault(clips: dict[str, bytes], shelf: Shelf, look: Probe) -> None:
    shelf.status = lambda request: 503 if request else None
    with pytest.raises(Unavailable):
        look(clips["index-last.mp4"])


def test_a_store_that_is_not_there_is_not_the_files_fault(clips: dict[str, bytes], shelf: Shelf, look: Probe) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, but nobody listens
        shelf.base = "http://{}:{}".format(*closed.getsockname())
        with pytest.raises(Unavailable, match="refused"):
            look(clips["talk.mkv"])


def test_a_connection_that_breaks_is_taken_up(clips: dict[str, bytes], shelf: Shelf, look: Probe) -> None:
    quiet = look(clips["talk.mkv"])
    shelf.cut_after = 20_000
    assert look(clips["talk.mkv"]) == quiet


@pytest.mark.parametrize("name", ["faststart.mp4", "index-last.mp4", "talk.mkv", "talk.ts", "talk.mpg", "talk.mp3", "talk.flac"])
def test_a_rough_network_changes_no_verdict(name: str, clips: dict[str, bytes], shelf: Shelf, look: Probe) -> None:
    quiet, port = look(clips[name]), urlsplit(shelf.base).port
    assert port
    found: list[Facts] = []
    with FaultyProxy(port, faults=Faults(busy=0.05, refused=0.05, unanswered=0.05, cut=0.05)).serving() as rough:
        shelf.base = f"http://127.0.0.1:{rough.port}"
        while not all(rough.met[fault] for fault in ("busy", "refused", "unanswered", "cut")):
            with suppress(Unavailable):
                found.append(look(clips[name]))
    assert found
    assert all(facts == quiet for facts in found)


@pytest.mark.parametrize(("name", "answers"), [("index-last.mp4", 1), ("talk.ts", 2)])
def test_a_store_that_falls_silent_is_not_the_files_fault(
    name: str, answers: int, clips: dict[str, bytes], shelf: Shelf, look: Probe
) -> None:
    """Ffmpeg ends well when a seek finds nobody, with a duration that it makes up."""
    shelf.answers = answers
    with pytest.raises(Unavailable):
        look(clips[name])


def test_an_error_does_not_tell_the_address(shelf: Shelf, look: Probe, clips: dict[str, bytes]) -> None:
    shelf.status = lambda _: 503
    with pytest.raises(Unavailable) as caught:
        look(clips["talk.mkv"])
    assert not re.search("5ecret|127.0.0.1", str(caught.value))


def test_a_program_that_is_missing_is_not_the_files_fault(tools: Tools, shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(NotStarted):
        Look(replace(tools, ffprobe=Path("/nowhere/ffprobe")), shelf.url("clip"), "mov", tmp_path).describe()


DISGUISES = {
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{url}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{url}'\n",
    "SDP": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n",
    "DASH": "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>{url}</BaseURL></MPD>",
}


@pytest.mark.parametrize("kind", DISGUISES)
def test_a_playlist_that_is_named_mp4_is_never_opened(kind: str, shelf: Shelf, look: Probe) -> None:
    body = DISGUISES[kind].format(url=shelf.url("canary"))
    assert (refusal(look, body.encode()), shelf.asked) == ("playlist_not_media", [])


@pytest.mark.parametrize("demuxer", get_args(Demuxer))
@pytest.mark.parametrize("kind", DISGUISES)
def test_no_demuxer_follows_a_playlist(kind: str, demuxer: Demuxer, shelf: Shelf, tools: Tools, tmp_path: Path) -> None:
    shelf.objects["disguise.mp4"] = DISGUISES[kind].format(url=shelf.url("canary")).encode() * 20
    with suppress(Rejected):  # a few take any bytes for frames
        Look(tools, shelf.url("disguise.mp4"), demuxer, tmp_path).describe()
    assert not [path for path in shelf.asked if "canary" in path]


def test_a_playlist_demuxer_would_have_followed_it(shelf: Shelf, tools: Tools, tmp_path: Path) -> None:
    """Show that the tests above can fail."""
    shelf.objects["list.m3u8"] = DISGUISES["HLS"].format(url=f"{shelf.base}/canary.ts").encode()
    with suppress(Rejected, Unavailable):
        Look(tools, f"{shelf.base}/list.m3u8", cast("Demuxer", "hls"), tmp_path).describe()
    assert "/canary.ts" in shelf.asked


def test_a_file_is_read_over_https_with_the_given_certificates(
    certificates: tuple[Path, ssl.SSLContext], tools: Tools, clips: dict[str, bytes], tmp_path: Path
) -> None:
    shelf = Shelf({"clip": clips["index-last.mp4"]})
    with serve(shelf, certificates[1]):
        facts = probe(replace(tools, ca_file=certificates[0]), shelf.source("clip"), SETTINGS, tmp_path)
    assert found_picture(facts) == (160, 90)


def test_a_server_with_an_unknown_certificate_is_not_trusted(
    certificates: tuple[Path, ssl.SSLContext], tools: Tools, clips: dict[str, bytes], tmp_path: Path
) -> None:
    shelf = Shelf({"clip": clips["index-last.mp4"]})
    with serve(shelf, certificates[1]), pytest.raises(Unavailable, match="certificate"):
        probe(tools, shelf.source("clip"), SETTINGS, tmp_path)
    assert shelf.asked == []


@pytest.mark.parametrize("how", ["kill -SEGV $$", "yes", "while :; do :; done"], ids=["crashes", "talks", "computes"])
def test_a_file_that_breaks_the_probe_is_damaged(
    how: str, tools: Tools, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.ingest.probe.LIMITS", replace(LIMITS, cpu_s=1))
    broken = tmp_path / "ffprobe"
    broken.write_text(f"#!/bin/sh\n{how}\n")
    broken.chmod(0o700)
    with pytest.raises(Rejected) as caught:
        Look(replace(tools, ffprobe=broken), shelf.url("clip"), "mov", tmp_path).describe()
    assert caught.value.code == "damaged"


def test_a_probe_that_is_killed_from_outside_is_not_the_files_fault(tools: Tools, shelf: Shelf, tmp_path: Path) -> None:
    killed = tmp_path / "ffprobe"
    killed.write_text("#!/bin/sh\nkill -KILL $$\n")
    killed.chmod(0o700)
    with pytest.raises(Unavailable):
        Look(replace(tools, ffprobe=killed), shelf.url("clip"), "mov", tmp_path).describe()
