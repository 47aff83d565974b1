"""Markup in every word that a person may send: each page shows it as text, and none of it runs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, expect

from functions.common import keys
from infra.local.stack import Stack
from tests.browser.conftest import await_words
from tests.browser.test_search import take_in
from tests.browser.test_sending import send
from tests.browser.visitor import VIDEO, Visitor
from tests.media import SUBTITLES, clip, ffmpeg, photo
from tests.stack.library import Library

NAME = "name<img src=x onerror=ran()>"  # of a file: a slash would end it
MADE = "[...document.querySelectorAll('img[src=x], script')].filter(made => made.alt !== undefined || made.text === 'ran()').length"


def markup(word: str) -> str:
    """Give a word that runs, twice, wherever it is taken for HTML."""
    return f"{word}<img src=x onerror=ran()><script>ran()</script>"


NOTE = {
    "title": markup("title"),
    "description": markup("description"),
    "tags": [markup("tag")],
    "channel": markup("channel"),
    "chapters": [{"at": 0, "title": markup("chapter")}],
}
CAPTIONS = f"WEBVTT\n\n00:00.000 --> 00:09.000\n{markup('caption')}\n".encode()
TAG, CHANNEL = keys.list_id("tag", markup("tag")), keys.list_id("channel", markup("channel"))
PAGES = {  # and the words that it shows
    "index.html": ("title", "name"),
    f"lists/{TAG}.html": ("tag", "title"),
    f"lists/{CHANNEL}.html": ("channel", "title"),
    "w/{noted}.html": ("title", "description", "tag", "channel", "chapter"),
    "w/{named}.html": ("name",),
    "embed/{noted}.html": (),  # the player alone
    "search.html?q=description": ("title",),
    "search.html?q=name": ("name",),
}


@dataclass(frozen=True)
class Trap:
    """Browsers without the site's own policy, which would hide that something runs. `ran` has what did."""

    context: BrowserContext
    site: str
    ran: list[str] = field(default_factory=list)

    def visit(self, path: str) -> Visitor:
        """Open a page."""
        visitor = Visitor.at(self.context.new_page())
        visitor.page.goto(self.site + path)
        return visitor

    def caught(self, visitor: Visitor) -> tuple[list[str], int]:
        """Give what has run, and how many elements a word has made."""
        visitor.page.wait_for_load_state("networkidle")  # an image that is not there says so when it was asked for
        return self.ran, int(visitor.page.evaluate(MADE))


@pytest.fixture
def trap(chromium: Browser, stack: Stack) -> Iterator[Trap]:
    context = chromium.new_context(bypass_csp=True)
    trap = Trap(context, stack.site_url)
    context.expose_function("ran", lambda: trap.ran.append("ran"))
    yield trap
    context.close()


@pytest.fixture(scope="module")
def videos(library: Library) -> dict[str, str]:
    """Give a video whose note and captions are markup, and one whose files are called so."""
    library.drop("marked/up.json", json.dumps(NOTE).encode())
    library.drop("marked/up.en.vtt", CAPTIONS)
    library.drop(f"marked/{NAME}.jpg", photo(640, 360))
    library.drop(f"marked/{NAME}.en.vtt", b"no captions")
    library.drop(f"marked/{NAME}.xx.vtt", CAPTIONS)
    made = {"noted": library.drop("marked/up.mp4", clip("blink")), "named": library.drop(f"marked/{NAME}.mp4", clip("blink"))}
    library.wait(made["noted"], lambda found: found.status == "ready" and bool(found.captions))
    library.wait(made["named"], lambda found: found.status == "ready" and bool(found.problems) and bool(found.posters))
    for video in made.values():
        await_words(library, keys.INDEX_PAGE.key(), video)
    for name in (TAG, CHANNEL):
        await_words(library, keys.LIST_PAGE.key(list=name), made["noted"])
    take_in(library, set(made.values()))
    return made


@pytest.mark.parametrize("path", PAGES)
def test_markup_in_any_word_is_shown_as_text(path: str, trap: Trap, videos: dict[str, str]) -> None:
    visitor = trap.visit(path.format(**videos))
    for word in PAGES[path]:
        visitor.waits(f"document.body.innerText.includes('{word}<img src=x onerror=ran()>')")
    assert trap.caught(visitor) == ([], 0)


def test_markup_in_captions_is_left_out_where_they_are_shown(trap: Trap, videos: dict[str, str]) -> None:
    visitor = trap.visit(keys.WATCH_PAGE.key(id=videos["noted"]))
    captions = f"[...{VIDEO}?.textTracks ?? []].filter(track => track.kind === 'captions')"  # not the chapters, nor the scrubber's
    visitor.waits(f"{captions}.length > 0")
    visitor.page.evaluate(f"for (const track of {captions}) track.mode = 'showing'")
    said = visitor.sees(f"{captions}.flatMap(track => [...track.cues ?? []]).map(cue => cue.text).join()", str)
    assert said.startswith("caption")
    assert "<" not in said
    assert trap.caught(visitor) == ([], 0)


def test_markup_in_a_files_own_words_is_shown_as_text(trap: Trap, library: Library, tmp_path: Path) -> None:
    words, lines = tmp_path / "words.txt", tmp_path / "lines.srt"
    chapter = f"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=100\ntitle={markup('part').replace('=', '\\=')}\n"
    words.write_text(f";FFMETADATA1\ntitle={markup('inside').replace('=', '\\=')}\n{chapter}")
    lines.write_text(SUBTITLES.format("one", "two"))
    titles = [f"-metadata:s:{track}" for track in ("a:0", "a:1", "s:0")]
    named = [word for track in titles for word in (track, f"title={markup('track')}")]
    inputs = ("-i", clip("blink"), "-i", lines, "-i", words, "-map_metadata", "2", "-map_chapters", "2")
    ffmpeg(
        *inputs,
        "-map",
        "0:v",
        "-map",
        "0:a",
        "-map",
        "0:a",
        "-map",
        "1",
        "-c:v",
        "copy",
        "-c:a",
        "copy",
        *named,
        tmp_path / "own.mkv",
    )
    video = library.drop("marked/own.mkv", tmp_path / "own.mkv")
    found = library.wait(video, lambda found: found.status == "ready" and bool(found.playable and found.playable.captions))
    await_words(library, keys.WATCH_PAGE.key(id=video), "part&lt;img")

    visitor = trap.visit(keys.WATCH_PAGE.key(id=video))
    for word in ("inside", "part"):
        visitor.waits(f"document.body.innerText.includes('{word}<img src=x onerror=ran()>')")
    visitor.page.click("media-play-button.big")  # the engine then learns of the sounds
    for tracks in ("audioTracks", "textTracks"):
        visitor.waits(f"[...{VIDEO}?.{tracks} ?? []].some(track => track.label.startsWith('track<img src=x'))")
    assert (found.title, trap.caught(visitor)) == (markup("inside"), ([], 0))


def test_a_files_name_with_markup_is_text_where_it_is_sent_and_where_it_is_followed(trap: Trap, stack: Stack) -> None:
    sender = trap.visit("upload.html")
    sent = FilePayload(name=f"sent{NAME}.mp4", mimeType="video/mp4", buffer=clip("blink").read_bytes())
    send(sender, stack.api_token, sent)
    expect(sender.page.locator("li.file .does")).to_contain_text("Ready")
    sender.waits(f"document.body.innerText.includes('sent{NAME}.mp4')")
    visitor = trap.visit("status.html")  # which knows the token by now
    visitor.waits(f"document.body.innerText.includes('sent{NAME}.mp4')")

    assert trap.caught(sender) == ([], 0)
    assert trap.caught(visitor) == ([], 0)


def plant(visitor: Visitor) -> None:
    """Let a page take a word for HTML, and wait until its image was looked for."""
    visitor.page.evaluate("word => document.querySelector('main').insertAdjacentHTML('beforeend', word)", markup("planted"))
    visitor.waits("document.querySelector('img[src=x]').complete")


def test_markup_that_a_page_takes_for_html_would_be_caught(trap: Trap) -> None:
    visitor = trap.visit("index.html")
    plant(visitor)
    assert trap.caught(visitor) == (["ran"], 2)  # a script that is put in so is made, and not run


def test_the_sites_own_policy_stops_what_would_run(chromium: Browser, stack: Stack) -> None:
    context = chromium.new_context()
    trap = Trap(context, stack.site_url)
    context.expose_function("ran", lambda: trap.ran.append("ran"))
    visitor = trap.visit("index.html")
    plant(visitor)
    caught = trap.caught(visitor)
    context.close()

    assert caught == ([], 2)
    assert any("Content Security Policy" in error for error in visitor.errors)
