"""The boxes of ISO/IEC 14496-12 (4.2): size, kind, content. PURE."""

from collections.abc import Iterator
from struct import error, unpack_from
from typing import Final, NamedTuple

_SIZED_64: Final = 1  # a size of 1 means that the true one follows the kind (4.2.2)


class Box(NamedTuple):
    """Where a box lies: it begins at `start`, what is in it at `inside`, and it ends before `end`."""

    kind: str
    start: int
    inside: int
    end: int


def boxes(body: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Walk the boxes that lie side by side. Raises ValueError for one that does not fit."""
    limit = len(body) if end is None else end
    while start < limit:
        header = 8
        try:
            size, kind = unpack_from(">I4s", body, start)
            if size == _SIZED_64:
                (size,), header = unpack_from(">Q", body, start + 8), 16
        except error as short:
            raise ValueError(f"{limit - start} bytes at {start} are no box") from short
        if size < header or start + size > limit:
            raise ValueError(f"the box {kind!r} at {start} has {size} bytes and does not fit")
        yield Box(kind.decode("latin-1"), start, start + header, start + size)
        start += size


def inner(body: bytes | bytearray, box: Box, kind: str) -> Box:
    """Find the first box of a kind inside another. Raises ValueError when there is none."""
    found = next((child for child in boxes(body, box.inside, box.end) if child.kind == kind), None)
    if found is None:
        raise ValueError(f"there is no {kind} in {box.kind}")
    return found


def descend(body: bytes | bytearray, *path: str) -> Box:
    """Find a box by the kinds on the way to it."""
    box = Box("the file", 0, 0, len(body))
    for kind in path:
        box = inner(body, box, kind)
    return box
