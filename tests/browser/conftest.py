"""A browser, its visits, and a finished video."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from functions.common import keys
from functions.common.model import Manifest
from infra.local.browser import link_browser
from infra.local.places import BIN
from infra.local.stack import Stack
from tests.browser.visitor import Visitor
from tests.media import clip
from tests.stack.library import PATIENCE_S, Library, until

type Visit = Callable[..., Visitor]

FLAGS = (
    "--no-sandbox",  # root may not start Chromium otherwise
    "--disable-background-networking",  # nothing but the page asks anybody anything
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# The date keeps it on the front page, whatever other tests put there.
NOTE = b"""{
  "title": "A walk by the river",
  "description": "Half a minute of numbered pictures.",
  "tags": ["outdoors"],
  "date": "2031-05-04T10:00:00Z",
  "chapters": [{"at": 0, "title": "Setting out"}, {"at": 12, "title": "The bridge"}]
}"""
CUE = "Every second a beep."
PATIENCE_MS = PATIENCE_S * 1000

expect.set_options(PATIENCE_MS)


@pytest.fixture(scope="session")
def library(stack: Stack) -> Library:
    """Give a person's clients for the stack."""
    return Library.of(stack)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser that the set-up found."""
    link_browser(BIN / "chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BIN / "chromium", args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, stack: Stack) -> Iterator[Visit]:
    """Open pages of the site by their path, each as another visitor."""
    opened = []

    def open_page(path: str, width: int = 1440, height: int = 900) -> Visitor:
        context = chromium.new_context(viewport=ViewportSize(width=width, height=height))
        opened.append(context)
        visitor = Visitor.at(context.new_page())
        visitor.page.goto(stack.site_url + path)
        return visitor

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def demo(library: Library) -> Manifest:
    """Give a finished video with a note and captions, on the front page and with a page of its own."""
    return publish_demo(library)


def publish_demo(library: Library) -> Manifest:
    """Put it into the inbox, and wait until all of it is there."""
    library.drop("seen/walk.json", NOTE)
    library.drop("seen/walk.en.vtt", f"WEBVTT\n\n00:00.000 --> 00:29.000\n{CUE}\n".encode())
    video = library.drop("seen/walk.mp4", clip("demo"))
    manifest = library.wait(video, lambda found: found.status == "ready" and bool(found.captions))
    await_words(library, keys.INDEX_PAGE.key(), video)
    await_words(library, keys.WATCH_PAGE.key(id=video), "The bridge")
    return manifest


def await_words(library: Library, page: str, words: str) -> None:
    """Wait until a page of the site says something."""
    until(lambda: words in library.page(page) or None, lambda: f"{page} never said {words!r}")
