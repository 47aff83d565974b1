"""A copy of the two public buckets on a plain server of files, and at times a bad one: no function, no queue, no API."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import expect

from functions.common import keys
from functions.common.model import Manifest
from infra.local.places import ROOT
from tests.browser.conftest import Visit
from tests.browser.files import Host, serving, untroubled
from tests.browser.test_pages import screenshot
from tests.browser.test_search import take_in
from tests.browser.visitor import VIDEO, Visitor
from tests.stack.library import Library

END = "#EXT-X-ENDLIST\n"
GROWS = 12.0  # seconds of the demo that are there while its list does not grow


@pytest.fixture(scope="module")
def copied(library: Library, demo: Manifest) -> Iterator[Host]:
    """Serve a copy of the site, with the demo's media alone."""
    take_in(library, {demo.id})
    stack = library.stack
    pages = [f"w/{demo.id}.html", keys.INDEX_PAGE.key(), *(f"lists/{name}.html" for name in demo.lists)]
    site = {key: library.read(stack.site_bucket, key) or b"" for key in pages}
    prefixes = (f"v/{demo.id}/", "catalogue/", "search/")
    media = {key: library.get(key) for prefix in prefixes for key in library.keys(stack.media_bucket, prefix)}
    with serving(site, media) as host:
        yield host


@pytest.fixture
def host(copied: Host) -> Iterator[Host]:
    """Give the server, and put it right afterwards."""
    files = dict(copied.files)
    yield copied
    copied.trouble = untroubled
    copied.files.clear()
    copied.files.update(files)


def open_page(visit: Visit, host: Host, path: str) -> Visitor:
    visitor = visit("404.html")
    visitor.page.wait_for_load_state("networkidle")  # its icon comes late
    visitor.asked.clear()
    visitor.errors.clear()
    visitor.page.goto(host.url + path)
    return visitor


def watch(visit: Visit, host: Host, demo: Manifest) -> Visitor:
    visitor = open_page(visit, host, f"w/{demo.id}.html")
    visitor.waits(f"{VIDEO} !== null")
    visitor.page.evaluate(f"{VIDEO}.muted = true; {VIDEO}.defaultPlaybackRate = {VIDEO}.playbackRate = 4")
    visitor.page.click("media-play-button.big")
    return visitor


def reaches(visitor: Visitor, second: float) -> None:
    visitor.waits(f"{VIDEO}.currentTime >= {second}")


def test_a_copy_is_browsed_searched_and_watched_without_a_function(visit: Visit, host: Host, demo: Manifest) -> None:
    visitor = open_page(visit, host, "index.html")
    visitor.page.click(f"[data-id='{demo.id}'] .tag")
    visitor.waits("document.querySelector('h1').textContent === 'outdoors'")
    visitor.page.fill("header input", "beep")
    visitor.page.press("header input", "Enter")
    visitor.page.click(".moments li:first-child a")
    visitor.waits(f"{VIDEO} !== null")
    visitor.plays()
    visitor.seeks(14.02)  # the middle of a frame

    assert visitor.frame == 14 * 25
    assert [url for url in visitor.asked if not url.startswith((host.url, "blob:", "data:"))] == []


def test_a_copy_says_that_it_takes_no_uploads(visit: Visit, host: Host) -> None:
    visitor = open_page(visit, host, "upload.html")

    expect(visitor.page.locator(".drop")).to_contain_text("This copy of the site takes no uploads.")
    visitor.waits("document.querySelector('.unfinished').textContent !== ''")
    assert visitor.errors == []


def test_the_example_of_the_guide_plays(visit: Visit, host: Host, demo: Manifest) -> None:
    host.files["example.html"] = "text/html", (ROOT / "docs" / "example.html").read_bytes()
    visitor = open_page(visit, host, "example.html")
    # of several of this name the newest, whose media was copied
    video = f"[...document.querySelectorAll('figure')].find(each => each.textContent === '{demo.title}').firstChild"
    visitor.waits("document.querySelector('figure') !== null")
    visitor.page.evaluate(f"{video}.muted = true; void {video}.play().catch(() => undefined)")

    visitor.waits(f"{video}.currentTime > 1")
    assert "poster-" in visitor.page.evaluate(f"{video}.poster")


def every(count: int, path_ends: str, status: HTTPStatus) -> Callable[[str], HTTPStatus | None]:
    """Refuse each file of a kind so many times before it is sent."""
    refused: Counter[str] = Counter()

    def trouble(path: str) -> HTTPStatus | None:
        if not path.endswith(path_ends) or refused[path] == count:
            return None
        refused[path] += 1
        return status

    return trouble


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (".m4s", HTTPStatus.SERVICE_UNAVAILABLE),
        (".m4s", HTTPStatus.NOT_FOUND),
        (".mp4", HTTPStatus.NOT_FOUND),
        ("list.m3u8", HTTPStatus.NOT_FOUND),
        (".m3u8", HTTPStatus.SERVICE_UNAVAILABLE),
    ],
)
def test_a_store_that_refuses_each_object_once_is_asked_again(
    ends: str, status: HTTPStatus, visit: Visit, host: Host, demo: Manifest
) -> None:
    host.trouble = every(1, ends, status)
    visitor = watch(visit, host, demo)

    reaches(visitor, 10)


def test_a_line_that_is_lost_for_a_while_is_waited_for(visit: Visit, host: Host, demo: Manifest) -> None:
    visitor = watch(visit, host, demo)
    reaches(visitor, 2)
    host.trouble = lambda path: HTTPStatus.SERVICE_UNAVAILABLE if path.startswith("v/") else None
    time.sleep(4)
    host.trouble = untroubled

    reaches(visitor, 28)


def test_a_list_that_stops_growing_is_played_on_when_it_grows(visit: Visit, host: Host, demo: Manifest) -> None:
    whole = {path: body for path, (_, body) in host.files.items() if path.endswith("list.m3u8")}
    for path in whole:
        host.rewrite(path, lambda text: first_segments(text, GROWS))
    visitor = watch(visit, host, demo)
    reaches(visitor, GROWS - 1)
    time.sleep(3)
    assert visitor.second <= GROWS + 0.2
    for path, body in whole.items():
        host.files[path] = host.files[path][0], body

    reaches(visitor, 25)


def first_segments(text: str, seconds: float) -> str:
    """Give a list as it was when it had so many seconds."""
    kept, sum_s = [], 0.0
    for line in text.replace(END, "").splitlines(keepends=True):
        if line.startswith("#EXTINF:"):
            sum_s += float(line[len("#EXTINF:") :].split(",")[0])
        if sum_s > seconds + 0.1:
            break
        kept.append(line)
    return "".join(kept)


def unfinished(manifest: str) -> str:
    """Say that half of a video is encoded; what plays stands before what the catalogue shows."""
    told = manifest.replace('"complete":true', '"complete":false', 1).replace('"status":"ready"', '"status":"encoding"')
    return re.sub(r'"duration_s":[0-9.]+', '"duration_s":60.0', told, count=1)


def test_the_seek_bar_tells_what_is_not_encoded_yet(visit: Visit, host: Host, demo: Manifest) -> None:
    path = keys.MANIFEST.key(id=demo.id)
    whole = host.files[path]
    host.rewrite(path, unfinished)
    visitor = watch(visit, host, demo)
    rest = "document.querySelector('.unencoded')"
    share = f"{rest}.offsetWidth / document.querySelector('.seek').offsetWidth"
    visitor.waits(f"{rest}.hidden === false && {VIDEO}.duration > 29 && {share} > 0.4")
    screenshot(visitor, "growing")
    assert visitor.page.evaluate(share) == pytest.approx(0.5, abs=0.05)
    host.files[path] = whole

    visitor.waits(f"{rest}.hidden")


def test_another_beginning_in_the_middle_of_a_list_is_played_over(visit: Visit, host: Host, demo: Manifest) -> None:
    def twice(text: str) -> str:
        beginning = next(line for line in text.splitlines(keepends=True) if line.startswith("#EXT-X-MAP"))
        before, marker, after = text.partition("#EXTINF")
        pieces = after.split("#EXTINF")
        return (
            before
            + marker
            + "#EXTINF".join([*pieces[:3], ""])[: -len("#EXTINF")]
            + beginning
            + "#EXTINF"
            + "#EXTINF".join(pieces[3:])
        )

    for path in [path for path in host.files if path.endswith("list.m3u8")]:
        host.rewrite(path, twice)
    visitor = watch(visit, host, demo)

    reaches(visitor, 20)
