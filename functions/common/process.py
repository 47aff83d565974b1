"""The one door through which another program is run. EFFECT.

A stranger's file is decoded by a large C program, so it runs with limits, without credentials, in a session of its own that
is killed whole when the time is over and when the call ends. What it says of URLs is kept from everyone: a presigned URL is a
secret, and ffmpeg prints it with its token.
"""

import ctypes
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from functions.common.launch import NOT_STARTED

STDERR_BYTES: Final = 16_384  # the end says what went wrong; a broken file can print gigabytes before
FOLDER_PREFIX: Final = "reelbucket-"
FORGOTTEN_S: Final = 3600  # four times the longest call
PR_SET_DUMPABLE: Final = 4  # linux/prctl.h
_LAUNCHER: Final = Path(__file__).with_name("launch.py")
_SECRET: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"]+|x-amz-[a-z-]+=[^\s'\"]*", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """What a program may use.

    `memory_bytes` is address space, of which each thread of a glibc program reserves some 70 MB; `file_bytes` is for each file
    it writes; `cpu_s` is user and system time of all its threads. `nice` is how far it stands back where processors are shared.
    """

    wall_s: float
    memory_bytes: int
    file_bytes: int
    stdout_bytes: int = 1_000_000
    cpu_s: int | None = None
    nice: int = 0


@dataclass(frozen=True)
class Finished:
    """How a program ended: `code` is negative for a signal, `stderr` the last 16 kB without URLs."""

    code: int
    stdout: bytes
    stderr: str


class TimedOut(Exception):  # noqa: N818  # names the limit that was reached
    """The program was killed because its time was over: the wall clock's, or as OutOfCpu its own."""


class OutOfCpu(TimedOut):
    """The program was killed because its CPU time was over: it was not waiting for anybody."""


class TooMuchOutput(Exception):  # noqa: N818  # names the limit that was reached
    """The program was killed because it wrote more than its limit, to stdout or into a file."""


class NotStarted(Exception):  # noqa: N818  # names what did not happen
    """The program is not there or cannot be run: a fault of the installation, never of the input."""


def run(argv: Sequence[str], limits: Limits, folder: Path, *, on_line: Callable[[bytes], None] | None = None) -> Finished:
    """Run a program in `folder` and wait for it; `on_line` is given each line of stdout, without its end, which is then not kept.

    `argv[0]` is an absolute path. Running out of memory shows as a code other than 0 only.
    Raises TimedOut, TooMuchOutput, NotStarted, and whatever `on_line` raises; the program is then dead.
    """
    child = _start(argv, limits, folder)
    try:
        output = _listen(child, limits, on_line)
    finally:
        _end(child)
    return _finished(argv, limits, child.returncode, output)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give an empty folder that only we can enter, and remove it and all in it in the end.

    What a killed call has left is removed at the next one: Lambda keeps /tmp from call to call.
    """
    for old in Path(tempfile.gettempdir()).glob(FOLDER_PREFIX + "*"):
        with suppress(FileNotFoundError):  # another call removes it too
            if time.time() - old.stat().st_mtime > FORGOTTEN_S:
                shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        yield Path(folder)


def harden() -> None:
    """Let no child of the same user read this process's memory or environment. Call once, before the first child."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl PR_SET_DUMPABLE")


def redact(text: str) -> str:
    """Take URLs, and parts of presigned ones, out of a program's words."""
    return _SECRET.sub("<url>", text)


def _start(argv: Sequence[str], limits: Limits, folder: Path) -> subprocess.Popen[bytes]:
    figures = (os.getpid(), limits.cpu_s or 0, limits.memory_bytes, limits.file_bytes, limits.nice)
    return subprocess.Popen(  # a list, never a shell
        [sys.executable, "-I", "-S", str(_LAUNCHER), *map(str, figures), *argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=folder,
        env=_environment(folder),
        umask=0o077,
        start_new_session=True,  # one process group, so that all of it can be killed
    )


def _environment(folder: Path) -> dict[str, str]:
    """Give a child all that it needs and nothing of ours: no credentials, no PATH."""
    kept = {name: os.environ[name] for name in ["LD_LIBRARY_PATH"] if name in os.environ}  # Lambda's Python needs it
    # SVT_LOG: the AV1 encoder would fill stderr with its settings
    return kept | {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "SVT_LOG": "1"}


@dataclass
class _Output:
    """What the program has said so far."""

    limit: int
    on_line: Callable[[bytes], None] | None
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    stderr_cut: bool = False

    def take_stdout(self, piece: bytes) -> None:
        self.stdout += piece
        while self.on_line and (end := self.stdout.find(b"\n")) >= 0:
            line = bytes(self.stdout[:end])
            del self.stdout[: end + 1]
            self.on_line(line)
        if len(self.stdout) > self.limit:
            raise TooMuchOutput(f"more than {self.limit} bytes on stdout")

    def take_stderr(self, piece: bytes) -> None:
        self.stderr += piece
        if len(self.stderr) > STDERR_BYTES:
            del self.stderr[:-STDERR_BYTES]
            self.stderr_cut = True

    def words(self) -> str:
        text = self.stderr.decode(errors="replace")
        return redact(re.sub(r"^\S*", "", text) if self.stderr_cut else text)  # the first word may be half a URL


def _listen(child: subprocess.Popen[bytes], limits: Limits, on_line: Callable[[bytes], None] | None) -> _Output:
    """Read both pipes until the program has ended; what it started may hold them open for longer."""
    output = _Output(limits.stdout_bytes, on_line)
    deadline = time.monotonic() + limits.wall_s
    with selectors.DefaultSelector() as selector, os.fdopen(os.pidfd_open(child.pid), "rb") as ended:
        selector.register(ended, selectors.EVENT_READ)
        for pipe, take in ((child.stdout, output.take_stdout), (child.stderr, output.take_stderr)):
            if pipe:
                selector.register(pipe, selectors.EVENT_READ, take)
        while selector.get_map():
            alive = ended in selector.get_map()
            ready = selector.select(max(0.0, deadline - time.monotonic()) if alive else 0)
            if time.monotonic() > deadline:
                raise TimedOut(f"not done after {limits.wall_s:g} s")
            if not ready and not alive:
                break
            for key, _ in ready:
                piece = os.read(key.fd, 65_536) if key.data else b""
                if piece:
                    key.data(piece)
                else:
                    selector.unregister(key.fileobj)
    return output


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the whole group, then collect its leader: in this order, for until then its number cannot be another's."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe:
            pipe.close()


def _finished(argv: Sequence[str], limits: Limits, code: int, output: _Output) -> Finished:
    if code == NOT_STARTED:
        raise NotStarted(f"{argv[0]}: {output.words()}")
    if code == -signal.SIGXCPU:
        raise OutOfCpu(f"not done after {limits.cpu_s} s of CPU time")
    if code == -signal.SIGXFSZ:
        raise TooMuchOutput(f"a file of more than {limits.file_bytes} bytes")
    return Finished(code, bytes(output.stdout), output.words())
