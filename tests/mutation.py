"""Ways to ruin bytes, at places and by amounts that chance gives."""

import random
from typing import Final


def somewhere(chance: random.Random, body: bytearray) -> int:
    """Choose a place, more often in the headers than behind them."""
    return chance.randrange(min(len(body), 600) if chance.random() < 0.6 else len(body)) if body else 0


def flip(chance: random.Random, body: bytearray) -> None:
    """Turn single bits."""
    for _ in range(chance.choice((1, 3, 30))):
        if body:
            body[somewhere(chance, body)] ^= 1 << chance.randrange(8)


def overwrite(chance: random.Random, body: bytearray) -> None:
    """Put zeros, ones or noise over a piece."""
    begin, length = somewhere(chance, body), chance.choice((1, 4, 64, 1000))
    body[begin : begin + length] = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))


def exaggerate(chance: random.Random, body: bytearray) -> None:
    """Make a field of two, four or eight bytes an extreme."""
    width, order = chance.choice((2, 4, 8)), chance.choice(("big", "little"))
    begin = somewhere(chance, body)
    extreme = chance.choice((0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 1), 2 ** (8 * width) - 1, len(body)))
    body[begin : begin + width] = (extreme % 2 ** (8 * width)).to_bytes(width, order)


def cut(chance: random.Random, body: bytearray) -> None:
    """End early."""
    del body[somewhere(chance, body) :]


def remove(chance: random.Random, body: bytearray) -> None:
    """Leave a piece out."""
    begin = somewhere(chance, body)
    del body[begin : begin + chance.choice((1, 7, 100, 5000))]


def insert(chance: random.Random, body: bytearray) -> None:
    """Put noise in."""
    begin = somewhere(chance, body)
    body[begin:begin] = chance.randbytes(chance.choice((1, 5, 300)))


def repeat(chance: random.Random, body: bytearray) -> None:
    """Say a piece again."""
    begin = somewhere(chance, body)
    piece = body[begin : begin + chance.choice((8, 200, 3000))]
    body[begin:begin] = piece * chance.choice((1, 2, 50))


MUTATIONS: Final = (flip, flip, overwrite, exaggerate, exaggerate, cut, remove, insert, repeat)
