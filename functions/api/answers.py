"""What the API answers: an item and its status, computed from the manifest. PURE."""

import math
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from functions.common import keys
from functions.common.model import Action, Explained, Item, Manifest, Problem, Token, Underway

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


class Health(Struct, frozen=True):
    """The function runs and has its settings."""

    status: Literal["ok"] = "ok"


class Check(Struct, frozen=True):
    """One thing that was tried; `said` tells what was wrong where it is not `well`."""

    name: str
    well: bool
    said: str


class Checks(Struct, frozen=True):
    """What was tried of the store."""

    checks: tuple[Check, ...]


class Me(Struct, frozen=True):
    """Whose token it is. Without a client it is the operator's; without a bound there is none but the server's."""

    client_id: str | None
    may: tuple[Action, ...]
    expires_at: str | None
    most_bytes: int | None
    quota_bytes: int | None


class NewToken(Struct, frozen=True):
    """A token that was made. It is told this once: only its note is kept."""

    token: str
    note: Token


class Tokens(Struct, frozen=True):
    """The notes of the tokens in force, and of those that are over and not revoked."""

    tokens: tuple[Token, ...]


class Invitation(Struct, frozen=True):
    """A link that lets a browser into a private library until then."""

    link: str
    expires_at: str


class File(Struct, frozen=True, kw_only=True):
    """Something to download. `kind` is `original`, a container's name, `hls`, or of an image `avif`, `webp` or `jpg`.

    `url` of the original is absolute and lives for 15 minutes; else it is relative to where the site's media lie. `size` in bytes.
    """

    kind: str
    name: str
    url: str
    size: int | UnsetType = UNSET
    sha512: str | UnsetType = UNSET


class Files(Struct, frozen=True):
    """All there is of an item. `cookies`, of a private library, go with requests for relative addresses, for six hours."""

    files: tuple[File, ...]
    cookies: Mapping[str, str] | UnsetType = UNSET


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


class UnitUnderway(Struct, frozen=True):
    """A unit that a worker encodes: since when, how much of it is done in per cent, and how many times as fast as it plays."""

    unit: str
    since: str
    progress: int
    speed: float


class Job(Struct, frozen=True, kw_only=True):
    """A video in the queue. `client_id` and `item_id` are those of the upload, if the API made it. `since`: its file came then.

    `error`: why it failed.
    """

    video_id: str
    file_name: str
    client_id: str | None
    item_id: str | None
    status: ItemStatus
    progress: int
    since: str
    underway: tuple[UnitUnderway, ...] = ()
    error: Explained | None = None


class Queue(Struct, frozen=True):
    """Videos with orders that were given; those of done work go after some minutes. `more`: there are others beside these."""

    to_do: tuple[Job, ...]
    in_progress: tuple[Job, ...]
    failed: tuple[Job, ...]
    done: tuple[Job, ...]
    more: bool


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
        progress=per_cent(manifest, phase, underway),
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


def original_of(item: Item, url: str) -> File:
    """Describe the file that was uploaded."""
    return File(kind="original", name=item.file_name, url=url, size=item.file_size, sha512=item.sha512_checksum or UNSET)


def made_of(item: Item, manifest: Manifest | None) -> tuple[File, ...]:
    """Describe what was made of it."""
    if manifest is None or manifest.playable is None:
        return ()
    main = manifest.playable.main
    stem = item.file_name.rpartition(".")[0]
    if manifest.playable.kind == "image":
        made = {
            picture.object.rpartition(".")[2]: picture for picture in sorted(manifest.playable.posters, key=attrgetter("width"))
        }
        return tuple(File(kind=kind, name=f"{stem}.{kind}", url=picture.object) for kind, picture in made.items())
    files = (
        File(kind=made.container, name=f"{stem}.{made.container}", url=made.object, size=made.size, sha512=made.sha512)
        for made in manifest.playable.files
    )
    return (*files, File(kind="hls", name=main.rpartition("/")[2], url=main))


def per_cent(manifest: Manifest | None, phase: Phase, underway: Sequence[Underway]) -> int:
    """Give whole per cent, rounded down: 100 is said when all is done, not before."""
    if manifest is None or phase == "ready":
        return WHOLE if phase == "ready" else 0
    share = manifest.progress + sum(unit.share * unit.done for unit in underway)
    return min(WHOLE - 1, math.floor(share * WHOLE))
