"""The process door with a meter: what each command took."""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from functions.common.process import Finished, Limits


@dataclass(frozen=True)
class Taken:
    """What a command took: CPU seconds, bytes of memory at its peak, bytes of files in the end."""

    cpu_s: float
    memory: int
    scratch: int


@dataclass(frozen=True)
class Meter:
    """Runs commands, and keeps what each took."""

    taken: list[Taken] = field(default_factory=list)

    def run(self, argv: Sequence[str], limits: Limits, folder: Path, *, on_line: Callable[[bytes], None] | None) -> Finished:
        """Run a command as the process door does, without its limits, which a benchmark does not reach."""
        del limits, on_line
        return self.command(argv, folder)

    def command(self, argv: Sequence[str], folder: Path) -> Finished:
        """Run a command in a folder. Its output goes to files beside the folder, since a pipe would have to be read meanwhile."""
        said, told = folder.with_suffix(".out"), folder.with_suffix(".err")
        with said.open("wb") as stdout, told.open("wb") as stderr:
            child = subprocess.Popen(argv, cwd=folder, stdout=stdout, stderr=stderr, env={**os.environ, "SVT_LOG": "1"})
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        scratch = sum(path.stat().st_size for path in folder.iterdir())
        self.taken.append(Taken(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, scratch))
        done = Finished(child.returncode, said.read_bytes(), told.read_text(errors="replace"))
        said.unlink()
        told.unlink()
        return done

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all commands."""
        return sum(taken.cpu_s for taken in self.taken)
