"""What encoders cost. PURE."""

from typing import Final

from functions.common.model import VideoCodec

# How hard each encoder may try, and the CPU time that it takes, of x264 veryfast's: `python -m tests.benchmarks efforts`.
EFFORTS: Final[dict[VideoCodec, dict[str, float]]] = {
    "h264": {"veryfast": 1.0, "faster": 1.2, "medium": 1.9, "slow": 2.7},
    "hevc": {"ultrafast": 1.3, "superfast": 1.8, "veryfast": 2.4, "fast": 2.9, "medium": 4.1},
    "av1": {"12": 0.7, "10": 0.8, "8": 1.5, "6": 3.3},
    "vp9": {"8": 0.8, "5": 7.2},
}
