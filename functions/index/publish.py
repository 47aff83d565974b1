"""One video's public documents, derived in passes over all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.model import Current, Failure, Fragment, Manifest, Plan, Receipt, Verdict
from functions.common.ports import Telemetry
from functions.common.receipts import relevant
from functions.common.store import Bucket, Buckets, Look, Write
from functions.index.manifest import manifest, playlists
from functions.index.progress import Progress, Receipts

REMEMBERED = 20_000  # ok receipts, some 1 kB each: 20 MB of the function's memory


@dataclass
class Memory:
    """Ok receipts that this process has read. They never change, so an old one is as good as a new one."""

    ok: dict[str, Receipt] = field(default_factory=dict)

    def read(self, work: Bucket, key: str) -> Receipt | None:
        """Read an ok receipt, from the store the first time; None when it is gone with its rev."""
        if key not in self.ok:
            body = work.read(key)
            if body is None:
                return None
            if len(self.ok) >= REMEMBERED:
                self.ok.clear()
            self.ok[key] = schema.load(Receipt, body)
        return self.ok[key]


def publish(buckets: Buckets, memory: Memory, video: str, telemetry: Telemetry) -> Manifest | None:
    """Make playlists, multivariant playlist and manifest of a video say what its receipts say; give the manifest.

    One pass is: look at the manifest, read `current`, look at the lists, list the receipts once, write what differs in the order
    in which one names the other. An id without `current` has nothing to publish. A video that is failed from now on is counted.
    """
    published: Manifest | None = None
    has_failed = False
    key = keys.MANIFEST.key(id=video)

    def compute(look: Look) -> Sequence[Write]:
        nonlocal published, has_failed
        body = look(key)
        old = schema.load(Manifest, body) if body else None
        current_body = buckets.work.read(keys.CURRENT.key(id=video))
        if current_body is None:
            return ()
        current = schema.load(Current, current_body)
        plan = _plan(buckets.work, current)
        for list_key in _targets(plan):
            look(list_key)
        receipts = _receipts(buckets.work, memory, current)
        progress = Progress.of(current, plan, receipts) if plan else None
        published = manifest(old, current, progress, receipts)
        has_failed |= published.status == "failed" and (old is None or old.status != "failed")
        return [*(playlists(progress) if progress else ()), Write(key, schema.dump(published))]

    buckets.media.derive(compute)
    if has_failed:
        telemetry.count("FailedVideos")
    return published


def announce(buckets: Buckets, told: Manifest) -> Manifest:
    """Make a fragment for the entry of a manifest, then let the manifest say so; give the manifest as it is then.

    In this order, and kept in the manifest: a worker that was killed between the two leaves a manifest that says what is missing.
    """
    fragment = keys.FRAGMENT.key(id=told.id, number=told.entry_number)
    buckets.work.create(fragment, schema.dump(Fragment(id=told.id)))
    key = keys.MANIFEST.key(id=told.id)
    seen = replace(told, announced=told.entry_number)

    def compute(look: Look) -> Sequence[Write]:
        nonlocal seen
        body = look(key)
        if body is None:
            return ()
        old = schema.load(Manifest, body)
        counted = old.generation + (old.announced < told.entry_number)
        seen = replace(old, announced=max(old.announced, told.entry_number), generation=counted)
        return (Write(key, schema.dump(seen)),)

    buckets.media.derive(compute)
    return seen


def _plan(work: Bucket, current: Current) -> Plan | None:
    body = work.read(keys.PLAN.key(id=current.id, rev=current.rev)) if current.rev else None
    return schema.load(Plan, body) if body else None


def _targets(plan: Plan | None) -> list[str]:
    if plan is None or plan.rejected:
        return []
    copied = [name for name in (plan.preview.name, plan.preview.sound_name) if name] if plan.preview else []
    names = [*(rung.name for rung in plan.ladder), *(track.name for track in plan.audio), *copied]
    return [
        *(keys.PLAYLIST.key(id=plan.id, rev=plan.rev, rendition=name) for name in names),
        keys.STORYBOARD.key(id=plan.id, rev=plan.rev),
        keys.MAIN.key(id=plan.id, rev=plan.rev),
    ]


def _receipts(work: Bucket, memory: Memory, current: Current) -> Receipts:
    listed = relevant(current, [found.key for found in work.list(keys.OK.prefix(id=current.id))])
    ok = {key: receipt for key in listed if key.endswith(".ok.json") and (receipt := memory.read(work, key))}
    errors = {key: verdict for key in listed if key.endswith(".error.json") and (verdict := _verdict(work, key))}
    return Receipts(
        ok={fields["unit"]: receipt for key, receipt in ok.items() if (fields := keys.OK.parse(key))},
        errors={fields["unit"]: verdict for key, verdict in errors.items() if (fields := keys.ERROR.parse(key))},
        side_ok={fields["rev"]: receipt for key, receipt in ok.items() if (fields := keys.SIDE_OK.parse(key))},
        side_errors={fields["rev"]: v for key, v in errors.items() if (fields := keys.SIDE_ERROR.parse(key))},
        count=len(ok) + len(errors),
    )


def _verdict(work: Bucket, key: str) -> Verdict | None:
    """Read an error receipt, every time: a retry deletes it."""
    body = work.read(key)
    return schema.load(Failure, body).verdict if body else None
