"""`reel` as a program, in an environment of the test's own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # JSON
        """Read what a program reads."""
        return json.loads(self.out)


type Runs = Callable[..., Ended]


def start(home: Path, folder: Path, environment: Mapping[str, str], *arguments: object) -> subprocess.Popen[bytes]:
    """Start the command."""
    ours = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), **environment}
    argv = [sys.executable, "-P", "-m", "client.reel", *map(str, arguments)]
    return subprocess.Popen(argv, cwd=folder, env=ours, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def runs(home: Path, folder: Path, environment: Mapping[str, str]) -> Runs:
    """Give what runs the command in a folder that is not the checkout's; `typed` is its standard input."""

    def run(*arguments: object, typed: bytes = b"", **more: str) -> Ended:
        child = start(home, folder, {**environment, **more}, *arguments)
        out, err = child.communicate(typed)
        return Ended(child.returncode, out.decode(), err.decode())

    return run
