"""Removing what is dead. EFFECT: deletes by the store's verbs.

What to remove is decided by `reconcile`, on documents read after the listing.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from functions.common import keys, schema
from functions.common.errors import Unavailable
from functions.common.model import Directory, Live, Receipt, Root
from functions.common.orders import IMAGE, STILLS, OrderKeys, makers
from functions.common.store import Buckets, Listed
from functions.sweep.reconcile import Video, dead, rivals
from functions.sweep.survey import Memory, Survey

CATALOGUE: Final = "catalogue/"
SEARCH: Final = "search/"
A_RUN_S: Final = 3600  # a run of the catalogue function takes a minute at most from a sitemap's part to the sitemap that names it

type Removed = Counter[str]  # how many objects, by what they were


@dataclass(frozen=True)
class Burial:
    """Removes for good. `grace_s`: viewers may still play what died less than that ago."""

    buckets: Buckets
    grace_s: int

    def of_video(self, survey: Survey, video: Video) -> Removed:
        """Remove a video's dead objects, and the bytes of a deleted one."""
        work, media = dead(video, self.grace_s)
        orphans = self._orphans(video)
        old = self._old_versions(video)
        if not (work or media or orphans or old):
            return Counter()
        fresh = survey.fresh(video)
        work, media = dead(fresh, self.grace_s)
        self.buckets.work.delete(work)
        self.buckets.media.delete([*media, *orphans])
        deleted = fresh.manifest and fresh.current and fresh.manifest.status == "deleted" and fresh.current.source is None
        bytes_of_it = old if deleted else []
        for key, version in bytes_of_it:
            self.buckets.inbox.delete_version(key, version)
        return Counter({"work": len(work), "media": len(media), "lost_attempts": len(orphans), "sources": len(bytes_of_it)})

    def of_lists(self, memory: Memory, now: int) -> Removed:
        """Remove pages and directories that no list will name again, and parts of a sitemap that it does not name."""
        listed = {found.key: found for found in self.buckets.media.list(CATALOGUE)}
        named: dict[str, tuple[int, set[str]]] = {}
        for key, found in listed.items():
            if (fields := keys.ROOT.parse(key)) and (body := memory.read(self.buckets.media, found)):
                root = schema.load(Root, body)
                named[fields["list"]] = root.generation, self._parts(memory, root)
        gone = [found.key for found in listed.values() if self._old(found, now) and _unnamed(found.key, named)]
        self.buckets.media.delete(gone)
        return Counter({"lists": len(gone), "sitemaps": self._of_sitemap(now)})

    def _parts(self, memory: Memory, root: Root) -> set[str]:
        """Give all that a root leads to. Raises Unavailable where it is another one by now: the next sweep looks again."""
        names = {ref.object for ref in root.directories}
        for name in names.copy():
            body = memory.read(self.buckets.media, Listed(name, etag="for ever", size=0, modified=0))
            if body is None:
                raise Unavailable(name)
            names |= {ref.object for ref in schema.load(Directory, body).pages}
        return names

    def _of_sitemap(self, now: int) -> int:
        listed = list(self.buckets.site.list(keys.SITEMAP_PART.prefix()))
        body = self.buckets.site.read(keys.SITEMAP.key()) or b""
        old = [found.key for found in listed if self._old(found, now) and now - found.modified >= A_RUN_S]
        gone = [key for key in old if key.encode() not in body]
        self.buckets.site.delete(gone)
        return len(gone)

    def of_search(self, now: int) -> Removed:
        """Remove bundles that are not live any more. As with pages, a name belongs to one generation of what is live."""
        listed = list(self.buckets.media.list(SEARCH))
        body = self.buckets.media.read(keys.LIVE.key())
        if body is None:
            return Counter()
        live = schema.load(Live, body)
        named = {_bundle(bundle.members) for bundle in live.bundles}
        gone = [found.key for found in listed if self._old(found, now) and _unsearched(found.key, live.generation, named)]
        self.buckets.media.delete(gone)
        return Counter({"search": len(gone)})

    def _old(self, found: Listed, now: int) -> bool:
        return now - found.modified >= self.grace_s

    def _orphans(self, video: Video) -> list[str]:
        """Find what an attempt left that lost: its place is taken by an object that the unit's receipt names."""
        found: list[str] = []
        for group in rivals(video.media).values():
            named = self._named(video, group[0])
            found.extend(key for key in group if named and key not in named)
        return found

    def _named(self, video: Video, key: str) -> set[str]:
        """Give all that the receipts of an object's unit name; nothing while one of them is missing."""
        receipts = [self.buckets.work.read(receipt) for receipt in self._makers(video, key)]
        if not receipts or None in receipts:
            return set()
        read = (schema.load(Receipt, body) for body in receipts if body is not None)
        return {name for receipt in read for name in objects(receipt)}

    def _makers(self, video: Video, key: str) -> list[str]:
        """Name the ok receipts of every unit that may have made an object: all of its rendition for an init, else one."""
        if side := keys.SIDE_CAPTIONS.parse(key) or keys.SIDE_POSTER.parse(key):
            return [OrderKeys.of_sidecar(video.id, side["rev"]).ok]
        for form in (keys.SEGMENTS, keys.SPRITE, keys.TEXT, keys.FILE):
            if fields := form.parse(key):
                return [OrderKeys.of_unit(video.id, fields["rev"], fields["unit"]).ok]
        for form, unit in ((keys.POSTER, STILLS), (keys.IMAGE, IMAGE)):
            if fields := form.parse(key):
                return [OrderKeys.of_unit(video.id, fields["rev"], unit).ok]
        fields = keys.INIT.parse(key)
        if fields and video.plan and video.plan.rev == fields["rev"]:
            units = makers(video.plan, fields["rendition"])
            return [OrderKeys.of_unit(video.id, video.plan.rev, unit).ok for unit in units]
        return []

    def _old_versions(self, video: Video) -> list[tuple[str, str]]:
        """List the bytes that a deleted video left behind in the versioned inbox; the markers expire by lifecycle."""
        gone = video.manifest is not None and video.manifest.status == "deleted"
        return [(old.key, old.version) for old in video.old if gone and not old.deleted and not old.latest]


def _unnamed(key: str, named: Mapping[str, tuple[int, set[str]]]) -> bool:
    """Whether a list's part is not in its root, which is newer; a name belongs to one generation of the root alone."""
    fields = keys.PAGE.parse(key) or keys.DIRECTORY.parse(key)
    if fields is None or fields["list"] not in named:
        return False
    generation, names = named[fields["list"]]
    return int(fields["generation"]) <= generation and key not in names


def _bundle(key: str) -> tuple[str, str] | None:
    """Read which bundle an object of the search belongs to: the generation that made it, and its hash."""
    fields = keys.MEMBERS.parse(key) or keys.BUNDLE_FILE.parse(key)
    return (fields["generation"], fields["hash"]) if fields else None


def _unsearched(key: str, generation: int, named: Container[tuple[str, str] | None]) -> bool:
    """Whether a bundle's file belongs to no live bundle, and never will."""
    bundle = _bundle(key)
    return bundle is not None and int(bundle[0]) <= generation and bundle not in named


def objects(receipt: Receipt) -> Iterable[str]:
    """Give every object that a receipt commits."""
    for part in receipt.parts:
        yield from (part.init, part.object)
    yield from (sprite.object for sprite in receipt.sprites)
    yield from (picture.object for picture in receipt.pictures)
    if receipt.captions:
        yield receipt.captions
    yield from (file.object for file in receipt.files)
