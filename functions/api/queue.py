"""The queue: which videos have orders, how far they are, and who works on them since when. EFFECT: reads by the store's verbs."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from functions.api.answers import STATUS, WHOLE, Job, Queue, UnitUnderway, per_cent
from functions.common import keys, schema
from functions.common.inbox import file_name, timestamp
from functions.common.model import Current, Manifest, Underway
from functions.common.store import Bucket, Buckets, Listed

MOST_ORDERS: Final = 5_000  # five LISTs
MOST_VIDEOS: Final = 100  # two small reads each, side by side
MOST_UNITS: Final = 100


def queue(buckets: Buckets, client: str | None) -> Queue:
    """Look at the orders that lie there; only those of one client, if one is given."""
    listed = list(islice(buckets.work.list(keys.ORDER.prefix()), MOST_ORDERS + 1))
    videos = list(dict.fromkeys(video for found in listed if (video := keys.id_of(found.key))))
    shown = videos[:MOST_VIDEOS]
    currents = buckets.work.read_all([keys.CURRENT.key(id=video) for video in shown])
    manifests = buckets.media.read_all([keys.MANIFEST.key(id=video) for video in shown])
    units = underway(buckets.work, keys.UNDERWAY.prefix(), MOST_UNITS)
    jobs = [
        _job(schema.load(Current, current), schema.load(Manifest, manifest) if manifest else None, units)
        for current, manifest in zip(currents, manifests, strict=True)
        if current
    ]
    return _sorted(
        (job for job in jobs if job and client in {None, job.client_id}),
        more=len(listed) > MOST_ORDERS or len(videos) > MOST_VIDEOS,
    )


def underway(work: Bucket, prefix: str, most: int) -> list[tuple[Listed, Underway]]:
    """Read how far the units under a prefix are on which somebody works, or did until they were killed; at most so many."""
    listed = list(islice(work.list(prefix), most))
    bodies = work.read_all([found.key for found in listed])
    return [(found, schema.load(Underway, body)) for found, body in zip(listed, bodies, strict=True) if body]


def _job(current: Current, manifest: Manifest | None, units: list[tuple[Listed, Underway]]) -> Job | None:
    if current.source is None or (manifest and manifest.status == "deleted"):
        return None
    phase = "queued" if manifest is None or manifest.status == "deleted" else manifest.status
    upload = keys.UPLOAD.parse(current.source.key) or {}
    own = [(found, unit) for found, unit in units if phase == "encoding" and (unit.id, unit.rev) == (current.id, current.rev)]
    return Job(
        video_id=current.id,
        file_name=file_name(current.source.key),
        client_id=upload.get("client"),
        item_id=upload.get("item"),
        status=STATUS[phase],
        progress=per_cent(manifest, phase, [unit for _, unit in own]),
        since=current.source.modified,
        error=manifest.error if manifest else None,
        underway=tuple(
            UnitUnderway(unit.unit, timestamp(found.modified - round(unit.taken_s)), int(unit.done * WHOLE), unit.speed)
            for found, unit in own
        ),
    )


def _sorted(jobs: Iterable[Job], *, more: bool) -> Queue:
    """Put each where it belongs, the longest waiting first."""
    ordered = sorted(jobs, key=lambda job: (job.since, job.video_id))
    of = {status: tuple(job for job in ordered if job.status == status) for status in set(STATUS.values())}
    return Queue(
        to_do=of["to_do"],
        in_progress=of["in_progress"],
        failed=of["finished_with_errors"],
        done=of["finished_successful"],
        more=more,
    )
