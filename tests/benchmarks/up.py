"""How long a newcomer waits for the first video, and what the idle stack holds in memory."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import psutil

from infra.local.places import ROOT, TOOLS
from tests.benchmarks.figures import Figure, timed

CLONE = TOOLS / "bench" / "clone"
SETTLING_S = 30  # after the sample is encoded: its last functions end, and the collectors of garbage run
PATIENCE_S = 240
MIB = 1024 * 1024


def measure() -> list[Figure]:
    """Clone the last commit and start it, with the packages in the caches of uv and npm; start it again; weigh it; stop it."""
    shutil.rmtree(CLONE, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, CLONE], check=True)
    try:
        with timed() as first:
            _make("up")
        with timed() as again:
            _make("up")
        emulator, functions, environments = _memory()
    finally:
        _make("down")
        shutil.rmtree(CLONE)
    return [
        Figure("up_s", first.seconds, "s from a clone to a video that plays, packages cached", most=60),
        Figure("up_again_s", again.seconds, "s for `make up` on a running stack", most=10),
        Figure("idle_mb", emulator, "MiB resident in LocalStack after deployment and one video", most=700),
        Figure("functions_mb", functions, "MiB in the functions' environments beside it, shared pages divided"),
        Figure("functions_environments", environments, "environments that were kept warm"),
    ]


def _make(target: str) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("REEL_", "SEED", "MAKE", "MFLAGS"))}
    subprocess.run(["make", "--silent", target], cwd=CLONE, env={**ours, "REEL_PORT": "0"}, check=True)


def _memory() -> tuple[float, float, int]:
    """Give MiB in LocalStack, MiB in its children, and their number, once nothing is encoded any more."""
    emulator = psutil.Process(json.loads((CLONE / ".local" / "emulator.json").read_text())["pid"])
    _await_idle(emulator)
    functions = [child for child in emulator.children(recursive=True) if "awslambdaric" in " ".join(child.cmdline())]
    return emulator.memory_info().rss / MIB, sum(child.memory_full_info().pss for child in functions) / MIB, len(functions)


def _await_idle(emulator: psutil.Process) -> None:
    deadline = time.monotonic() + PATIENCE_S
    quiet_since = time.monotonic()
    while time.monotonic() < min(quiet_since + SETTLING_S, deadline):
        if any(Path(child.name()).name.startswith("ffmpeg") for child in emulator.children(recursive=True)):
            quiet_since = time.monotonic()
        time.sleep(1)
