from http import HTTPStatus

import pytest

from functions.common import keys
from functions.common.model import Manifest
from infra.local.places import TOOLS
from infra.local.stack import Stack
from tests.browser.conftest import Visit, await_words
from tests.browser.visitor import Visitor
from tests.media import clip
from tests.stack.library import Library

SCREENSHOTS = TOOLS / "screenshots"
WIDTHS = (390, 820, 1440)  # a phone held upright, a tablet, a laptop


def screenshot(visitor: Visitor, name: str) -> None:
    """Keep a picture of a page for a person to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    visitor.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def pictures_loaded(visitor: Visitor) -> None:
    """Wait for the pictures in sight; those further down load when they come near."""
    in_sight = "[...document.images].filter(image => image.getBoundingClientRect().top < innerHeight)"
    visitor.waits(f"{in_sight}.every(image => image.complete && image.naturalWidth > 1)")


def too_wide(visitor: Visitor) -> int:
    """How many pixels of the page lie beyond its right edge."""
    return int(visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("path", ["nothing.html", "w/aaaaaaaaaaaaaaaa.html"])
def test_a_page_that_is_not_there_is_answered_with_404(path: str, visit: Visit, stack: Stack) -> None:
    answer = visit("404.html").page.goto(stack.site_url + path)

    assert answer
    assert answer.status == HTTPStatus.NOT_FOUND


def test_the_page_of_a_removed_video_says_so(visit: Visit, library: Library) -> None:
    video = library.drop("seen/late.mp4", clip("blink"))
    library.settled(video, "ready")
    await_words(library, keys.WATCH_PAGE.key(id=video), "late")
    library.remove("seen/late.mp4")
    library.wait(video, lambda found: found.status == "deleted")
    visitor = visit(keys.WATCH_PAGE.key(id=video))

    visitor.waits("document.body.innerText.includes('This video was deleted')")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_front_page_fits_its_width(width: int, visit: Visit, demo: Manifest) -> None:
    visitor = visit(keys.INDEX_PAGE.key(), width=width)
    visitor.waits(f"document.querySelector('[data-id=\"{demo.id}\"]') !== null")
    pictures_loaded(visitor)
    screenshot(visitor, f"front-{width}")

    assert too_wide(visitor) <= 0


@pytest.mark.parametrize("width", WIDTHS)
def test_the_watch_page_fits_its_width(width: int, visit: Visit, demo: Manifest) -> None:
    visitor = visit(keys.WATCH_PAGE.key(id=demo.id), width=width)
    visitor.plays()
    visitor.seeks(14)
    screenshot(visitor, f"watch-{width}")

    assert too_wide(visitor) <= 0
