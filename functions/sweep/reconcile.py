"""What is due, and what is dead, by what is there. PURE.

The sweep never touches an object to wake a stage: it sends the message that the store should have sent. Deleting is safe at any
time, because only what is dead for good is named: the rev of a source or of a sidecar never returns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from functions.common import adoption, keys
from functions.common.adoption import expects
from functions.common.inbox import Inventory
from functions.common.model import Current, Manifest, Plan
from functions.common.orders import COPIED, OrderKeys, all_units
from functions.common.receipts import relevant, wanted
from functions.common.store import Version

StageName = Literal["ingest", "transcode", "index", "catalogue"]
PERIOD_S: Final = 300  # the schedule's rate in template.yaml
DOUBLINGS: Final = 14  # 10 minutes x 2^14 is 113 days, past the 14 days that a queue keeps a message

# An object of these is made by one unit, whichever attempt of it wins.
CLAIMED: Final = (
    *(keys.INIT, keys.SEGMENTS, keys.SPRITE, keys.POSTER, keys.IMAGE, keys.TEXT, keys.FILE),
    *(keys.SIDE_CAPTIONS, keys.SIDE_POSTER),
)


@dataclass(frozen=True)
class Video:
    """All that is stored of one id.

    `work` and `media` map keys to ages in seconds; `inbox` names one key of the
    stem, `old` are all versions in it.
    """

    id: str
    inbox: str | None = None
    inbox_age: int = 0
    inventory: Inventory | None = None
    old: tuple[Version, ...] = ()
    current: Current | None = None
    plan: Plan | None = None
    manifest: Manifest | None = None
    work: Mapping[str, int] = field(default_factory=dict)
    media: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reminder:
    """A message that is due: to a stage, naming a key."""

    stage: StageName
    key: str


@dataclass(frozen=True)
class Patience:
    """When a reminder is due: as an age passes `first_age_s`, twice that, four times that and so on, once each."""

    first_age_s: int

    def over(self, age: int) -> bool:
        """Tell whether a threshold lies between the run before and now."""
        return any(age - PERIOD_S < self.first_age_s * 2**k <= age for k in range(DOUBLINGS))


def reminders(video: Video, patience: Patience) -> list[Reminder]:
    """Name every message that should have been answered by now."""
    found = [*_of_ingest(video), *_of_transcode(video), *_of_index(video), *_of_catalogue(video)]
    return [reminder for reminder, age in found if patience.over(age)]


def lost(video: Video) -> bool:
    """Tell whether its source is gone and was not deleted."""
    if video.current is None or video.current.source is None:
        return False
    return video.inventory is None or adoption.lost(video.current, video.inventory)


def _of_ingest(video: Video) -> Iterable[tuple[Reminder, int]]:
    if video.inbox is None or video.inventory is None or lost(video):
        return
    reminder = Reminder("ingest", video.inbox)
    if not expects(video.current, video.inventory):
        yield reminder, video.inbox_age
    elif video.current and video.current.rev and _unplanned(video, video.current.rev):
        yield reminder, video.work.get(keys.CURRENT.key(id=video.id), 0)


def _unplanned(video: Video, rev: str) -> bool:
    """Whether ingest left off before the last thing that it does."""
    failed = keys.ERROR.key(id=video.id, rev=rev, unit="ingest") in video.work
    if video.plan is None or video.plan.rejected:
        return not failed
    return any({key.order, key.ok, key.error}.isdisjoint(video.work) for key in unit_keys(video))


def _of_transcode(video: Video) -> Iterable[tuple[Reminder, int]]:
    for key in unit_keys(video):
        if key.order in video.work and {key.ok, key.error}.isdisjoint(video.work):
            yield Reminder("transcode", key.order), video.work[key.order]


def _of_index(video: Video) -> Iterable[tuple[Reminder, int]]:
    if video.current is None:
        return
    counted = relevant(video.current, video.work)
    seen = (video.manifest.current_generation, video.manifest.receipts) if video.manifest else None
    silent = video.manifest is not None and video.manifest.announced < video.manifest.entry_number
    if seen != (video.current.generation, len(counted)) or silent:
        current = keys.CURRENT.key(id=video.id)
        yield Reminder("index", current), min(video.work.get(key, 0) for key in [current, *counted])


def _of_catalogue(video: Video) -> Iterable[tuple[Reminder, int]]:
    for key, age in video.work.items():
        if keys.FRAGMENT.parse(key):
            yield Reminder("catalogue", key), age


def unit_keys(video: Video) -> list[OrderKeys]:
    """Give the keys of every unit that the current rev and its sidecars ask for."""
    current, plan = video.current, video.plan
    if current is None:
        return []
    side = [OrderKeys.of_sidecar(video.id, sidecar.rev) for sidecar in current.sidecars]
    if plan is None or plan.rejected or plan.rev != current.rev:
        return side
    return [*(OrderKeys.of_unit(video.id, plan.rev, unit) for unit in all_units(plan)), *side]


def dead(video: Video, grace_s: int) -> tuple[list[str], list[str]]:
    """Name what will never be wanted again: keys in work, and in media. Nothing while `manifest` is behind `current`.

    The listing must be older than `current`, and `current` older than `manifest`. A deleted video gets no grace.
    """
    current, manifest = video.current, video.manifest
    if current is None or manifest is None or manifest.current_generation != current.generation:
        return [], []
    age = video.media.get(keys.MANIFEST.key(id=video.id), 0)
    patient = manifest.status != "deleted" and age < grace_s
    revs = wanted(current) | ({manifest.playable.rev} if manifest.playable else set())

    def unwanted(key: str) -> bool:
        rev = _rev(key)
        return rev is not None and rev not in revs

    work = [key for key in video.work if unwanted(key) or _done_order(key, video, manifest)]
    media = [] if patient else [key for key in video.media if unwanted(key) or _outlived(key, manifest)]
    return work, media


def _outlived(key: str, manifest: Manifest) -> bool:
    """A preview's object, of a video that is complete: no list names it any more."""
    playable = manifest.playable
    fields = next((fields for form in (keys.PLAYLIST, keys.INIT, keys.SEGMENTS) if (fields := form.parse(key))), None)
    if fields is None or playable is None or not fields["rendition"].endswith(COPIED):
        return False
    return playable.complete and playable.rev == fields["rev"] == manifest.rev and manifest.status == "ready"


def _done_order(key: str, video: Video, manifest: Manifest) -> bool:
    """An order with its receipt, of a video that is ready: nothing will ask for it again."""
    order = OrderKeys.parse(key)
    return order is not None and manifest.status == "ready" and not {order.ok, order.error}.isdisjoint(video.work)


def _rev(key: str) -> str | None:
    """Read which rev, of the source or of a sidecar, a key belongs to."""
    found = (fields for form in (*keys.WORK_FORMS, *keys.MEDIA_FORMS) if (fields := form.parse(key)))
    return next(found, {}).get("rev")


def rivals(media: Iterable[str]) -> dict[str, list[str]]:
    """Group a video's media objects that claim the same place, as two attempts of an inexact encoder leave them.

    Only groups of two or more are given, by the place: the key with its hash taken out.
    """
    places: dict[str, list[str]] = {}
    for key in media:
        for form in CLAIMED:
            if fields := form.parse(key):
                places.setdefault(key.replace(fields["hash"], ""), []).append(key)
    return {place: sorted(group) for place, group in places.items() if len(group) > 1}
