"""Is it ours to take? The first bytes decide, and choose the one demuxer that will ever read the file. PURE.

A demuxer is pinned for ffmpeg with `-f`, and none of this list opens another file or URL that its input names. So a playlist
or a concat script that is called `talk.mp4` cannot make us read anything else, whatever its first bytes are.
"""

import re
from collections.abc import Callable
from typing import Final, Literal

from functions.common import pictures
from functions.common.errors import Rejected

HEAD_BYTES: Final = 4096
SoundDemuxer = Literal["mp3", "wav", "flac", "aac", "aiff", "caf", "w64", "au", "amr", "ac3", "eac3"]
Demuxer = Literal["mov", "matroska", "mpegts", "avi", "flv", "mpeg", "asf", "ogg", "mxf", "gif", SoundDemuxer]

_MOV_BOXES: Final = frozenset((b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx", b"moof"))
_ASF_HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")  # ASF specification 1.20, 10.1
_MXF_PARTITION: Final = bytes.fromhex("060e2b34020501010d0102010102")  # SMPTE ST 377-1, 6.2
_WAVE64: Final = bytes.fromhex("726966662e91cf11a5d628db04c10000")  # Sonic Foundry, Wave64, 1.3
_AC3: Final = 0x0B77
_AC3_LAST: Final = 10  # bit stream identifications up to that are AC-3's, then E-AC-3's (ETSI TS 102 366, E.1.3.1.6) up to
_EAC3_LAST: Final = 16
_ADTS_MASK: Final = 0xFFF600
_ADTS: Final = 0xFFF000
_SYNC: Final = 0xFFE000
_RESERVED: Final = ((0x1800, 0x0800), (0x0600, 0), (0xF0, 0xF0), (0x0C, 0x0C))  # version, layer, bit rate, sampling rate
_PLAYLIST: Final = re.compile(  # nothing is tried twice (`*+`, `(?>`): fifty comments in a row would take years
    rb"(\xef\xbb\xbf)?\s*+(#EXTM3U|ffconcat version|\[playlist\]|\[reference\]|<asx|v=0\r?\n|file ['\"/]"
    rb"|(?><\?xml[^>]*>|<!--.*?-->|\s)*+<(MPD|SmoothStreamingMedia|smil)\b)",
    re.IGNORECASE | re.DOTALL,
)
_LOOKS_LIKE: Final[dict[bytes, str]] = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"<": "a web page or XML text",
    b"{": "JSON text",
}


def is_picture(head: bytes, size: int) -> bool:
    """Tell whether a file of `size` bytes that begins so is a picture. Raises Rejected (`too_large`)."""
    found = pictures.kind(head) is not None
    if found and size > pictures.MAX_BYTES:
        raise Rejected("too_large", f"The picture has {size:,} bytes; at most {pictures.MAX_BYTES:,} are accepted.")
    return found


def accept(head: bytes, size: int, max_bytes: int) -> Demuxer:
    """Choose the demuxer by the first `HEAD_BYTES` of a file of `size` bytes.

    Raises Rejected: `empty`, `too_large`, `playlist_not_media` or `unknown_container`.
    """
    if not size or not head:
        raise Rejected("empty", "The file is empty.")
    if size > max_bytes:
        raise Rejected("too_large", f"The file has {size:,} bytes; at most {max_bytes:,} are accepted.")
    for demuxer, fits in _SIGNS.items():
        if fits(head):
            return demuxer
    if _PLAYLIST.match(head):
        raise Rejected("playlist_not_media", "The file is a playlist, a text that names other files, not media itself.")
    raise Rejected("unknown_container", f"The file is {_resemblance(head)}.")


def _resemblance(head: bytes) -> str:
    for start, name in _LOOKS_LIKE.items():
        if head.startswith(start):
            return f"{name}, no video, sound or picture"
    return "of no video, audio or picture format that is known here"


def _mov(head: bytes) -> bool:
    return head[4:8] in _MOV_BOXES


def _mpegts(head: bytes) -> bool:
    """Find the sync byte 0x47 once per packet: 188 bytes, 192 with time code (M2TS), 204 with error correction."""
    return any(
        len(every) > 1 and set(every) == {0x47}
        for packet, first in ((188, 0), (192, 4), (204, 0))
        for every in [head[first::packet]]
    )


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == kind


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _past_id3(head: bytes) -> bytes:
    """Skip an ID3v2 tag (id3.org, ID3v2.4.0, 3.1: four bytes of seven bits each); empty when it fills the head."""
    if not head.startswith(b"ID3"):
        return head
    length = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
    return head[10 + length :]


def _adts(head: bytes) -> bool:
    """Recognise AAC in ADTS (ISO/IEC 13818-7, 6.2.1): twelve bits of sync, and layer 0."""
    return int.from_bytes(_past_id3(head)[:3]) & _ADTS_MASK == _ADTS


def _ac3(first: int, last: int) -> Callable[[bytes], bool]:
    """Recognise AC-3 by its sync word and its bit stream's identification (ETSI TS 102 366, 4.3 and E.1.2.2)."""
    return lambda head: int.from_bytes(head[:2]) == _AC3 and first <= int.from_bytes(head[5:6]) >> 3 <= last


def _mp3(head: bytes) -> bool:
    """Recognise MPEG audio (ISO/IEC 11172-3, 2.4.1.3): eleven bits of sync, and nothing reserved."""
    first = _past_id3(head)
    if not first:
        return True  # a tag with a large picture fills the head; what follows is MP3 nearly always
    bits = int.from_bytes(first[:3])
    return bits & _SYNC == _SYNC and all(bits & mask != value for mask, value in _RESERVED)


_SIGNS: Final[dict[Demuxer, Callable[[bytes], bool]]] = {
    "matroska": _starts(b"\x1aE\xdf\xa3"),
    "mov": _mov,
    "avi": _riff(b"AVI "),
    "wav": _riff(b"WAVE"),
    "flv": _starts(b"FLV\x01"),
    "mpeg": _starts(b"\x00\x00\x01\xba"),
    "asf": _starts(_ASF_HEADER),
    "ogg": _starts(b"OggS"),
    "mxf": _starts(_MXF_PARTITION),
    "gif": _starts(b"GIF87a", b"GIF89a"),
    "flac": lambda head: _past_id3(head).startswith(b"fLaC"),
    "aiff": lambda head: head.startswith(b"FORM") and head[8:12] in {b"AIFF", b"AIFC"},
    "caf": _starts(b"caff"),
    "w64": _starts(_WAVE64),
    "au": _starts(b".snd"),
    "amr": _starts(b"#!AMR\n", b"#!AMR-WB\n"),
    "ac3": _ac3(1, _AC3_LAST),
    "eac3": _ac3(_AC3_LAST + 1, _EAC3_LAST),
    "mpegts": _mpegts,
    "aac": _adts,
    "mp3": _mp3,
}
