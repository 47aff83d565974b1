"""A source that plays as it is, at once, while its ladder is made."""

from fractions import Fraction
from itertools import count

import pytest
from playwright.sync_api import Route

from functions.common import keys
from functions.common.model import Manifest
from tests.browser.conftest import Visit, await_words
from tests.browser.visitor import VIDEO
from tests.media import TABLE, clip
from tests.stack.library import Library

RATE = TABLE["demo"].rate or Fraction(0)
SECONDS = TABLE["demo"].duration_s


def drop(library: Library, name: str) -> Manifest:
    """Drop half a minute of film; give its manifest as soon as its preview plays."""
    video = library.drop(f"previews/{name}.mp4", clip("demo"))
    manifest = library.wait(video, lambda found: found.playable is not None)
    await_words(library, keys.WATCH_PAGE.key(id=video), video)
    return manifest


def test_a_film_plays_whole_before_it_is_encoded_and_on_when_it_is(visit: Visit, library: Library) -> None:
    """Its preview is in two pieces, of which the second begins at second 16."""
    begun = drop(library, "at-once")
    visitor = visit(keys.WATCH_PAGE.key(id=begun.id))
    visitor.plays()
    whole = library.wait(begun.id, lambda found: bool(found.playable and found.playable.available_s == SECONDS))
    visitor.waits(f"{VIDEO}.duration > 27")
    visitor.seeks(27)

    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=2)
    assert whole.status == "encoding"
    visitor.seeks(14.5)
    visitor.page.evaluate(f"void {VIDEO}.play()")
    visitor.waits(f"{VIDEO}.currentTime > 18")
    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=3)
    library.settled(begun.id, "ready")
    visitor.page.evaluate(f"void {VIDEO}.play().catch(() => undefined)")
    visitor.waits(f"{VIDEO}.ended")
    assert visitor.errors == []


def test_a_visitor_who_comes_later_has_the_choice(visit: Visit, library: Library) -> None:
    """Between what is encoded so far and the preview of the whole."""
    begun = drop(library, "choice")
    main = begun.playable.main if begun.playable else ""
    library.wait(begun.id, lambda _: b"240p-h264" in library.get(main) or b"480p-h264" in library.get(main))
    assert b"-copy/" in library.get(main)
    visitor = visit(keys.WATCH_PAGE.key(id=begun.id))
    visitor.plays()
    visitor.seeks(6)
    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=2)
    visitor.seeks(1)
    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=2)
    library.settled(begun.id, "ready")
    visitor.seeks(22)
    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=2)


def test_on_a_line_that_is_too_slow_the_ladder_takes_over(visit: Visit, library: Library) -> None:
    begun = drop(library, "slow-line")
    visitor = visit(keys.WATCH_PAGE.key(id=begun.id))
    asked = count()

    def starve(route: Route) -> None:
        """Let the preview's first bytes through, and nothing after them."""
        if next(asked) < 1:
            route.continue_()

    visitor.page.route("**/v/1080p-copy/*.m4s", starve)
    visitor.plays()
    library.settled(begun.id, "ready")
    visitor.waits(f"{VIDEO}.currentTime > 15")

    assert any("-h264/" in url for url in visitor.asked)
