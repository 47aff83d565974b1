"""Compiles every requirements .in file into a .txt with versions and hashes: `make lock`.

Versions that are pinned already stay unless the argument ``upgrade`` is given.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from infra.local.command import LocalError, end_with, run, say
from infra.local.places import BIN, REQUIREMENTS, ROOT

COMPILE = (BIN / "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.13", "--generate-hashes")
# No address of an index, and no command line with paths, gets into a committed file.
PLAIN = ("--no-emit-index-url", "--no-emit-find-links", "--no-header")

DEV = REQUIREMENTS / "dev.txt"
LOCALSTACK = REQUIREMENTS / "localstack.in"
# The packages as they were when LocalStack 4.14.0 came out: it names no upper bounds, and newer ones break it.
LOCALSTACK_DATE = "2026-03-01T00:00:00Z"


def listings() -> list[Path]:
    """Give the .in files, the one that binds the versions of the others first."""
    rest = {*REQUIREMENTS.glob("*.in"), *ROOT.glob("functions/*/requirements.in")} - {DEV.with_suffix(".in")}
    return [DEV.with_suffix(".in"), *sorted(rest)]


def options(listing: Path) -> Iterator[str | Path]:
    """Give what one file's compilation needs beside the common options."""
    if listing == LOCALSTACK:
        yield from ("--exclude-newer", LOCALSTACK_DATE)  # and pyproject.toml's [tool.uv]
    else:
        yield "--no-config"
    if listing.parent.parent == ROOT / "functions" or listing.stem == "function":
        yield from ("--constraint", DEV.relative_to(ROOT))  # what runs is what was tested


def compile_listing(listing: Path, *, upgrade: bool) -> None:
    """Write the .txt beside one .in file."""
    name = listing.relative_to(ROOT)
    say(f"lock: {name}")
    more = ("--upgrade",) if upgrade else ()
    run([*COMPILE, *PLAIN, *options(listing), *more, name, "--output-file", name.with_suffix(".txt")], cwd=ROOT)


def main() -> None:
    """Compile all; the argument ``upgrade`` takes the newest versions that fit."""
    try:
        for listing in listings():
            compile_listing(listing, upgrade="upgrade" in sys.argv[1:])
    except LocalError as error:
        end_with(error)


if __name__ == "__main__":
    main()
