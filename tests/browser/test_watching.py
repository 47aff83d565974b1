from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.common import keys
from functions.common.model import Manifest
from infra.local.stack import Stack
from tests.browser.conftest import CUE, Visit, await_words
from tests.browser.visitor import VIDEO, Visitor
from tests.media import AAC, TABLE, X264, clip, ffmpeg, numbered
from tests.stack.library import Library

RATE = TABLE["demo"].rate or Fraction(0)
ACROSS_JOINS_S = (3.98, 4.02, 8.02, 12.02, 20.02)  # the demo's chunks begin at 0, 4, 8, 12 and 20 s
CAPTIONS = f"[...{VIDEO}.textTracks].find(track => track.kind === 'captions')"


def watch(visit: Visit, manifest: Manifest) -> Visitor:
    """Open a video's page and play it."""
    visitor = visit(keys.WATCH_PAGE.key(id=manifest.id))
    visitor.plays()
    return visitor


def go_from_the_front_page(visit: Visit, manifest: Manifest) -> Visitor:
    """Find a video on the front page and play it."""
    visitor = visit(keys.INDEX_PAGE.key())
    visitor.page.click(f"a[href='w/{manifest.id}.html']")
    visitor.plays()
    return visitor


def choose_quality(visitor: Visitor, height: int) -> None:
    """Choose in the player's menu."""
    visitor.page.hover("media-controller")  # the controls hide while nobody moves
    visitor.page.click("media-settings-menu-button")
    visitor.page.click("media-settings-menu-item.quality")
    visitor.page.click(f"media-rendition-menu [role=menuitemradio]:has-text('{height}p')")


def test_a_video_that_is_found_on_the_front_page_plays(visit: Visit, demo: Manifest) -> None:
    visitor = go_from_the_front_page(visit, demo)
    before = visitor.second

    visitor.waits(f"{VIDEO}.currentTime > {before} + 1")


def test_a_long_film_plays_on_where_two_pieces_of_its_sound_join(visit: Visit, library: Library, tmp_path: Path) -> None:
    ffmpeg(*numbered(320, 180, "10", 40), *X264, "-g", "100", *AAC, tmp_path / "part.mp4")
    film = tmp_path / "long.mp4"
    ffmpeg("-stream_loop", "9", "-i", tmp_path / "part.mp4", "-c", "copy", "-t", "380", film)
    video = library.drop("watched/long.mp4", film)
    manifest = library.settled(video, "ready")
    await_words(library, keys.WATCH_PAGE.key(id=video), "long")
    visitor = watch(visit, manifest)
    visitor.seeks(58.5)
    visitor.page.evaluate(f"void {VIDEO}.play().catch(() => undefined)")
    visitor.waits(f"{VIDEO}.currentTime > 61.5")

    assert [unit for unit in ("a0-", "a0-001-") if any(f"/{unit}" in url for url in visitor.asked)] == ["a0-", "a0-001-"]
    assert visitor.errors == []


def test_a_visit_leaves_no_error_in_the_console(visit: Visit, demo: Manifest) -> None:
    visitor = go_from_the_front_page(visit, demo)
    visitor.seeks(20)

    assert visitor.errors == []


def test_a_visit_asks_the_site_and_the_media_and_nobody_else(visit: Visit, demo: Manifest, stack: Stack) -> None:
    visitor = go_from_the_front_page(visit, demo)
    visitor.seeks(20)
    site, media = (urlsplit(url).netloc for url in (stack.site_url, stack.media_url))

    assert site != media
    assert visitor.hosts == {site, media}


@pytest.mark.parametrize("second", ACROSS_JOINS_S)
def test_the_picture_is_that_of_its_time_across_the_joins_of_chunks(second: float, visit: Visit, demo: Manifest) -> None:
    visitor = watch(visit, demo)
    visitor.seeks(second)

    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=2)


def test_captions_that_lie_beside_a_video_show(visit: Visit, demo: Manifest) -> None:
    visitor = watch(visit, demo)
    visitor.page.hover("media-controller")
    visitor.page.click("media-captions-button")

    assert visitor.sees(f"{CAPTIONS}.mode === 'showing' && {CAPTIONS}.activeCues?.[0]?.text", str) == CUE


def test_a_chapter_is_gone_to_by_its_link(visit: Visit, demo: Manifest) -> None:
    visitor = watch(visit, demo)
    visitor.page.click(".chapters a:has-text('The bridge')")

    visitor.waits(f"{VIDEO}.currentTime >= 12 && {VIDEO}.currentTime < 20 && !{VIDEO}.seeking")


@pytest.mark.parametrize("height", [480, 1080])
def test_the_quality_that_is_chosen_in_the_menu_is_shown(height: int, visit: Visit, demo: Manifest) -> None:
    visitor = watch(visit, demo)
    choose_quality(visitor, height)

    visitor.waits(f"{VIDEO}.videoHeight === {height}")


def test_a_film_plays_while_it_is_encoded_and_goes_on_to_its_end(visit: Visit, library: Library, tmp_path: Path) -> None:
    """On one page from its first seconds to its last: a reload would lose the mark. A transport stream has no preview."""
    ffmpeg("-i", clip("demo"), "-c", "copy", tmp_path / "film.ts")
    video = library.drop("seen/film.ts", tmp_path / "film.ts")
    library.wait(video, lambda found: found.playable is not None)
    await_words(library, keys.WATCH_PAGE.key(id=video), video)
    visitor = visit(keys.WATCH_PAGE.key(id=video))
    visitor.page.evaluate("window.sameVisit = true")
    visitor.plays()
    begun = library.manifest(video)
    visitor.waits(f"{VIDEO}.currentTime > 2")
    visitor.page.evaluate(f"{VIDEO}.pause()")  # to decode without a graphics processor takes what the encoders need
    library.settled(video, "ready")
    visitor.waits(f"{VIDEO}.duration > 29.5")
    visitor.page.evaluate(f"{VIDEO}.currentTime = 27; void {VIDEO}.play().catch(() => undefined)")
    visitor.waits(f"{VIDEO}.ended")

    assert begun
    assert (begun.status, visitor.page.evaluate("window.sameVisit")) == ("encoding", True)
