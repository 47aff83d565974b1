"""What a player's own reader finds in segments: each sample's time, by ISO/IEC 14496-12, 8.6.1, 8.8.12 and 8.8.8.

Written apart from functions/transcode/segments.py, which it judges: it reads whole tables instead of changing them.
"""

import struct
from collections.abc import Iterator


def children(body: bytes) -> dict[bytes, bytes]:
    """Give what is in the boxes of a box; of several of one kind the last."""
    return dict(_walk(body))


def fragments(body: bytes) -> list[tuple[bytes, bytes]]:
    """Give the content of each moof with that of its mdat."""
    found = list(_walk(body))
    kinds = [kind for kind, _ in found]
    if kinds != [b"moof", b"mdat"] * (len(kinds) // 2):
        raise ValueError(f"{kinds} are no fragments")
    return [(moof, mdat) for (_, moof), (_, mdat) in zip(found[::2], found[1::2], strict=True)]


def number(moof: bytes) -> int:
    """Read a fragment's sequence number."""
    return int(struct.unpack(">II", children(moof)[b"mfhd"])[1])


def samples(moof: bytes) -> list[tuple[int, int]]:
    """Give decoding and composition time of each sample, in ticks."""
    track = children(children(moof)[b"traf"])
    (time,) = struct.unpack(">Q", track[b"tfdt"][4:])
    found = []
    for duration, offset in _run(track[b"tfhd"], track[b"trun"]):
        found.append((time, time + offset))
        time += duration
    return found


def _walk(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    while body:
        size, kind = struct.unpack(">I4s", body[:8])
        yield kind, body[8:size]
        body = body[size:]


def _run(tfhd: bytes, trun: bytes) -> Iterator[tuple[int, int]]:
    version_flags, count = struct.unpack(">II", trun[:8])
    start = 8 + 4 * bool(version_flags & 0x1) + 4 * bool(version_flags & 0x4)
    fields = [flag for flag in (0x100, 0x200, 0x400, 0x800) if version_flags & flag]
    form = {0x100: "I", 0x200: "I", 0x400: "I", 0x800: "i" if version_flags >> 24 else "I"}
    row = struct.Struct(">" + "".join(form[flag] for flag in fields))
    (default,) = struct.unpack(">I", tfhd[8:12])  # the muxer writes no field before it
    for place in range(start, start + count * row.size, row.size) if fields else [start] * count:
        values = row.unpack_from(trun, place)
        found = dict(zip(fields, values, strict=True))
        yield found.get(0x100, default), found.get(0x800, 0)
