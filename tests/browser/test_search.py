"""The search page, on what the search function made of real videos."""

import json
from urllib.parse import quote

import pytest

from functions.common import keys
from functions.common.model import Live, Manifest, Members
from functions.common.schema import load
from infra.local.stack import Stack
from tests.browser.conftest import CUE, Visit, await_words
from tests.browser.test_pages import WIDTHS, screenshot, too_wide
from tests.browser.visitor import VIDEO, Visitor
from tests.media import clip
from tests.stack.library import Library, until

FOUND = "[...document.querySelectorAll('.found .title')].map(title => title.textContent)"
SPOKEN = {  # title → captions
    "Ein Tag im Käseladen": ("de", "Guten Morgen.", "Die Donaudampfschifffahrt beginnt."),
    "東京タワーへ": ("ja", "こんにちは", "とても高いです"),
    "رحلة إلى المكتبة": ("ar", "مرحبا بالعالم", "نقرأ كتابا"),
}


def captions(*lines: str) -> bytes:
    cues = (f"00:00.{place}00 --> 00:00.{place + 1}00\n{line}\n" for place, line in enumerate(lines, 1))
    return "\n".join(["WEBVTT\n", *cues]).encode()


def searched(library: Library) -> set[str]:
    """Give every video that is searched now."""
    body = library.read(library.stack.media_bucket, keys.LIVE.key())
    bundles = load(Live, body).bundles if body else ()
    lists = (load(Members, library.get(bundle.members)) for bundle in bundles)
    return {member.id for members in lists for member in members.members}


def take_in(library: Library, videos: set[str], gone: frozenset[str] = frozenset()) -> None:
    """Run the search function until it has taken in some videos, and let others go."""

    def there() -> bool | None:
        library.take_in()
        found = searched(library)
        return (videos <= found and not gone & found) or None

    until(there, lambda: f"{videos} and not {gone} should be searched, and {searched(library)} is")


@pytest.fixture(scope="module")
def spoken(library: Library, demo: Manifest) -> dict[str, str]:
    """Give videos in several languages, by title, once they are searched."""
    videos: dict[str, str] = {}
    for place, (title, (language, *lines)) in enumerate(SPOKEN.items()):
        library.drop(f"spoken/{place}.json", json.dumps({"title": title}).encode())
        library.drop(f"spoken/{place}.{language}.vtt", captions(*lines))
        videos[title] = library.drop(f"spoken/{place}.mp4", clip("blink"))
    for title, video in videos.items():
        library.wait(video, lambda found: found.status == "ready" and bool(found.captions))
        await_words(library, keys.WATCH_PAGE.key(id=video), title)
    take_in(library, {demo.id, *videos.values()})
    return videos


def ask(visit: Visit, words: str, width: int = 1440) -> Visitor:
    visitor = visit(f"search.html?q={quote(words)}", width=width)
    visitor.waits("document.querySelector('.found li') !== null || document.querySelector('.told').textContent !== ''")
    return visitor


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("river walk", "A walk by the river"),
        ("beep", "A walk by the river"),
        ("kaseladen", "Ein Tag im Käseladen"),
        ("Käse", "Ein Tag im Käseladen"),
        ("donaudampf", "Ein Tag im Käseladen"),
        ("東京", "東京タワーへ"),
        ("高い", "東京タワーへ"),
        ("المكتبة", "رحلة إلى المكتبة"),
        ("بالعالم", "رحلة إلى المكتبة"),
    ],
)
@pytest.mark.usefixtures("spoken")
def test_a_video_is_found_by_its_title_and_by_what_is_said(words: str, title: str, visit: Visit) -> None:
    visitor = ask(visit, words)

    assert title in visitor.page.evaluate(FOUND)
    assert visitor.errors == []


@pytest.mark.usefixtures("spoken")
def test_a_title_comes_before_captions(visit: Visit, library: Library) -> None:
    library.drop("spoken/title.json", json.dumps({"title": "Beep"}).encode())
    video = library.drop("spoken/title.mp4", clip("blink"))
    library.settled(video, "ready")
    await_words(library, keys.WATCH_PAGE.key(id=video), "Beep")
    take_in(library, {video})

    assert ask(visit, "beep").page.evaluate(FOUND)[0] == "Beep"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.usefixtures("spoken")
def test_a_hit_in_the_captions_leads_to_its_second(width: int, visit: Visit) -> None:
    visitor = ask(visit, "second beep", width)
    visitor.waits("document.querySelector('.moments a') !== null")
    screenshot(visitor, f"search-{width}")
    told = visitor.page.inner_text(".moments li:first-child a")
    marked = visitor.page.evaluate(
        "[...document.querySelectorAll('.found > li:first-child .moments li:first-child mark')].map(part => part.textContent)"
    )

    assert CUE in told
    assert marked == ["second", "beep"]
    assert too_wide(visitor) <= 0
    visitor.page.click(".moments li:first-child a")
    visitor.waits(f"{VIDEO} !== null")
    assert "?t=0" in visitor.page.url


@pytest.mark.usefixtures("spoken")
def test_the_field_in_the_head_of_a_page_leads_to_the_search(visit: Visit) -> None:
    visitor = visit(keys.INDEX_PAGE.key())
    visitor.page.fill("header input", "river")
    visitor.page.press("header input", "Enter")
    visitor.waits("document.querySelector('.found li') !== null")

    assert visitor.page.input_value("main input") == "river"


@pytest.mark.usefixtures("spoken")
def test_typing_on_searches_anew_and_words_that_nobody_said_are_told(visit: Visit) -> None:
    visitor = ask(visit, "beep")
    visitor.page.fill("main input", "xyzzyqwert")
    visitor.waits("document.querySelector('.told').textContent.includes('xyzzyqwert')")
    visitor.page.fill("main input", "river")
    visitor.waits("document.querySelector('.found li') !== null")

    assert visitor.page.url.endswith("?q=river")
    assert visitor.page.inner_text(".told") == ""


def test_a_video_that_is_hidden_or_deleted_is_gone_at_once(visit: Visit, library: Library, spoken: dict[str, str]) -> None:
    videos = []
    for name in ("hidden", "deleted"):
        library.drop(f"spoken/{name}.json", json.dumps({"title": f"Quixotic {name}"}).encode())
        videos.append(library.drop(f"spoken/{name}.mp4", clip("blink")))
    for video in videos:
        await_words(library, keys.WATCH_PAGE.key(id=video), "Quixotic")
    take_in(library, set(videos))
    assert len(ask(visit, "quixotic").page.evaluate(FOUND)) == 2
    library.drop("spoken/hidden.json", json.dumps({"title": "Quixotic hidden", "visibility": "unlisted"}).encode())
    library.remove("spoken/deleted.mp4")
    library.wait(videos[0], lambda found: found.visibility == "unlisted")
    library.wait(videos[1], lambda found: found.status == "deleted")

    assert ask(visit, "quixotic").page.evaluate(FOUND) == []
    take_in(library, set(spoken.values()), gone=frozenset(videos))


@pytest.mark.usefixtures("spoken")
def test_a_search_asks_nobody_but_site_and_media(visit: Visit, stack: Stack) -> None:
    visitor = ask(visit, "beep")

    assert visitor.hosts == {url.split("/")[2] for url in (stack.site_url, stack.media_url)}
