"""What a search costs: to make its index, and to ask it for the first time, in libraries of 100 to 10,000 videos with captions."""

import gzip
import random
import resource
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Final

from playwright.sync_api import Page, sync_playwright

from functions.common import keys, schema
from functions.common.model import Captions, Entry, Fragment, Live, Manifest
from functions.common.store import Bucket, Buckets
from functions.search.handler import MOST, Search
from infra.local.browser import link_browser
from infra.local.places import BIN
from infra.local.site import bundled
from tests.benchmarks.catalogue import Shelf
from tests.benchmarks.figures import Figure, timed
from tests.browser.conftest import FLAGS
from tests.browser.files import Host, serving

SIZES: Final = (100, 1000, 10_000)
VOCABULARY: Final = 60_000  # words, by Zipf's law
CUES: Final = 60  # of a video, each of 30 words: ten minutes of talk
CUE_WORDS: Final = 30
RARE: Final = 20_000  # the rank of a word that few videos have
COMMON: Final = 300  # of one that most have
KB: Final = 1000
PLAIN: Final = (".json", ".vtt", ".js", ".html", ".css")  # a CDN compresses these; Pagefind's own files are compressed already


type NewPage = Callable[[], Page]


@dataclass
class Silent:
    """Telemetry that nobody reads."""

    told: list[str] = field(default_factory=list)

    def tell(self, what: str, **_fields: object) -> None:
        """Say nothing."""

    def alarm(self, what: str, **_fields: object) -> None:
        """Keep what would ring."""
        self.told.append(what)

    def count(self, metric: str, value: float = 1) -> None:
        """Count nothing."""


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Make words of syllables, and the sums of their frequencies."""
    chance = random.Random(5)  # noqa: S311  # the same words each time
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        syllables = (chance.choice("bcdfghjklmnprstvwz") + chance.choice("aeiou") for _ in range(chance.randint(1, 5)))
        words["".join(syllables) + chance.choice(["", "n", "s", "t"])] = None
    return list(words), list(accumulate(1 / (rank + 2) for rank in range(VOCABULARY)))


def said(chance: random.Random, count: int) -> str:
    """Say so many words."""
    words, sums = vocabulary()
    return " ".join(words[bisect(sums, chance.random() * sums[-1])] for _ in range(count))


def put(media: Shelf, number: int) -> str:
    """Put a video's manifest and captions; give its id."""
    chance = random.Random(number)  # noqa: S311  # the same video each time
    video, title = keys.video_id(f"talk {number}"), said(chance, 6)
    cues = (f"00:{at // 6:02}:{at % 6}0.000 --> 00:{at // 6:02}:{at % 6}9.000\n{said(chance, CUE_WORDS)}\n" for at in range(CUES))
    captions = keys.SIDE_CAPTIONS.key(id=video, rev=video, hash=keys.digest(title.encode()))
    media.objects[captions] = "\n".join(["WEBVTT\n", *cues]).encode()
    entry = Entry(id=video, title=title, date="2026-01-01T00:00:00Z", duration_s=600.0, complete=True, words="0" * 16)
    manifest = Manifest(
        id=video,
        generation=1,
        current_generation=1,
        status="ready",
        title=title,
        description=said(chance, 30),
        entry=entry,
        entry_number=1,
        captions=(Captions(object=captions, language="en"),),
    )
    media.objects[keys.MANIFEST.key(id=video)] = schema.dump(manifest)
    return video


def measure() -> list[Figure]:
    """Fill one library more and more, and look at it at each size."""
    link_browser(BIN / "chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BIN / "chromium", args=list(FLAGS))
        figures = [figure for found in _grow(lambda: browser.new_context().new_page()) for figure in found]
        browser.close()
    return figures


def _grow(page: NewPage) -> Iterator[list[Figure]]:
    shelves = [Shelf() for _ in range(4)]
    buckets = Buckets(*(Bucket(shelf, lambda _: None) for shelf in shelves))
    work, media = shelves[1], shelves[2]
    search, done = Search(buckets, Silent()), 0
    for size in SIZES:
        with timed() as watch:
            while done < size:
                for video in [put(media, number) for number in range(done, min(done + MOST, size))]:
                    work.objects[keys.UNSEARCHED.key(id=video, number=1)] = schema.dump(Fragment(id=video))
                    done += 1
                search.run()
        with timed() as one:
            video = put(media, done)
            work.objects[keys.UNSEARCHED.key(id=video, number=1)] = schema.dump(Fragment(id=video))
            done += 1
            search.run()
        live = schema.load(Live, media.objects[keys.LIVE.key()])
        yield [
            Figure(f"search_build_s_{size}", watch.seconds, f"s until {size:,} videos with captions are searched, 500 a run"),
            Figure(f"search_one_more_s_{size}", one.seconds, "s for one more"),
            Figure(f"search_bundles_{size}", len(live.bundles), "bundles that are live"),
            *_asked(page, media, "common", COMMON, size),
            *_asked(page, media, "rare", RARE, size),
        ]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KB
    yield [Figure("search_memory_mb", peak, "MB of Pagefind at its peak", 3008)]


def _asked(page: NewPage, media: Shelf, name: str, rank: int, size: int) -> Iterator[Figure]:
    """Ask for one word, for the first time in a new browser."""
    word = vocabulary()[0][rank]
    with serving(media.objects) as host:
        opened = page()
        opened.goto(f"{host.url}search.html?q={word}")
        opened.wait_for_selector(".found li")
        opened.wait_for_load_state("networkidle")
        opened.context.close()
        program = bundled().names["vendor/pagefind.js"]
        asked = [path for path in host.asked if path.startswith(("search/", "v/")) or path == program]
        yield Figure(
            f"search_{name}_kb_{size}", sum(_sent(host, path) for path in asked) / KB, f"kB for a {name} word at {size:,}", 300
        )
        yield Figure(f"search_{name}_requests_{size}", len(asked), "requests for it")


def _sent(host: Host, path: str) -> int:
    body = host.files.get(path, ("", b""))[1]
    return len(gzip.compress(body)) if path.endswith(PLAIN) else len(body)
