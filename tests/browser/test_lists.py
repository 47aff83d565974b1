"""Lists of videos: of a tag on the stack, and of ten thousand videos from a plain server of files."""

from collections.abc import Iterator

import pytest

from functions.common import keys
from functions.common.model import Manifest
from tests.benchmarks.catalogue import Shelf, filled
from tests.browser.conftest import Visit
from tests.browser.files import serving
from tests.browser.test_pages import WIDTHS, pictures_loaded, screenshot, too_wide
from tests.stack.library import Library, until

LARGE = 10_000
CARDS = "document.querySelectorAll('.videos > li').length"


@pytest.fixture(scope="module")
def large() -> Iterator[str]:
    """Serve a site of ten thousand videos, without a function and without a picture; give its address."""
    doors = [bucket.door for bucket in filled(LARGE)]
    with serving(*(door.objects for door in doors if isinstance(door, Shelf))) as host:
        yield host.url


def listed(library: Library, name: str, video: str) -> bool:
    """Whether a list's page and its root show a video."""
    root = library.root(name)
    shown = root is not None and any(entry.id == video for entry in root.newest)
    return shown and video in library.page(keys.LIST_PAGE.key(list=name))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_tag_on_the_watch_page_leads_to_its_list_and_back(width: int, visit: Visit, demo: Manifest, library: Library) -> None:
    tag = keys.list_id("tag", "outdoors")
    until(lambda: listed(library, tag, demo.id) or None, lambda: "the tag's list does not show the video")
    visitor = visit(keys.WATCH_PAGE.key(id=demo.id), width=width)
    visitor.page.click("text=outdoors")
    visitor.waits(f"document.querySelector('[data-id=\"{demo.id}\"]') !== null")
    pictures_loaded(visitor)
    screenshot(visitor, f"list-{width}")

    assert visitor.page.inner_text("h1") == "outdoors"
    assert too_wide(visitor) <= 0
    visitor.page.click(f"[data-id='{demo.id}'] .title")
    visitor.waits("document.querySelector('main.watch') !== null")
    assert visitor.errors == []


def test_a_large_library_opens_with_two_documents_and_pages_on(large: str, visit: Visit) -> None:
    visitor = visit("404.html")
    visitor.asked.clear()
    visitor.page.goto(f"{large}index.html")
    visitor.waits("!document.querySelector('.more button').hidden")
    asked = [url for url in visitor.asked if url.endswith((".html", ".json"))]
    first = visitor.page.evaluate(CARDS)
    screenshot(visitor, "large")
    visitor.page.click(".more button")
    visitor.waits(f"{CARDS} > {first}")
    titles = visitor.page.evaluate("[...document.querySelectorAll('.videos > li')].map(item => item.dataset.id)")

    assert asked == [f"{large}{name}" for name in ("index.html", "config.json", "catalogue/all/root.json")]
    assert (first, len(titles)) == (24, len(set(titles)))


def test_every_video_of_a_large_tag_is_reached_by_paging(large: str, visit: Visit) -> None:
    visitor = visit("404.html")
    visitor.page.goto(f"{large}lists/{keys.list_id('channel', 'Channel 7')}.html")
    visitor.waits("!document.querySelector('.more button').hidden")
    while visitor.page.is_visible(".more button"):
        visitor.page.click(".more button")
        visitor.waits("!document.querySelector('.more button').disabled")

    assert visitor.page.evaluate(CARDS) == LARGE / 50
    assert visitor.page.title().startswith("Channel 7 ")
