"""What the first bytes decide."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.errors import Code, Rejected
from functions.ingest.accept import HEAD_BYTES, Demuxer, accept, is_picture
from tests.bounded import within

FORMATS: dict[str, Demuxer] = {
    "faststart.mp4": "mov",
    "index-last.mp4": "mov",
    "talk.mkv": "matroska",
    "talk.webm": "matroska",
    "talk.ts": "mpegts",
    "talk.avi": "avi",
    "talk.flv": "flv",
    "talk.mxf": "mxf",
    "talk.mpg": "mpeg",
    "talk.asf": "asf",
    "talk.ogv": "ogg",
    "talk.gif": "gif",
    "talk.mp3": "mp3",
    "talk.wav": "wav",
    "talk.flac": "flac",
    "talk.aac": "aac",
    "talk.aiff": "aiff",
    "talk.caf": "caf",
    "talk.w64": "w64",
    "talk.au": "au",
    "talk.amr": "amr",
    "talk.ac3": "ac3",
    "talk.eac3": "eac3",
}
PLAYLISTS = {
    "HLS": b"#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n",
    "HLS after a byte order mark": b"\xef\xbb\xbf\n#EXTM3U\n",
    "concat": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "concat without its first line": b"file '/etc/passwd'\n",
    "DASH": b'<?xml version="1.0"?>\n<!-- a -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
    "Smooth Streaming": b"<SmoothStreamingMedia MajorVersion='2'>",
    "SDP": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
    "PLS": b"[playlist]\nFile1=http://127.0.0.1/\n",
    "ASX": b"<ASX version='3.0'>",
}


def refusal(head: bytes, size: int = 1000, max_bytes: int = 2000) -> Code:
    with pytest.raises(Rejected) as caught:
        accept(head, size, max_bytes)
    return caught.value.code


def outcome(head: bytes) -> str:
    try:
        return accept(head, 1000, 2000)
    except Rejected as verdict:
        return verdict.code


@pytest.mark.parametrize("name", FORMATS)
def test_a_real_file_is_given_its_demuxer(name: str, clips: dict[str, bytes]) -> None:
    assert accept(clips[name][:HEAD_BYTES], 1000, 2000) == FORMATS[name]


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_is_no_media(kind: str) -> None:
    assert refusal(PLAYLISTS[kind]) == "playlist_not_media"


@pytest.mark.parametrize("packet", [188, 192, 204])
def test_a_transport_stream_of_any_packet_size_is_found(packet: int) -> None:
    one = (b"\0" * 4 if packet == 192 else b"") + b"G" + bytes(packet - 1 - 4 * (packet == 192))
    assert accept((one * 30)[:HEAD_BYTES], 1000, 2000) == "mpegts"


@pytest.mark.parametrize(("after", "demuxer"), [(b"fLaC", "flac"), (b"\xff\xf1\x50\x80", "aac"), (b"\xff\xfb\x90\x44", "mp3")])
def test_what_follows_an_id3_tag_decides(after: bytes, demuxer: str) -> None:
    assert accept(b"ID3\x04\0\0\0\0\x01\x00" + bytes(128) + after, 1000, 2000) == demuxer


def test_an_id3_tag_longer_than_the_head_is_taken_for_mp3() -> None:
    assert accept(b"ID3\x04\0\0\0\x7f\x7f\x7f" + bytes(4086), 1000, 2000) == "mp3"


def test_an_empty_file_is_rejected_as_empty() -> None:
    assert refusal(b"", size=0) == "empty"


def test_a_file_over_the_limit_is_rejected_as_too_large() -> None:
    assert refusal(b"\x1aE\xdf\xa3", size=2001) == "too_large"


def test_a_file_at_the_limit_is_accepted() -> None:
    assert accept(b"\x1aE\xdf\xa3", 2000, 2000) == "matroska"


@pytest.mark.parametrize("head", [b"%PDF-1.7", b"PK\x03\x04", b"hello", bytes(4096)])
def test_what_is_no_media_is_an_unknown_container(head: bytes) -> None:
    assert refusal(head) == "unknown_container"


def test_a_refusal_says_what_the_file_looks_like() -> None:
    with pytest.raises(Rejected, match="a PDF document, no video, sound or picture"):
        accept(b"%PDF-1.7", 1000, 2000)


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP"])
def test_a_picture_is_told_by_its_first_bytes(head: bytes) -> None:
    assert is_picture(head, 100_000_000)
    with pytest.raises(Rejected, match="too_large: The picture has 100,000,001 bytes"):
        is_picture(head, 100_000_001)


@pytest.mark.parametrize(
    "head", [b"<!---->" * 585, b" " * HEAD_BYTES, b"<?xml>\n" * 585, b"<!--" * 1024, b"<!-- -->\n" * 400 + b"<MP"]
)
def test_what_might_become_a_playlist_is_judged_in_time(head: bytes) -> None:
    """Fifty comments would take years, and blanks took a third of a second."""
    with within(0.1):
        assert refusal(head) == "unknown_container"


@pytest.mark.parametrize("before", [b"", b"<?xml version='1.0'?>", b"\n<!-- a --> <!-- b -->\n", b"\xef\xbb\xbf \n", b"<!-- -->"])
def test_a_playlist_is_known_behind_whatever_may_stand_before_it(before: bytes) -> None:
    assert refusal(before + b"<MPD ") == "playlist_not_media"


@given(st.binary(min_size=1, max_size=HEAD_BYTES))
def test_any_bytes_are_accepted_or_rejected(head: bytes) -> None:
    assert outcome(head) in {*get_args(Demuxer), "playlist_not_media", "unknown_container"}
