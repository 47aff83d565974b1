"""The site over a line of 800 kbit/s with 400 ms to the server and back, as a phone at the edge of its cell has it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, FilePayload, Page, Route, expect

from functions.common import keys
from functions.common.model import Manifest
from infra.local.stack import Stack
from tests.browser.test_pages import pictures_loaded
from tests.browser.test_search import take_in
from tests.browser.test_sending import send
from tests.browser.visitor import VIDEO, Visitor
from tests.stack.library import Library

BYTES_A_SECOND = 800_000 // 8
LATENCY_MS = 400
# How much of the page jumps (Layout Instability), but for what follows a person's own act.
WATCH_SHIFTS = """
window.jumped = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.jumped += shift.value;
}).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
BAR = "document.querySelector('li.file progress')"


class SlowLine:
    """A visitor's line."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self.set(offline=False)

    def set(self, *, offline: bool) -> None:
        """Cut it, or let it be as slow as it is."""
        speed = {"latency": LATENCY_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
        self._session.send("Network.emulateNetworkConditions", {"offline": offline, **speed})


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    """Give a page on such a line, which counts its jumps."""
    context = chromium.new_context()
    context.add_init_script(WATCH_SHIFTS)
    yield Visitor.at(context.new_page())
    context.close()


@pytest.mark.parametrize("kind", ["front page", "a video's page"])
def test_words_come_before_pictures_and_nothing_jumps(kind: str, visitor: Visitor, stack: Stack, demo: Manifest) -> None:
    path = keys.INDEX_PAGE.key() if kind == "front page" else keys.WATCH_PAGE.key(id=demo.id)
    held: list[Route] = []
    pass_on = held.append
    visitor.page.route("**/poster-*", lambda route: pass_on(route))  # noqa: PLW0108  # Playwright marks what it calls
    SlowLine(visitor.page)
    visitor.page.goto(stack.site_url + path, wait_until="commit")
    expect(visitor.page.get_by_text(demo.title).first).to_be_visible()
    visitor.waits(PAINTED)
    pass_on = Route.continue_
    for route in held:
        pass_on(route)
    pictures_loaded(visitor)

    assert visitor.page.evaluate("jumped") == 0
    assert visitor.errors == []


def test_what_is_searched_is_found(visitor: Visitor, stack: Stack, demo: Manifest, library: Library) -> None:
    take_in(library, {demo.id})
    SlowLine(visitor.page)
    visitor.page.goto(f"{stack.site_url}search.html?q=river%20walk")
    expect(visitor.page.locator(".found li").first).to_contain_text(demo.title)

    assert visitor.errors == []


def test_a_video_plays_by_its_lowest_rung_and_on_after_the_line_was_cut(visitor: Visitor, stack: Stack, demo: Manifest) -> None:
    visitor.page.goto(stack.site_url + keys.WATCH_PAGE.key(id=demo.id))
    with visitor.page.expect_request_finished(lambda asked: "/engine-" in asked.url):  # kept from another visit
        visitor.page.hover("media-controller")
    line = SlowLine(visitor.page)
    visitor.plays()
    tall = [url for url in visitor.asked if "/1080p" in url and url.endswith(".m4s")]
    line.set(offline=True)
    visitor.waits(f"{VIDEO}.readyState < 3")  # HAVE_FUTURE_DATA
    stopped = visitor.second
    line.set(offline=False)
    visitor.waits(f"{VIDEO}.currentTime > {stopped} + 0.5")

    assert tall == []


def test_an_upload_shows_how_far_it_is(visitor: Visitor, stack: Stack) -> None:
    visitor.page.goto(f"{stack.site_url}upload.html")
    SlowLine(visitor.page)
    send(visitor, stack.api_token, FilePayload(name="film.mp4", mimeType="video/mp4", buffer=bytes(1_000_000)))
    visitor.waits(f"{BAR}.value > 0 && {BAR}.value < 1")
    before = visitor.page.evaluate(f"{BAR}.value")
    visitor.waits(f"{BAR}.value > {before} && {BAR}.value < 1")

    expect(visitor.page.locator("li.file .does")).to_contain_text("of 1.0 MB")
    visitor.page.click("li.file .cancel")
