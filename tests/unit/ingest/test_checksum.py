import hashlib
import random

import pytest

from functions.common.errors import Rejected
from functions.ingest.checksum import PIECE, SHOWN, check

FILE = random.Random(1).randbytes(5 * PIECE + 3)  # noqa: S311  # the same bytes each time


def read(at: int, length: int) -> bytes:
    return FILE[at : at + length]


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, len(FILE)])
def test_the_bytes_that_were_announced_are_taken(size: int) -> None:
    check(hashlib.sha512(FILE[:size]).hexdigest(), size, read)


@pytest.mark.parametrize("place", [0, PIECE, len(FILE) - 1])
def test_one_flipped_bit_is_found_and_both_sums_are_named(place: int) -> None:
    flipped = FILE[:place] + bytes([FILE[place] ^ 1]) + FILE[place + 1 :]
    announced = hashlib.sha512(flipped).hexdigest()

    with pytest.raises(Rejected, match=announced[:SHOWN]) as refused:
        check(announced, len(FILE), read)
    assert hashlib.sha512(FILE).hexdigest()[:SHOWN] in refused.value.message


def test_never_more_than_some_pieces_are_in_memory() -> None:
    asked: list[int] = []

    def slow(at: int, length: int) -> bytes:
        asked.append(at)
        if at == 0:
            raise ConnectionError
        return bytes(length)

    with pytest.raises(ConnectionError):
        check("", 100 * PIECE, slow)
    assert len(asked) < 10
