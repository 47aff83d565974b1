"""What the API answers: an item and its status, computed from the manifest. PURE."""

import math
from collections.abc import Sequence
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from functions.common import keys
from functions.common.model import Explained, Item, Manifest, Problem, Underway

ItemStatus = Literal["to_do", "in_progress", "finished_successful", "finished_with_errors", "rejected"]
Phase = Literal["awaiting_upload", "uploaded", "queued", "encoding", "ready", "failed", "rejected"]

STATUS: Final[dict[Phase, ItemStatus]] = {
    "awaiting_upload": "to_do",
    "uploaded": "to_do",
    "queued": "to_do",
    "encoding": "in_progress",
    "ready": "finished_successful",
    "failed": "finished_with_errors",
    "rejected": "rejected",
}
WHOLE: Final = 100  # per cent


class SignedPart(Struct, frozen=True):
    """Where to PUT one part, within the next 15 minutes."""

    number: int
    url: str


class SignedParts(Struct, frozen=True):
    """Fresh addresses."""

    parts: tuple[SignedPart, ...]


class ArrivedPart(Struct, frozen=True):
    """A part that the store holds. `size` in bytes."""

    number: int
    size: int
    etag: str


class ArrivedParts(Struct, frozen=True):
    """All parts that the store holds."""

    parts: tuple[ArrivedPart, ...]


class Upload(Struct, frozen=True, kw_only=True):
    """How to send the file: `part_count` parts of `part_size` bytes, the last one shorter; addresses for the first ones."""

    upload_id: str
    part_size: int
    part_count: int
    parts: tuple[SignedPart, ...] = ()


class ItemAnswer(Struct, frozen=True, kw_only=True):
    """An item. `page` is relative to the site; `watchable`: its page plays something already.

    `progress` in per cent, `speed` in times as fast as it plays, there while encoders tell it.
    `errors` is there if it finished with errors, `reason` if it was rejected, `upload` while the file is awaited.
    """

    item_id: str
    client_id: str
    created_at: str
    file_name: str
    file_size: int
    content_type: str
    sha512_checksum: str | None
    conversion_type: str | None
    video_id: str
    page: str
    status: ItemStatus
    phase: Phase
    progress: int
    speed: float | UnsetType = UNSET
    watchable: bool
    duration_s: float | UnsetType = UNSET
    available_s: float | UnsetType = UNSET
    errors: tuple[Explained, ...] | UnsetType = UNSET
    reason: Explained | UnsetType | None = UNSET
    problems: tuple[Problem, ...] | UnsetType = UNSET
    upload: Upload | UnsetType = UNSET


class ItemPage(Struct, frozen=True):
    """Items of a client, newest first. `next` is the cursor of the following page; without it this is the last."""

    items: tuple[ItemAnswer, ...]
    next: str | UnsetType = UNSET


def describe(item: Item, manifest: Manifest | None, upload: Upload | None, underway: Sequence[Underway] = ()) -> ItemAnswer:
    """Say how an item is.

    `upload`: how its file is to be sent, None when the file has arrived. `underway`: the units that are being encoded.
    """
    phase = _phase(manifest, upload)
    playable = manifest.playable if manifest else None
    error = manifest.error if manifest else None
    return ItemAnswer(
        item_id=item.item_id,
        client_id=item.client_id,
        created_at=item.created_at,
        file_name=item.file_name,
        file_size=item.file_size,
        content_type=item.content_type,
        sha512_checksum=item.sha512_checksum,
        conversion_type=item.conversion_type,
        video_id=item.video_id,
        page=keys.WATCH_PAGE.key(id=item.video_id),
        status=STATUS[phase],
        phase=phase,
        progress=_per_cent(manifest, phase, underway),
        speed=round(sum(unit.speed for unit in underway), 1) if underway else UNSET,
        watchable=playable is not None,
        duration_s=playable.duration_s if playable else UNSET,
        available_s=playable.available_s if playable else UNSET,
        errors=((error,) if error else ()) if phase == "failed" else UNSET,
        reason=error if phase == "rejected" else UNSET,
        problems=manifest.problems if manifest and manifest.problems else UNSET,
        upload=upload or UNSET,
    )


def _phase(manifest: Manifest | None, upload: Upload | None) -> Phase:
    if manifest and manifest.status != "deleted":
        return manifest.status
    return "awaiting_upload" if upload else "uploaded"


def _per_cent(manifest: Manifest | None, phase: Phase, underway: Sequence[Underway]) -> int:
    """Give whole per cent, rounded down: 100 is said when all is done, not before."""
    if manifest is None or phase == "ready":
        return WHOLE if phase == "ready" else 0
    share = manifest.progress + sum(unit.share * unit.done for unit in underway)
    return min(WHOLE - 1, math.floor(share * WHOLE))
