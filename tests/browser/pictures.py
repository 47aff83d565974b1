"""The pictures of README.md: a small library on a stack, and what a visitor sees of it.

    SEED= REEL_LOCAL=.local/pictures REEL_PORT=0 make up    an empty stack, beside any other
    REEL_LOCAL=.local/pictures python -m tests.browser.pictures    writes docs/images/: front.png, watch.png, reel.svg

The films are drawn by ffmpeg's own sources, so that anyone can make the same pictures.
"""

import dataclasses
import json
import os
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import ViewportSize, sync_playwright

from functions.common import keys
from infra.local.places import BIN, ROOT, places
from infra.local.stack import Stack
from tests.browser.conftest import FLAGS, await_words
from tests.browser.terminal import picture, shown
from tests.browser.visitor import VIDEO, Visitor
from tests.media import AAC, X264, ffmpeg
from tests.stack.library import Library

IMAGES: Final = ROOT / "docs" / "images"
SECONDS: Final = 20
TONE: Final = f"sine=frequency=220:duration={SECONDS},volume=0.1"
CUES: Final = "WEBVTT\n\n00:00.000 --> 00:20.000\nEach bud of the set is another small copy of the whole.\n"
TYPED: Final = ("reel upload tides.mp4 --title 'Tides' --wait", "reel queue", "reel list")
WINDOW: Final = ViewportSize(width=1200, height=850)


@dataclass(frozen=True)
class Film:
    """A film and what its note says. `source` is a graph of ffmpeg's, to a picture of 1280 x 720 at 25 a second."""

    name: str
    source: str
    title: str
    description: str
    tags: tuple[str, ...]
    date: str

    def note(self) -> bytes:
        """Write what lies beside the film."""
        words = {"title": self.title, "description": self.description, "tags": self.tags, "date": self.date}
        return json.dumps(words).encode()


FILMS: Final = (
    Film(
        "mandelbrot",
        "mandelbrot=size=1280x720:rate=25:maxiter=400:end_pts=600:start_scale=2.2:end_scale=0.05",
        "Into the Mandelbrot set",
        "Twenty seconds towards a point on the edge of the set. The colours count how soon a point escapes.",
        ("mathematics", "fractals"),
        "2026-06-21",
    ),
    Film(
        "tides",
        "gradients=size=1280x720:rate=25:speed=0.015:nb_colors=5:c0=0x0b2545:c1=0x13315c:c2=0x8da9c4:c3=0xeef4ed:c4=0xff8c61:seed=7",
        "Colours of the tide",
        "Five colours, slowly turning.",
        ("quiet",),
        "2026-06-14",
    ),
    Film(
        "life",
        "life=size=320x180:rate=25:ratio=0.12:seed=42:mold=12:life_color=#ffd166:death_color=#118ab2:mold_color=#073b4c,"
        "scale=1280:720:flags=neighbor",
        "A colony in the Game of Life",
        "Conway's rules from a random beginning; what dies fades.",
        ("mathematics", "automata"),
        "2026-05-30",
    ),
    Film(
        "carpet",
        "sierpinski=size=1280x720:rate=25:type=carpet:seed=3,hue=h=200*sin(t/4):s=1",
        "Over the Sierpinski carpet",
        "A walk over a plane with no area.",
        ("mathematics", "fractals"),
        "2026-05-17",
    ),
    Film(
        "rule110",
        "cellauto=size=320x180:rate=25:rule=110:random_seed=5:full=1,scale=1280:720:flags=neighbor,"
        "colorchannelmixer=rr=0.9:gg=0.5:bb=0.3,negate",
        "Rule 110, line by line",
        "The simplest automaton that can compute anything.",
        ("automata",),
        "2026-05-03",
    ),
)


def drop(library: Library, film: Film, folder: Path) -> str:
    """Make a film and put it into the inbox with its note."""
    made = folder / f"{film.name}.mp4"
    graph = f"{film.source},trim=duration={SECONDS},format=yuv420p[v];{TONE}[a]"
    ffmpeg("-filter_complex", graph, "-map", "[v]", "-map", "[a]", *X264, *AAC, made)
    library.drop(f"{film.name}.json", film.note())
    return library.drop(f"{film.name}.mp4", made)


def fill(library: Library) -> list[str]:
    """Give the ids of the films' videos, once all are ready and listed."""
    with tempfile.TemporaryDirectory() as folder:
        videos = [drop(library, film, Path(folder)) for film in FILMS]
    library.drop(f"{FILMS[0].name}.en.vtt", CUES.encode())
    for video in videos:
        library.settled(video, "ready")
        await_words(library, keys.INDEX_PAGE.key(), video)
    library.wait(videos[0], lambda found: bool(found.captions))
    return videos


def show_front(visitor: Visitor) -> None:
    """Wait for the pictures of the list."""
    visitor.waits("[...document.querySelectorAll('.videos img')].every(image => image.complete && image.naturalWidth > 1)")


def show_watch(visitor: Visitor) -> None:
    """Stop in the middle of the film, with captions and controls."""
    visitor.plays()
    visitor.seeks(SECONDS / 2)
    visitor.page.hover("media-controller")
    visitor.page.click("media-captions-button")
    visitor.page.hover("h1")  # or the button's tooltip lies over the captions
    visitor.page.hover("media-controller", position={"x": 300, "y": 200})
    visitor.waits(f"[...{VIDEO}.textTracks].some(track => track.activeCues?.length && track.mode === 'showing')")


def save(visitor: Visitor, name: str) -> None:
    """Keep what is seen of a page."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    visitor.page.screenshot(path=IMAGES / f"{name}.png")


def show_terminal(stack: Stack) -> None:
    """Send a film by the command, and look at it."""
    with tempfile.TemporaryDirectory() as folder:
        stack.write(Path(folder) / "stack.json")
        ffmpeg(
            "-filter_complex",
            f"{FILMS[1].source},trim=duration=60,format=yuv420p[v]",
            "-map",
            "[v]",
            *X264,
            Path(folder) / "tides.mp4",
        )
        ours = {**os.environ, "REEL_LOCAL": folder, "REEL_CLIENT": "ann", "REEL_CONFIG": "/nowhere"}
        command = str(ROOT / "bin" / "reel")
        entries = [(typed, shown([command, *shlex.split(typed)[1:]], Path(folder), ours)) for typed in TYPED]
        picture(entries, IMAGES / "reel.svg")


def main() -> None:
    """Fill the stack, and take the pictures."""
    stack = Stack.read(places().stack_file)
    library = dataclasses.replace(Library.of(stack), shelf="films")  # always the same: a second run replaces the first's
    video = fill(library)[0]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BIN / "chromium", args=list(FLAGS))
        for name, path, show in (
            ("front", keys.INDEX_PAGE.key(), show_front),
            ("watch", keys.WATCH_PAGE.key(id=video), show_watch),
        ):
            visitor = Visitor.at(browser.new_page(viewport=WINDOW))
            visitor.page.goto(stack.site_url + path)
            show(visitor)
            save(visitor, name)
        browser.close()
    show_terminal(stack)


if __name__ == "__main__":
    main()
