"""A browser with one person's profile, which can be killed and started again."""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, BrowserType, Error, Page

from infra.local.places import BIN
from tests.browser.conftest import FLAGS


@dataclass
class Profile:
    """Chromium over a folder, with every request through a proxy."""

    chromium: BrowserType
    folder: Path
    proxy: str
    _context: BrowserContext | None = None

    def page(self) -> Page:
        """Open a page, in a browser that is started where none runs."""
        if self._context is None:
            self._context = self.chromium.launch_persistent_context(
                self.folder, executable_path=BIN / "chromium", args=list(FLAGS), proxy={"server": self.proxy}
            )
        return self._context.new_page()

    def killer(self, *, whole: bool) -> Callable[[], None]:
        """Give what kills the processes of the pages, or the whole browser, from any thread and at once."""
        victims = [each for each in self._processes() if whole or "--type=renderer" in _words(each)]

        def kill() -> None:
            for victim in victims:
                with suppress(psutil.NoSuchProcess):
                    victim.send_signal(signal.SIGKILL)

        return kill

    def close(self) -> None:
        """End the browser, or forget it where it was killed."""
        if self._context is not None:
            with suppress(Error):
                self._context.close()
        self._context = None

    def _processes(self) -> list[psutil.Process]:
        """The browser, and all that it started."""
        mark = f"--user-data-dir={self.folder}"
        ours = [each for each in psutil.Process().children(recursive=True) if mark in _words(each)]
        (browser,) = (each for each in ours if not any(word.startswith("--type=") for word in _words(each)))
        return [browser, *browser.children(recursive=True)]


def _words(process: psutil.Process) -> list[str]:
    """What it was started with; nothing where it has ended."""
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []
