"""Ends the function processes of an emulator that cannot end them any more."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from infra.local.places import Places


def end_functions(places: Places) -> None:
    """Kill what an emulator's functions have left running.

    Each function leads a session that the executor has noted in ``run/processes``, and works below ``run``. Both must
    hold: after a restart of the machine a session of that number may be anybody's, and a shell in ``run`` is yours.
    """
    sessions = {int(entry.name) for entry in (places.run / "processes").glob("[0-9]*")}
    for process in _members(sessions) if sessions else ():
        if _works_below(process, places.run):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def _members(sessions: set[int]) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(process.pid) in sessions:
                yield process


def _works_below(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False
