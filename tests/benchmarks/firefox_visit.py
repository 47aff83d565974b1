"""A visit by Firefox: told on standard input what there is, it tells on standard output what was wrong.

Its Playwright is another one than ours (requirements/firefox.in), so it runs by itself.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

from infra.local.firefox import PROGRAM, environ
from infra.local.places import TOOLS
from tests.browser.visitor import VIDEO, Visitor
from tests.media import clip

CAPTIONS: Final = f"[...{VIDEO}.textTracks].find(track => track.kind === 'captions')"
RATE: Final = 25  # frames a second of the demo
SECOND: Final = 14
WHOLE_S: Final = 29  # of the growing film
SCREENSHOTS: Final = TOOLS / "screenshots"
PATIENCE_S: Final = 300  # nothing but what never comes takes so long


@dataclass(frozen=True)
class Sights:
    """What there is to visit."""

    site: str
    token: str
    title: str
    demo: str
    growing: str


class WrongError(Exception):
    """Something is not as in other browsers."""


def browse(visitor: Visitor, sights: Sights) -> None:
    """Find the demo on the front page, and go to it."""
    visitor.page.goto(f"{sights.site}index.html")
    visitor.page.click(f"a[href='w/{sights.demo}.html']")
    visitor.waits(f"document.querySelector('h1').textContent === {json.dumps(sights.title)}", PATIENCE_S)


def watch(visitor: Visitor, sights: Sights) -> None:
    """Watch, hear and seek: the picture is that of its time."""
    visitor.page.goto(f"{sights.site}w/{sights.demo}.html")
    visitor.plays()
    visitor.waits(f"{VIDEO}.mozHasAudio", PATIENCE_S)
    visitor.seeks(SECOND + 0.5 / RATE)
    if abs(visitor.frame - SECOND * RATE) > 1:
        raise WrongError(f"frame {visitor.frame} is shown at {visitor.second} s")
    visitor.page.evaluate(f"void {VIDEO}.play()")
    visitor.waits(f"{VIDEO}.currentTime > {SECOND + 2}", PATIENCE_S)


def captions(visitor: Visitor, sights: Sights) -> None:
    """Turn captions on; they stand above the controls."""
    visitor.page.goto(f"{sights.site}w/{sights.demo}.html")
    visitor.plays()
    visitor.page.hover("media-controller")
    visitor.page.click("media-captions-button")
    visitor.waits(f"{CAPTIONS}.mode === 'showing' && {CAPTIONS}.activeCues?.[0]?.line < -1", PATIENCE_S)


def quality(visitor: Visitor, sights: Sights) -> None:
    """Choose another height."""
    visitor.page.goto(f"{sights.site}w/{sights.demo}.html")
    visitor.plays()
    visitor.page.hover("media-controller")
    visitor.page.click("media-settings-menu-button")
    visitor.page.click("media-settings-menu-item.quality")
    visitor.page.click("media-rendition-menu [role=menuitemradio]:has-text('480p')")
    visitor.waits(f"{VIDEO}.videoHeight === 480", PATIENCE_S)


def growing(visitor: Visitor, sights: Sights) -> None:
    """Watch a film while it is encoded, to its end."""
    visitor.page.goto(f"{sights.site}w/{sights.growing}.html")
    visitor.plays()
    if visitor.page.evaluate(f"{VIDEO}.duration > {WHOLE_S}"):
        raise WrongError("all of it was encoded already")
    visitor.waits(f"{VIDEO}.ended && {VIDEO}.duration > {WHOLE_S}")


def upload(visitor: Visitor, sights: Sights) -> None:
    """Send a file, and watch it by its link."""
    visitor.page.goto(f"{sights.site}upload.html")
    visitor.page.set_input_files("input[type=file]", clip("blink"))
    visitor.page.fill("#token", sights.token)
    visitor.page.click("form.token button")
    visitor.page.click("li.file a.watch")
    visitor.page.click("media-play-button.big")
    visitor.waits(f"{VIDEO}.ended", PATIENCE_S)  # it is short


SCENES: Final[tuple[Callable[[Visitor, Sights], None], ...]] = (growing, browse, watch, captions, quality, upload)


def visit(page: Page, scene: Callable[[Visitor, Sights], None], sights: Sights) -> list[str]:
    """Play one scene; give what the console said, and what went wrong."""
    visitor = Visitor.at(page)
    page.set_default_timeout(PATIENCE_S * 1000)
    try:
        scene(visitor, sights)
    except (Error, AssertionError, WrongError) as fault:
        visitor.errors.append(str(fault))
    found = list(visitor.errors)  # for a screenshot, Playwright has a style of its own refused
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"firefox-{scene.__name__}.png")
    return found


def main() -> None:
    """Play all scenes, each as another visitor."""
    sights = Sights(**json.load(sys.stdin))
    wished = set(sys.argv[1:]) or {scene.__name__ for scene in SCENES}
    with sync_playwright() as driver:
        browser = driver.firefox.launch(channel="moz-firefox", executable_path=PROGRAM, env=dict(environ()))
        found: dict[str, list[str]] = {"version": [browser.version]}
        for scene in SCENES:
            if scene.__name__ in wished:
                context = browser.new_context(viewport=ViewportSize(width=1440, height=900))
                found[scene.__name__] = visit(context.new_page(), scene, sights)
                context.close()
        browser.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
