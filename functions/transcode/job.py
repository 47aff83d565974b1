"""One order under way: its folder, its deadline, and what a command's end means. EFFECT: runs ffmpeg.

A verdict on the input is `Rejected`. Whatever may be the network's, the store's or our own fault is another exception, and the
queue brings the message back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from functions.common import network
from functions.common.errors import Unavailable
from functions.common.model import Order, Receipt, Underway
from functions.common.process import Finished, Limits, TimedOut
from functions.common.store import Write
from functions.transcode import command, objects, outcome
from functions.transcode.binaries import Tools
from functions.transcode.pace import Pace, Tell, length_s
from functions.transcode.reading import Source

FILE_BYTES: Final = 400_000_000  # 16 s of 1080p have 10 MB, four hours of sound 230 MB, a piece of a preview mostly 120 MB
# Address space. 1080p in four rungs was measured at 1.73 GB, of which 0.38 GB were in use; the function has 3 GB of the latter.
MEMORY_BYTES: Final = 6_000_000_000


class Run(Protocol):
    """Runs a program in a folder; `on_line` hears its output."""

    def __call__(self, argv: Sequence[str], limits: Limits, folder: Path, *, on_line: Callable[[bytes], None] | None) -> Finished:
        """Run it to its end."""


class Failed(Exception):  # noqa: N818  # carries ffmpeg's words
    """The encoder failed for a reason that is not the input's."""


class OutOfMemory(Exception):  # noqa: N818  # names the limit that was reached
    """The encoder needs more memory than it may have."""


def _untold(_underway: Underway) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Encoder:
    """What an order is made with. `clock` gives seconds; `protocols` are those by which a source may be read.

    `tell` is told now and then how far an encoder is.
    """

    tools: Tools
    run: Run
    clock: Callable[[], float]
    tell: Tell = _untold
    protocols: str = network.PROTOCOLS
    memory_bytes: int = MEMORY_BYTES

    @property
    def name(self) -> str:
        """Say who makes the same of the same: this build of ffmpeg, led by this code."""
        return f"ffmpeg {self.tools.version} ({self.tools.code})"


@dataclass(frozen=True)
class Made:
    """What came of an order: `receipt` names all of `objects`, whose keys carry the hash of their bytes."""

    objects: tuple[Write, ...]
    receipt: Receipt


@dataclass(frozen=True)
class Job:
    """One order under way. `deadline` is on the encoder's clock."""

    order: Order
    url: str
    folder: Path
    encoder: Encoder
    deadline: float

    @property
    def program(self) -> str:
        """The program that is run."""
        return str(self.encoder.tools.ffmpeg)

    def source(self, demuxer: str) -> Source:
        """Give the order's object, to be read by one demuxer."""
        return Source(self.url, demuxer, self.encoder.protocols, str(self.encoder.tools.ca_file))

    def run(self, argv: Sequence[str]) -> Finished:
        """Run ffmpeg in what is left of the order's time, after taking away what the command before has left."""
        for path in self.folder.iterdir():
            path.unlink()
        done = self.go(argv)
        if done.code and not outcome.blames_input(done.code):
            raise Failed(f"ffmpeg ended with {done.code}: {done.stderr[-500:]}")
        return done

    def go(self, argv: Sequence[str]) -> Finished:
        """Run a program in what is left of the order's time, on what the one before has left."""
        left = self.deadline - self.encoder.clock()
        if left <= 0:
            raise TimedOut(f"not done after {self.order.deadline_s} s")
        limits = Limits(left, self.encoder.memory_bytes, FILE_BYTES, nice=self.order.nice)
        hear = Pace(self.order, self.encoder.clock, self.encoder.tell).hear if length_s(self.order) else None
        done = self.encoder.run(argv, limits, self.folder, on_line=hear)
        if outcome.starved(done.code, done.stderr):
            raise OutOfMemory(f"{argv[0]} ended with {done.code} under a limit of {self.encoder.memory_bytes} bytes")
        if complaint := network.unread(done.stderr):
            raise Unavailable(f"the source could not be read: {complaint}")
        return done

    def read(self, name: str) -> bytes:
        """Read a file that a command has written; nothing where there is none."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else b""

    def made(self, writes: Sequence[Write], receipt: Receipt, maker: str = "") -> Made:
        """Put together what came of the order. `maker`: the program that made it, where that is not ffmpeg."""
        signed = objects.sign(self.order, maker or self.encoder.name, receipt)
        return Made(tuple(dict.fromkeys(writes)), signed)

    def copied(self, size: int) -> bytes:
        """Fetch a whole file of `size` bytes, by the same door and with the same limits as everything else: `command.COPY`."""
        if not size:
            return b""  # a store answers no range of it
        self.run(command.copy(self.program, self.source("data")))
        return self.read(command.COPY)
