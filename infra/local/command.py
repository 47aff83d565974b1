"""Runs other programs: quiet while they succeed, with their last words when they fail."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

LAST_LINES = 30  # of a failed program's output: enough for its error, still one screen


class LocalError(Exception):
    """Something on this machine is not as it must be; the text says what, and what to do."""


def say(text: str) -> None:
    """Tell in one line what is being done, at once."""
    print(text, flush=True)  # noqa: T201 - this is a command-line tool


def run(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, hint: str = "", shown: bool = False) -> str:
    """Run a program to its end and give its standard output; LocalError names the program and ends with ``hint``.

    With ``shown`` the program writes to the terminal itself, and nothing is given.
    """
    try:
        done = subprocess.run(argv, cwd=cwd, env=env, capture_output=not shown, text=True, check=False)
    except FileNotFoundError as absent:
        raise LocalError(f"{argv[0]} was not found. {hint}") from absent
    if done.returncode and shown:
        raise LocalError(f"{Path(argv[0]).name} {argv[1]} failed with status {done.returncode}. {hint}".strip())
    if done.returncode:
        last = "\n".join(f"{done.stdout}\n{done.stderr}".strip().splitlines()[-LAST_LINES:])
        message = f"{' '.join(map(str, argv))} failed with status {done.returncode}:\n{last}\n{hint}"
        raise LocalError(message.strip())
    return done.stdout or ""


def end_with(error: Exception) -> None:
    """End the program with a sentence instead of a traceback."""
    sys.exit(f"error: {error}")
