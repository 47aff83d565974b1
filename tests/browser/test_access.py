"""What everyone must be able to use: axe's rules in light and dark, and each page by the keyboard alone."""

from typing import Literal

import pytest
from playwright.sync_api import Browser

from functions.common import keys
from functions.common.model import Manifest
from infra.local.places import FRONTEND
from infra.local.stack import Stack
from tests.browser.conftest import Visit
from tests.browser.test_pages import screenshot
from tests.browser.visitor import VIDEO, Visitor

AXE = (FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text()
PAGES = {  # and what shows that a page is ready
    "index.html": "document.querySelector('.videos img')?.naturalWidth > 1",
    "lists/{tag}.html": "document.querySelector('.videos img')?.naturalWidth > 1",
    "w/{video}.html": f"{VIDEO} !== null",
    "search.html?q=beep": "(document.querySelector('.found li') ?? document.querySelector('.told')).textContent !== ''",
    "upload.html": "document.querySelector('.drop button') !== null",
    "status.html": "!document.querySelector('form.token').hidden",
    "w/none.html": "document.querySelector('h1') !== null",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_breaks_no_rule_of_axe(
    page: str, scheme: Literal["light", "dark"], chromium: Browser, stack: Stack, demo: Manifest
) -> None:
    context = chromium.new_context(color_scheme=scheme, reduced_motion="reduce")
    visitor = Visitor.at(context.new_page())
    # where nothing is, the CDN sends this page
    visitor.page.route("**/w/none.html", lambda route: route.fulfill(path=FRONTEND / "404.html", content_type="text/html"))
    visitor.page.goto(stack.site_url + page.format(tag=keys.list_id("tag", "outdoors"), video=demo.id))
    visitor.waits(PAGES[page])
    visitor.page.evaluate(AXE)
    found = visitor.page.evaluate("axe.run().then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes[0].html}`))")
    context.close()

    assert found == []


def test_the_site_is_browsed_without_its_scripts(chromium: Browser, stack: Stack, demo: Manifest) -> None:
    context = chromium.new_context(java_script_enabled=False)
    visitor = Visitor.at(context.new_page())
    visitor.page.goto(f"{stack.site_url}index.html")
    visitor.page.click(f"[data-id='{demo.id}'] .tag")
    visitor.page.click(f"[data-id='{demo.id}'] .title")
    screenshot(visitor, "without-script")
    stream = visitor.page.get_attribute(".stage video", "src")
    said = visitor.page.inner_text(".stage")
    context.close()

    assert demo.playable
    assert stream == f"{stack.media_url}{demo.playable.main}"
    assert "VLC" in said


def test_a_video_is_found_opened_and_played_by_the_keyboard(visit: Visit, demo: Manifest) -> None:
    visitor = visit(keys.INDEX_PAGE.key())
    visitor.waits(f"document.querySelector('[data-id=\"{demo.id}\"]') !== null")
    focused = f"document.activeElement.closest('[data-id=\"{demo.id}\"] > a') !== null"
    for _ in range(200):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate(focused):
            break
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(f"**/w/{demo.id}.html")
    visitor.waits(f"{VIDEO} !== null")
    for _ in range(50):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("document.activeElement.matches('media-controller, media-play-button')"):
            break
    visitor.page.keyboard.press("Space")

    visitor.waits(f"{VIDEO}.currentTime > 0.2")
