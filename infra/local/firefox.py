"""Gets a Firefox of Debian's or Ubuntu's packages, without root: they are fetched by apt-get and unpacked below .local."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.local.command import LocalError, run
from infra.local.places import TOOLS
from infra.local.setup import Step

ROOT: Final = TOOLS / "firefox-packages"
PACKAGE: Final = "firefox-esr"
DECODER: Final = r"^libavcodec[0-9]+$"  # of ffmpeg: Firefox has no H.264 of its own
PROGRAM: Final = ROOT / "usr" / "lib" / PACKAGE / PACKAGE
HINT: Final = (
    "Firefox is got where apt-get is, and knows the package firefox-esr; if its lists are old, `sudo apt-get update` renews them."
)


def firefox() -> Step:
    """Give the step that unpacks Firefox, ffmpeg's decoders and what of their libraries this machine has not."""
    return Step("fetching Firefox with apt-get, to unpack it into .local", (Path(__file__),), ROOT, PROGRAM, _make)


def environ() -> Mapping[str, str]:
    """Give the environment in which it finds its libraries; its own stand before the machine's."""
    folders = [PROGRAM.parent, *ROOT.glob("usr/lib/*-linux-gnu")]
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders)), "HOME": str(ROOT)}


def _make() -> None:
    if not shutil.which("apt-get"):
        raise LocalError(HINT)
    shutil.rmtree(ROOT, ignore_errors=True)
    archives = ROOT / "archives"
    archives.mkdir(parents=True)
    decoders = run(("apt-cache", "search", "--names-only", DECODER), cwd=archives, hint=HINT).split()
    wished = ("apt-get", "install", "--simulate", "--no-install-recommends", PACKAGE, decoders[0])
    planned = run(wished, cwd=archives, hint=HINT).splitlines()
    names = [line.split()[1] for line in planned if line.startswith("Inst ")]
    run(("apt-get", "download", "--quiet", *names), cwd=archives, hint=HINT)
    for archive in archives.glob("*.deb"):
        run(("dpkg", "--extract", archive, ROOT), cwd=archives)
    shutil.rmtree(archives)
