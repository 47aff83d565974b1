"""Whether the file that arrived is the one that was announced. EFFECT: reads it whole, by the reader that it is given."""

import hashlib
from collections.abc import Callable
from typing import Final

from functions.common.ahead import ahead
from functions.common.errors import Rejected

PIECE: Final = 16 * 1024**2  # bytes
AHEAD: Final = 4  # pieces on their way: one connection to S3 gives less than the digest takes
SHOWN: Final = 12  # digits of a checksum, enough to tell two apart

type Read = Callable[[int, int], bytes]


def check(announced: str, size: int, read: Read) -> None:
    """Compare the SHA-512 of a file of `size` bytes. Raises Rejected (`wrong_checksum`)."""
    digest = hashlib.sha512()
    for piece in ahead(lambda at: read(at, min(PIECE, size - at)), range(0, size, PIECE), AHEAD):
        digest.update(piece)
    if digest.hexdigest() != announced:
        begins = f"The SHA-512 of the file that arrived begins with {digest.hexdigest()[:SHOWN]}, that of the announced one"
        raise Rejected("wrong_checksum", f"{begins} with {announced[:SHOWN]}: other bytes arrived than were announced.")
