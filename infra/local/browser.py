"""Finds a Chromium for the tests, or gets one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.local.command import LocalError, run, say
from infra.local.places import ROOT, TOOLS

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CACHES = (Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright")
BINARIES = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
PLAYWRIGHT = (TOOLS / "venv" / "bin" / "playwright", "install", "chromium")

NO_BROWSER = (
    "No Chromium was found and none could be installed. Install the package chromium (or Google Chrome), or run "
    "`.local/venv/bin/playwright install --with-deps chromium`, and try again."
)


def link_browser(link: Path) -> None:
    """Make ``link`` lead to a Chromium that starts, if it does not; LocalError says what to do where there is none."""
    if link.exists():
        return
    say("setup: looking for Chromium, for the tests in a browser")
    found = next(_working(), None) or _installed()
    link.unlink(missing_ok=True)
    link.symlink_to(found)


def _installed() -> Path:
    for says, argv in _installations():
        say(f"setup: {says}")
        try:
            run(argv, cwd=ROOT)
        except LocalError as error:
            say(str(error))
        if found := next(_working(), None):
            return found
    raise LocalError(NO_BROWSER)


def _installations() -> Iterator[tuple[str, tuple[str | Path, ...]]]:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield "updating the list of packages with apt-get", ("apt-get", "update", "--quiet")
        install = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium")
        yield "installing Chromium with apt-get", install
        yield "installing Chromium and its libraries with Playwright", (*PLAYWRIGHT, "--with-deps")
    else:
        yield "installing Chromium with Playwright", PLAYWRIGHT


def _working() -> Iterator[Path]:
    """Give the browsers that start; on some systems the name is there and only says where to get one."""
    on_path = (Path(found) for name in NAMES if (found := shutil.which(name)))
    cached = (path for cache in CACHES for pattern in BINARIES for path in sorted(cache.glob(pattern), reverse=True))
    for browser in (*on_path, *cached):
        if _starts(browser):
            yield browser


def _starts(browser: Path) -> bool:
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
