"""Items' ids: their order is that of a list, newest first. PURE."""

from typing import Final

MOST_MS: Final = 2**48 - 1  # of the year 10889
CHANCE_BITS: Final = 74  # what an id holds beside its time: nobody guesses one


def item_id(now_ms: int, chance: int) -> str:
    """Name an item that is created now: a UUID of version 8 (RFC 9562, section 5.8).

    Its first 48 bits are the time, counted down, so that a LIST of the store, which only goes upwards, begins with the newest.
    `now_ms` since 1970; `chance` is a random number of CHANCE_BITS bits.
    """
    high, low = divmod(chance, 2**62)
    text = f"{(MOST_MS - now_ms) << 80 | 8 << 76 | high << 64 | 2 << 62 | low:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
