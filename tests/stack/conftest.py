"""What stack tests share."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.stack.library import Library

ROOT = Path(__file__).parents[2]


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


@pytest.fixture(scope="session")
def library(stack: Stack) -> Library:
    """Give a person's clients for the stack."""
    return Library.of(stack)


@pytest.fixture
def reel(library: Library, tmp_path: Path) -> Runs:
    """Run `reel` for the stack, in a folder of its own."""
    library.stack.write(tmp_path / "stack.json")

    def run(*arguments: object, **environment: str) -> Ended:
        ours = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "REEL_LOCAL": str(tmp_path)}
        argv = [sys.executable, "-P", "-m", "client.reel", *map(str, arguments)]
        done = subprocess.run(argv, cwd=tmp_path, env=ours | environment, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
