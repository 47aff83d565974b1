"""Images on the site: as what they are, in the best format, upright, and seen without scripts too."""

import pytest
from playwright.sync_api import Browser

from functions.common import keys
from functions.common.model import Manifest
from infra.local.stack import Stack
from tests.browser.conftest import Visit, await_words
from tests.browser.test_pages import pictures_loaded, screenshot
from tests.browser.visitor import VIDEO
from tests.media import clip, photo
from tests.stack.library import Library

SHOWN = "document.querySelector('.stage img')"


@pytest.fixture(scope="module")
def image(library: Library) -> Manifest:
    """Give a finished image, on the front page and with a page of its own."""
    library.drop("seen/fractal.json", b'{"title": "Seahorse valley", "description": "Of the Mandelbrot set."}')
    name = library.drop("seen/fractal.jpg", photo(1600, 1000))
    manifest = library.wait(name, lambda found: found.status == "ready" and found.title == "Seahorse valley")
    await_words(library, keys.INDEX_PAGE.key(), name)
    await_words(library, keys.WATCH_PAGE.key(id=name), "Seahorse")
    return manifest


def test_an_image_is_found_on_the_front_page_without_a_length(visit: Visit, image: Manifest) -> None:
    visitor = visit(keys.INDEX_PAGE.key())
    card = visitor.page.locator(f"[data-id='{image.id}']")

    assert (card.locator(".clock").count(), card.locator("img").count()) == (0, 1)
    card.locator("a").first.click()
    visitor.waits(f"{SHOWN}?.naturalWidth > 1")


@pytest.mark.parametrize("width", [390, 1440])
def test_an_image_is_shown_in_the_lightest_format_and_a_fitting_size(visit: Visit, image: Manifest, width: int) -> None:
    visitor = visit(keys.WATCH_PAGE.key(id=image.id), width)
    visitor.waits(f"{SHOWN}.naturalWidth > 1 && {SHOWN}.currentSrc.endsWith('.avif')")
    pictures_loaded(visitor)
    screenshot(visitor, f"image-{width}")

    assert visitor.page.evaluate(f"{SHOWN}.alt") == "Seahorse valley"
    assert visitor.page.locator("media-controller").count() == 0
    assert visitor.page.evaluate(f"Number({SHOWN}.currentSrc.match(/image-(\\d+)/)[1])") == (640 if width == 390 else 1280)


def test_an_image_stands_alone_in_a_frame_of_another_site(visit: Visit, image: Manifest) -> None:
    visitor = visit(keys.EMBED_PAGE.key(id=image.id))
    visitor.waits(f"{SHOWN}.naturalWidth > 1 && {SHOWN}.currentSrc.endsWith('.avif')")
    screenshot(visitor, "image-embed")


def test_an_image_that_is_replaced_is_exchanged_on_an_open_page(visit: Visit, library: Library) -> None:
    name = library.drop("seen/replaced.png", photo(640, 360))
    first = library.settled(name, "ready")
    await_words(library, keys.WATCH_PAGE.key(id=name), "replaced")
    visitor = visit(keys.WATCH_PAGE.key(id=name))
    visitor.waits(f"{SHOWN}.naturalWidth > 1")
    library.drop("seen/replaced.png", photo(360, 640))
    library.wait(name, lambda found: found.status == "ready" and found.rev != first.rev)
    visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody comes back to the page
    visitor.waits(f"{SHOWN}.naturalHeight > {SHOWN}.naturalWidth")


def test_an_open_page_of_a_poster_has_a_player_when_its_video_comes(visit: Visit, library: Library) -> None:
    name = library.drop("seen/first.png", photo(640, 360))
    library.settled(name, "ready")
    await_words(library, keys.WATCH_PAGE.key(id=name), "first")
    visitor = visit(keys.WATCH_PAGE.key(id=name))
    visitor.waits(f"{SHOWN}.naturalWidth > 1")
    library.drop("seen/first.mp4", clip("blink"))
    library.wait(name, lambda found: found.playable is not None and found.playable.kind == "video")
    visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    visitor.page.click("media-play-button.big")
    visitor.waits(f"{VIDEO}.currentTime > 0")
    assert visitor.page.locator("picture").count() == 0


def test_an_image_is_seen_without_scripts(chromium: Browser, stack: Stack, image: Manifest) -> None:
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(stack.site_url + keys.WATCH_PAGE.key(id=image.id))
        assert page.inner_text("h1") == "Seahorse valley"
        assert page.locator("noscript img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600
    finally:
        context.close()
