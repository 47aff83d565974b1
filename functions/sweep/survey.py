"""Reading all that is stored, once, as one value for each video. EFFECT: reads the store.

Listings first, then the documents that they name. Bodies are remembered by their tag, so that a warm sweep reads only what changed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from functions.common import keys, schema
from functions.common.inbox import read_name, take_stock
from functions.common.model import Current, Document, Manifest, Plan
from functions.common.store import Bucket, Buckets, Listed, Version
from functions.sweep.reconcile import Video

WORK_PREFIXES = tuple(form.prefix() for form in (keys.CURRENT, keys.PLAN, keys.ORDER, keys.OK, keys.FRAGMENT))


@dataclass
class Memory:
    """Bodies by key and tag."""

    bodies: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def read(self, bucket: Bucket, listed: Listed | None) -> bytes | None:
        """Read a listed object, from memory when its tag is the same."""
        if listed is None:
            return None
        etag, body = self.bodies.get(listed.key, ("", b""))
        if etag == listed.etag:
            return body
        found = bucket.read(listed.key)
        if found is not None:
            self.bodies[listed.key] = (listed.etag, found)
        return found


@dataclass(frozen=True)
class Survey:
    """One look at everything, at `now` seconds since 1970."""

    buckets: Buckets
    memory: Memory
    now: int

    def videos(self) -> list[Video]:
        """Give every video of which anything is stored."""
        media = _by_id(self.buckets.media.list(keys.MANIFEST.prefix()))
        work = _by_id(listed for prefix in WORK_PREFIXES for listed in self.buckets.work.list(prefix))
        inbox = self._inbox()
        return [self._video(video, inbox.get(video), work[video], media[video]) for video in {**media, **work, **inbox}]

    def fresh(self, video: Video) -> Video:
        """Read `current`, and then the manifest, again: what is dead is judged by documents newer than the listing."""
        current = _load(Current, self.buckets.work.read(keys.CURRENT.key(id=video.id)))
        manifest = _load(Manifest, self.buckets.media.read(keys.MANIFEST.key(id=video.id)))
        return Video(id=video.id, current=current, manifest=manifest, work=video.work, media=video.media)

    def _inbox(self) -> dict[str, tuple[str, list[Version]]]:
        stems: dict[str, list[Version]] = defaultdict(list)
        for version in self.buckets.inbox.versions(""):
            if name := read_name(version.key):
                stems[name.stem].append(version)
        return {keys.video_id(stem): (stem, versions) for stem, versions in stems.items()}

    def _video(
        self, video: str, inbox: tuple[str, list[Version]] | None, work: dict[str, Listed], media: dict[str, Listed]
    ) -> Video:
        read: Callable[[Bucket, Listed | None], bytes | None] = self.memory.read
        current = _load(Current, read(self.buckets.work, work.get(keys.CURRENT.key(id=video))))
        plan_key = keys.PLAN.key(id=video, rev=current.rev) if current and current.rev else ""
        newest = max(inbox[1], key=lambda version: version.modified) if inbox else None
        return Video(
            id=video,
            inbox=newest.key if newest else None,
            inbox_age=self.now - newest.modified if newest else 0,
            inventory=take_stock(*inbox) if inbox else None,
            old=tuple(inbox[1]) if inbox else (),
            current=current,
            plan=_load(Plan, read(self.buckets.work, work.get(plan_key))),
            manifest=_load(Manifest, read(self.buckets.media, media.get(keys.MANIFEST.key(id=video)))),
            work=self._ages(work),
            media=self._ages(media),
        )

    def _ages(self, listed: dict[str, Listed]) -> dict[str, int]:
        return {key: self.now - found.modified for key, found in listed.items()}


def _by_id(listed: Iterable[Listed]) -> dict[str, dict[str, Listed]]:
    found: dict[str, dict[str, Listed]] = defaultdict(dict)
    for each in listed:
        video = each.key.split("/", 2)[1].removesuffix(".json")  # every key of work, and of v/ in media, has the id there
        found[video][each.key] = each
    return found


def _load[D: Document](kind: type[D], body: bytes | None) -> D | None:
    return schema.load(kind, body) if body is not None else None
