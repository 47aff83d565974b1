"""How a file is cut into the parts of a multipart upload, and whether all of them are there. PURE.

Numbers and sizes are those of Amazon S3 (User Guide, "Amazon S3 multipart upload limits"): parts are numbered from 1, at most
10,000, each but the last of at least 5 MiB.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.common.model import Item

LEAST_PART: Final = 16 * 1024**2  # bytes; a request for each 5 MiB costs more time than it saves
MOST_PARTS: Final = 9_000  # a tenth below S3's limit
MOST_SIGNED: Final = 100  # addresses in one answer: 50 kB


@dataclass(frozen=True)
class Part:
    """A part that the store holds, or that its sender says it holds. `etag` without quotes; `size` in bytes."""

    number: int
    etag: str
    size: int


def part_size(file_size: int) -> int:
    """Give the size of every part but the last, in bytes."""
    return max(LEAST_PART, -(-file_size // MOST_PARTS))


def part_count(item: Item) -> int:
    """Tell into how many parts a file is cut."""
    return max(1, -(-item.file_size // item.part_size))


def part_length(item: Item, number: int) -> int:
    """Give the exact length of one part, in bytes."""
    return min(item.part_size, item.file_size - (number - 1) * item.part_size)


def wanting(item: Item, claimed: Mapping[int, str], arrived: Sequence[Part]) -> tuple[int, ...]:
    """Name the parts that are not in the store as their sender says: absent, of another length, or of other bytes."""
    there = {part.number: part for part in arrived}

    def right(number: int) -> bool:
        part = there.get(number)
        return part is not None and part.size == part_length(item, number) and part.etag == claimed.get(number)

    return tuple(number for number in range(1, part_count(item) + 1) if not right(number))


def whole_etag(etags: Sequence[str]) -> str:
    """Give the ETag of an object made of such parts: the MD5 of their MD5s, and their number.

    S3 documents it for objects that are not encrypted by KMS (User Guide, "Checking object integrity", "Using part-level
    checksums for multipart uploads"); the inbox is not.
    """
    joined = b"".join(bytes.fromhex(etag) for etag in etags)
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(etags)}"
