"""Which files a person means: those that are named, those in a folder, and standard input."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .failures import Misused
from .sending import EXTENSIONS, PICTURES

STDIN: Final = "-"


@contextmanager
def gathered(files: Sequence[Path], name: str | None) -> Iterator[list[Path]]:
    """Give the files, with those of folders, and what comes from standard input as a file of that name."""
    paths = [path for file in files for path in _within(file)]
    if Path(STDIN) not in files:
        yield paths
        return
    if not name:
        raise Misused("What comes from standard input needs a name: --name talk.mp4")
    with tempfile.TemporaryDirectory(prefix="reel-") as folder:
        spool = Path(folder) / Path(name).name
        with spool.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield [spool if path == Path(STDIN) else path for path in paths]


def _within(path: Path) -> list[Path]:
    """Give a file, or the videos, sounds and pictures of a folder. Raises Misused for a folder without any.

    A picture that is called as a video or a sound beside it is its poster, and not sent for its own sake.
    """
    if not path.is_dir():
        return [path]
    found = sorted(inner for inner in path.rglob("*") if inner.is_file() and inner.suffix.lower().lstrip(".") in EXTENSIONS)
    films = {inner.with_suffix("") for inner in found if not _pictured(inner)}
    found = [inner for inner in found if not (_pictured(inner) and inner.with_suffix("") in films)]
    if not found:
        raise Misused(
            f"There is no video, no sound and no picture in {path}. It is told by the extension: {', '.join(EXTENSIONS)}."
        )
    return found


def _pictured(path: Path) -> bool:
    return path.suffix.lower().lstrip(".") in PICTURES
