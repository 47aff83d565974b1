"""How long a worker will need, and so how long its order may take. PURE."""

from collections.abc import Sequence
from math import ceil
from typing import Final

from functions.common.efforts import EFFORTS
from functions.common.model import Rung
from functions.common.orders import LONGEST_S

# Measured on 1080p30 in four rungs, x264 veryfast: 1.74 CPU s a source second, of which 0.12 (H.264) to 0.17 (HEVC, 10 bit)
# decode; tone mapping 0.39. Per million pixels decoded, encoded by x264 veryfast, and mapped:
DECODE_S: Final = 0.003
ENCODE_S: Final = 0.0155
TONE_MAP_S: Final = 0.0063
AUDIO_S: Final = 0.006  # CPU s a source second and channel, AAC-LC
CORES: Final = 1.6  # of 3,008 MB, which rungs share: an encoder has one thread
START_S: Final = 5.0  # cold start, first bytes, upload
READING: Final = 20  # a whole file is read at 20 times its speed: 40 Mbit/s at 100 MB/s
MARGIN: Final = 4  # repeats with a longer pre-roll, hard pictures, a slow neighbour
SHORTEST_S: Final = 60


def deadline(estimate_s: float) -> int:
    """Allow four times the estimate, within what a function can give."""
    return min(LONGEST_S, max(SHORTEST_S, ceil(MARGIN * estimate_s)))


def fits(estimate_s: float) -> bool:
    """Tell whether a function can give four times the estimate."""
    return MARGIN * estimate_s <= LONGEST_S


def encoding_s(width: int, height: int, transfer: str, ladder: Sequence[Rung], frames: int) -> float:
    """Estimate the wall-clock seconds of a chunk, with its pre-roll's decode left to the margin."""
    mapped = transfer != "sdr" and any(rung.transfer == "sdr" for rung in ladder)
    source = width * height * (DECODE_S + (TONE_MAP_S if mapped else 0))
    made = sum(rung.width * rung.height * EFFORTS[rung.codec][rung.effort] for rung in ladder) * ENCODE_S
    return START_S + frames * (source + made) / 1e6 / min(CORES, len(ladder))


def whole_file_s(length_s: float, channels: int) -> float:
    """Estimate the seconds of reading a whole source and encoding so many channels of it."""
    return START_S + length_s * (1 / READING + channels * AUDIO_S / CORES)
