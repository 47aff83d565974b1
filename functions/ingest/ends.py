"""Whether a file was written to its end, of the containers whose demuxers do not say. PURE.

The length that a header tells of a recording that was broken off is wrong.
"""

from collections.abc import Callable, Mapping
from typing import Final

from functions.ingest.accept import Demuxer

TAIL_BYTES: Final = 1_000_000  # has MXF's last partition, whose index may have some 100 kB
_UNWRITTEN: Final = (b"\0\0\0\0", b"\xff\xff\xff\xff")  # what stands there until the end is known
_MXF_ENDS: Final = tuple(bytes.fromhex("060e2b34020501010d01020101" + kind) for kind in ("04", "11"))  # SMPTE ST 377-1, 6.2, 11.1
_FLV_TAGS: Final = (8, 9, 18)  # sound, picture, words (Video File Format Specification 10.1, E.4.1)
_FLV_HEAD: Final = 11  # bytes of a tag before its data


def unwritten(demuxer: Demuxer, head: bytes) -> bool:
    """Tell whether nobody came back to write how long a file is: an AVI that was made in a pipe, of which ffmpeg guesses."""
    return demuxer == "avi" and head[4:8] in _UNWRITTEN


def _flv(tail: bytes) -> bool:
    """Look for the last tag by its length, which stands behind it."""
    length = int.from_bytes(tail[-4:])
    tag = tail[-4 - length :]
    return not (tag and tag[0] & 0x1F in _FLV_TAGS and int.from_bytes(tag[1:4]) + _FLV_HEAD == length)


def _mxf(tail: bytes) -> bool:
    """Look for the footer, or for the list of partitions behind it."""
    return not any(sign in tail for sign in _MXF_ENDS)


# Whether a file that ends with these bytes is cut off.
CUT_OFF: Final[Mapping[Demuxer, Callable[[bytes], bool]]] = {"flv": _flv, "mxf": _mxf}
