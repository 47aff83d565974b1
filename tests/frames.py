"""Reading back what a test clip carries: the number drawn on each frame, and when the beeps begin.

The number stands in a row along the top of the picture as displayed: 16 blocks of equal width, the first the highest bit, white for
1. The row is a twelfth of the picture high.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from functions.transcode.binaries import find_tools
from tests.media import BLOCK_SHARE, BLOCKS

DARK, LIGHT = 90, 165  # of 255: between them a block is neither
SOUND_HZ = 48_000


class Unreadable(ValueError):  # noqa: N818  # names the frame
    """A block that is neither black nor white."""


def numbers(source: str | Path, *options: str) -> list[int]:
    """Decode the first picture of a file or playlist and read every frame's number. `options` stand before the input."""
    row = f"crop=iw:ih/{BLOCK_SHARE}*3/5:0:ih/{BLOCK_SHARE}/5,scale={BLOCKS}*8:8:flags=area,format=gray"
    shown = decoded(source, options, "-map", "0:v:0", "-vf", row, "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    rows = np.frombuffer(shown, np.uint8).reshape(-1, 8, BLOCKS, 8)
    return [read_blocks(blocks, place) for place, blocks in enumerate(rows[:, 2:6, :, 2:6].mean(axis=(1, 3)))]


def read_blocks(blocks: Sequence[float] | np.ndarray, place: int = 0) -> int:
    """Read a number from the mean lightness of its blocks (0 to 255); Unreadable when one is grey."""
    for block in blocks:
        if DARK < block < LIGHT:
            raise Unreadable(f"frame {place} has a block of lightness {block:.0f}: {[round(float(b)) for b in blocks]}")
    return sum(1 << (BLOCKS - 1 - bit) for bit, block in enumerate(blocks) if block > LIGHT - 1)


def beeps(source: str | Path, *options: str) -> list[float]:
    """Decode the first sound and give the times at which beeps begin, in seconds, to about a millisecond."""
    sound = decoded(source, options, "-map", "0:a:0", "-ac", "1", "-ar", str(SOUND_HZ), "-f", "f32le", "-")
    loud = np.abs(np.frombuffer(sound, np.float32)) > 0.1  # a fifth of the beep's amplitude
    places = np.flatnonzero(loud)
    if not len(places):
        return []
    first = np.r_[True, np.diff(places) > SOUND_HZ // 2]  # half a second of silence lies before each
    return [float(place) / SOUND_HZ for place in places[first]]


def decoded(source: str | Path, options: Sequence[str], *outputs: str) -> bytes:
    """Run the packaged decoder; whatever it warns of is an error."""
    argv = [str(find_tools().ffmpeg), "-v", "warning", "-nostdin", *options, "-i", str(source), *outputs]
    done = subprocess.run(argv, capture_output=True, check=True, timeout=600)
    if done.stderr:
        raise Warned(done.stderr.decode(errors="replace"))
    return done.stdout


class Warned(AssertionError):  # noqa: N818  # carries the decoder's words
    """The decoder found something worth a warning."""
