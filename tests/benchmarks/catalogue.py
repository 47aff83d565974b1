"""What one more video costs, and what a visitor reads first, in catalogues of 10 to 100,000 videos, by the real stage."""

import gzip
import hashlib
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from msgspec.structs import replace

from functions.catalogue.handler import Catalogue, Memory
from functions.catalogue.pages import SiteText, list_page
from functions.catalogue.tree import EMPTY, change, grown
from functions.common import keys, schema
from functions.common.labels import label
from functions.common.model import Entry, Manifest, Picture
from functions.common.stage import Group
from functions.common.store import Absent, Answer, Bucket, Buckets, Condition, Listed, Same, Stored, Version
from tests.benchmarks.figures import Figure, timed

SIZES: Final = (10, 1000, 10_000, 100_000)
SITE: Final = SiteText(title="Videos", url="https://video.example.org/", media="https://media.example.org/")
WORDS: Final = (
    "summer",
    "lesson",
    "harbour",
    "match",
    "garden",
    "rehearsal",
    "birthday",
    "lecture",
    "winter",
    "concert",
    "harvest",
)
ADDED: Final = 20  # videos, one after the other
KB: Final = 1000


@dataclass
class Shelf:
    """One bucket in memory, which counts what it is asked."""

    objects: dict[str, bytes] = field(default_factory=dict)
    gets: int = 0
    written: list[int] = field(default_factory=list)

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """Read."""
        del version
        self.gets += 1
        body = self.objects.get(key)
        return None if body is None else Stored(body, hashlib.md5(body, usedforsecurity=False).hexdigest())

    def each[T, R](self, act: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        """Do it one after the other."""
        return [act(item) for item in items]

    def put(self, key: str, body: bytes, condition: Condition) -> Answer:
        """Write."""
        there = self.get(key)
        self.gets -= 1
        match condition:
            case Absent() if there:
                return Answer.REFUSED
            case Same(etag) if there is None or there.etag != etag:
                return Answer.REFUSED
        self.objects[key] = body
        self.written.append(len(body))
        return Answer.DONE

    def list(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """List."""
        found = (key for key in sorted(self.objects) if key.startswith(prefix) and key > after)
        yield from (Listed(key, "", len(self.objects[key]), 0) for key in found)

    def versions(self, prefix: str) -> Iterator[Version]:
        """There are none."""
        del prefix
        yield from ()

    def delete(self, key: str, version: str | None = None) -> None:
        """Delete."""
        del version
        self.objects.pop(key, None)


def measure() -> list[Figure]:
    """Measure each size."""
    return [figure for size in SIZES for figure in _of(size)]


def manifest(number: int) -> Manifest:
    """Imagine a video: twelve words, three tags of five hundred, one channel of fifty, two posters."""
    video = keys.video_id(f"video {number}")
    title = " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(5)) + f" {number}"
    begin = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(seconds=number * 7919)
    rev = keys.rev(video)
    posters = tuple(
        Picture(object=keys.POSTER.key(id=video, rev=rev, width=width, hash=keys.digest(title.encode()), picture="webp"),
                width=width, height=width * 9 // 16)
        for width in (320, 640)
    )  # fmt: skip
    entry = Entry(
        id=video,
        title=title,
        date=begin.strftime("%Y-%m-%dT%H:%M:%SZ"),
        duration_s=60.0 + number % 3000,
        complete=True,
        words=keys.digest(title.encode()),
        posters=posters,
        tags=tuple(label("tag", f"tag {number * step % 500}") for step in (1, 3, 7)),
        channel=label("channel", f"Channel {number % 50}"),
    )
    lists = tuple(sorted({each.list for each in (*entry.tags, *([entry.channel] if entry.channel else []))}))
    return Manifest(
        id=video,
        generation=1,
        current_generation=1,
        status="ready",
        title=title,
        date=entry.date,
        entry=entry,
        entry_number=1,
        announced=1,
        lists=lists,
    )


def filled(size: int) -> Buckets:
    """Give buckets with a catalogue of so many videos, all lists made at once."""
    shelves = [Shelf() for _ in range(4)]
    buckets = Buckets(*(Bucket(shelf, lambda _: None) for shelf in shelves))
    lists: dict[str, dict[str, Entry | None]] = {keys.ALL: {}}
    for made in map(manifest, range(size)):
        for name in (keys.ALL, *made.lists):
            lists.setdefault(name, {})[made.id] = made.entry
    for name, entries in lists.items():
        root, writes = grown(EMPTY, change((), entries), name)
        shelves[2].objects |= {write.key: write.body for write in writes} | {keys.ROOT.key(list=name): schema.dump(root)}
        shelves[3].objects |= {} if name == keys.ALL else {keys.LIST_PAGE.key(list=name): list_page(root, name, SITE)}
    Catalogue(buckets, SITE).act(Group("catalogue", (), ()))  # the front page, the feeds, the sitemap
    return buckets


@dataclass(frozen=True)
class Run:
    """What one run of the stage took: seconds, objects read, bytes written."""

    seconds: float
    gets: int
    written: int


def _run(buckets: Buckets, memory: Memory, added: Manifest) -> Run:
    """Bring one video into the catalogue."""
    media, site = (bucket.door for bucket in (buckets.media, buckets.site))
    if not (isinstance(media, Shelf) and isinstance(site, Shelf)):
        raise TypeError("a shelf was expected")
    media.objects[keys.MANIFEST.key(id=added.id)] = schema.dump(added)
    media.gets = site.gets = 0
    media.written, site.written = [], []
    with timed() as watch:
        fragment = keys.FRAGMENT.key(id=added.id, number=1)
        Catalogue(buckets, SITE, memory).act(Group("catalogue", (fragment,), ()))
    return Run(watch.seconds, media.gets + site.gets, sum(media.written) + sum(site.written))


def _plain(made: Manifest) -> Manifest:
    entry = replace(made.entry, tags=(), channel=None) if made.entry else None
    return replace(made, entry=entry, lists=())


def _of(size: int) -> Iterator[Figure]:
    buckets, memory = filled(size), Memory()
    cold = _run(buckets, memory, manifest(size))
    warm = [_run(buckets, memory, manifest(size + number)) for number in range(1, ADDED)]
    plain = [_run(buckets, memory, _plain(manifest(size + number))) for number in range(ADDED, 2 * ADDED)]
    front = buckets.site.read(keys.INDEX_PAGE.key()) or b""
    root = buckets.media.read(keys.ROOT.key(list=keys.ALL)) or b""

    def figure(what: str, value: float, says: str, most: float | None = None) -> Figure:
        return Figure(f"catalogue_{what}_{size}", value, says, most)

    yield figure("written_kb", median(run.written for run in plain) / KB, f"kB written for one more video of {size:,}", 300)
    yield figure("written_tagged_kb", median(run.written for run in warm) / KB, "kB for one with three tags and a channel")
    yield figure("cold_s", cold.seconds, "s of the stage for the first of those")
    yield figure("cold_gets", cold.gets, "objects that it read")
    yield figure("warm_s", median(run.seconds for run in warm), "s for the next ones")
    yield figure("first_kb", (len(gzip.compress(front)) + len(gzip.compress(root))) / KB, "kB, gzip, of front page and root", 100)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB
    yield figure("memory_mb", peak, "MB at the peak of this process so far, the made library among them", 1024)
