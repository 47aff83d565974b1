"""Removing what is dead. EFFECT: deletes by the store's verbs.

What to remove is decided by `reconcile`, on documents read after the listing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from functions.common import keys, schema
from functions.common.model import Receipt, Root
from functions.common.orders import OrderKeys, makers
from functions.common.store import Buckets
from functions.sweep.reconcile import Video, dead, rivals
from functions.sweep.survey import Survey


@dataclass(frozen=True)
class Burial:
    """Removes for good. `grace_s`: viewers may still play what died less than that ago."""

    buckets: Buckets
    grace_s: int

    def of_video(self, survey: Survey, video: Video) -> int:
        """Remove a video's dead objects, and the bytes of a deleted one; give the number of objects removed."""
        work, media = dead(video, self.grace_s)
        orphans = self._orphans(video)
        old = self._old_versions(video)
        if not (work or media or orphans or old):
            return 0
        fresh = survey.fresh(video)
        work, media = dead(fresh, self.grace_s)
        self.buckets.work.delete(work)
        self.buckets.media.delete([*media, *orphans])
        if fresh.manifest and fresh.current and fresh.manifest.status == "deleted" and fresh.current.source is None:
            for key, version in old:
                self.buckets.inbox.delete_version(key, version)
        return len(work) + len(media) + len(orphans) + len(old)

    def of_pages(self, now: int) -> int:
        """Remove catalogue pages that no root will name again: older than the root's generation, and not in it."""
        listed = list(self.buckets.media.list(keys.PAGE.prefix()))
        body = self.buckets.media.read(keys.ROOT.key())
        if body is None:
            return 0
        root = schema.load(Root, body)
        named = {ref.object for ref in root.pages}
        gone = [
            page.key
            for page in listed
            if page.key not in named
            and (fields := keys.PAGE.parse(page.key))
            and int(fields["generation"]) <= root.generation
            and now - page.modified >= self.grace_s
        ]
        self.buckets.media.delete(gone)
        return len(gone)

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
        for form in (keys.SEGMENTS, keys.SPRITE, keys.TEXT):
            if fields := form.parse(key):
                return [OrderKeys.of_unit(video.id, fields["rev"], fields["unit"]).ok]
        if fields := keys.POSTER.parse(key):
            return [OrderKeys.of_unit(video.id, fields["rev"], "s").ok]
        fields = keys.INIT.parse(key)
        if fields and video.plan and video.plan.rev == fields["rev"]:
            units = makers(video.plan, fields["rendition"])
            return [OrderKeys.of_unit(video.id, video.plan.rev, unit).ok for unit in units]
        return []

    def _old_versions(self, video: Video) -> list[tuple[str, str]]:
        """List the bytes that a deleted video left behind in the versioned inbox; the markers expire by lifecycle."""
        gone = video.manifest is not None and video.manifest.status == "deleted"
        return [(old.key, old.version) for old in video.old if gone and not old.deleted and not old.latest]


def objects(receipt: Receipt) -> Iterable[str]:
    """Give every object that a receipt commits."""
    for part in receipt.parts:
        yield from (part.init, part.object)
    yield from (sprite.object for sprite in receipt.sprites)
    yield from (picture.object for picture in receipt.pictures)
    if receipt.captions:
        yield receipt.captions
