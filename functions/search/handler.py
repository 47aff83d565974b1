"""search: every few minutes → where words changed, bundles that Pagefind searches in the browser, and what names them."""

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from functions.common import keys, s3, schema
from functions.common.errors import Superseded
from functions.common.model import Bundle, Live, Manifest, Member, Members
from functions.common.ports import Telemetry
from functions.common.settings import BucketNames
from functions.common.store import Buckets, Look, Write
from functions.common.telemetry import CloudWatch
from functions.search import bundles
from functions.search.build import build
from functions.search.records import caption_texts, record

MOST: Final = 500  # hints of one run, a few seconds; the next takes the rest

type Build = Callable[[Mapping[str, bytes]], dict[str, bytes]]


@dataclass(frozen=True)
class Search:
    """One run takes in every change that it is told of. Lists of members never change, so they are kept."""

    buckets: Buckets
    telemetry: Telemetry
    build: Build = build
    read: dict[str, bundles.Members] = field(default_factory=dict)

    def run(self) -> None:
        """Bring videos into the search, or out of it; only when that is live do the hints go."""
        hints = [found.key for found in islice(self.buckets.work.list(keys.UNSEARCHED.prefix()), MOST)]
        videos = sorted({video for key in hints if (video := keys.id_of(key))})
        if videos:
            self.buckets.media.derive(lambda look: self._live(look, videos))
            self.buckets.work.delete(hints)
        self.telemetry.tell("searched", videos=len(videos))

    def _live(self, look: Look, videos: Sequence[str]) -> Sequence[Write]:
        """Make the bundles that are missing, and name those that are wanted."""
        body = look(keys.LIVE.key())
        live = schema.load(Live, body) if body else Live(generation=0)
        there = {self._members(bundle): bundle for bundle in live.bundles}
        pages = self._pages(videos)
        changes = _changes(there, pages)
        if not changes:
            return (Write(keys.LIVE.key(), body),) if body else ()
        generation = live.generation + 1
        wanted = bundles.arranged(list(there), {video: each and each[0] for video, each in changes.items()})
        named = tuple(there.get(members) or self._make(members, generation) for members in wanted)
        return (Write(keys.LIVE.key(), schema.dump(Live(generation=generation, bundles=named))),)

    def _make(self, members: bundles.Members, generation: int) -> Bundle:
        """Build a bundle and put its files; its list of members comes last and is what names it."""
        listed = schema.dump(Members(members=members))
        name = {"generation": str(generation), "hash": keys.digest(listed)}
        found = self._pages([member.id for member in members])
        files = self.build({f"w/{video}.html": page for video, each in found.items() if each for page in [each[1]]})
        self.buckets.media.put_all([Write(keys.BUNDLE_FILE.key(**name, bundled=path), body) for path, body in files.items()])
        key = keys.MEMBERS.key(**name)
        self.buckets.media.put(key, listed)
        return Bundle(members=key, count=len(members))

    def _members(self, bundle: Bundle) -> bundles.Members:
        if bundle.members not in self.read:
            body = self.buckets.media.read(bundle.members)
            if body is None:
                raise Superseded(bundle.members)
            self.read[bundle.members] = schema.load(Members, body).members
        return self.read[bundle.members]

    def _pages(self, videos: Sequence[str]) -> dict[str, tuple[Member, bytes] | None]:
        """Read what is searched of some videos; None for one that is in no list."""
        bodies = self.buckets.media.read_all([keys.MANIFEST.key(id=video) for video in videos])
        manifests = [schema.load(Manifest, body) if body else None for body in bodies]
        shown = [each for each in manifests if each and each.entry and each.entry.visibility == "public"]
        texts = [caption_texts(manifest) for manifest in shown]
        read = iter(self.buckets.media.read_all([key for keys_of_one in texts for key in keys_of_one]))
        found: dict[str, tuple[Member, bytes] | None] = dict.fromkeys(videos)
        for manifest, names in zip(shown, texts, strict=True):
            page = record(manifest, [body for _, body in zip(names, read, strict=False) if body])
            found[manifest.id] = Member(id=manifest.id, number=manifest.entry_number, bytes=len(page)), page
        return found


def _changes(
    there: Iterable[bundles.Members], pages: Mapping[str, tuple[Member, bytes] | None]
) -> dict[str, tuple[Member, bytes] | None]:
    """Give the videos that are not searched as they are now: by the number of their entry, which grows with each change."""
    known = {member.id: member.number for members in there for member in members}
    return {video: page for video, page in pages.items() if known.get(video) != (page[0].number if page else None)}


@functools.cache
def _search() -> Search:
    names = BucketNames.of(os.environ)
    return Search(s3.buckets(s3.client(names), names), CloudWatch("search", os.environ))


def handle(_event: object, _context: object) -> None:
    """Run on the schedule, or whenever it is invoked."""
    _search().run()
