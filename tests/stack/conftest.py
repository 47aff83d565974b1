"""What stack tests share."""

from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.command import Runs, runs
from tests.stack.library import Library


@pytest.fixture(scope="session")
def library(stack: Stack) -> Library:
    """Give a person's clients for the stack."""
    return Library.of(stack)


@pytest.fixture
def reel(library: Library, tmp_path: Path) -> Runs:
    """Run `reel` for the stack, in a folder of its own."""
    library.stack.write(tmp_path / "stack.json")
    return runs(tmp_path, tmp_path, {"REEL_LOCAL": str(tmp_path)})
