"""Tells whether files have changed, by what is in them."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

# What programs leave beside sources, and what is no part of them.
MADE = {"__pycache__", "node_modules", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """Hash names, modes and bytes of files and of all files below folders, and ``more``; an absent file counts as absent."""
    digest = hashlib.sha256()
    for path in sorted(file for given in paths for file in files_below(given)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path} {path.stat().st_mode:o} {content}\n".encode())
    digest.update("\n".join(more).encode())
    return digest.hexdigest()


def files_below(path: Path) -> Iterator[Path]:
    """Give a file itself, or all files below a folder without what was made there."""
    if path.is_file():
        yield path
    elif path.is_dir() and path.name not in MADE:
        for child in path.iterdir():
            yield from files_below(child)


def is_stamped(stamp: Path, mark: str) -> bool:
    """Tell whether the step that owns this stamp was done for the same mark."""
    return stamp.is_file() and stamp.read_text() == mark


def put_stamp(stamp: Path, mark: str) -> None:
    """Remember that a step was done; written last, so that a step which was cut short is done again."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)
