"""What the server answers, as far as the command uses it (docs: the API's answers). Fields that are not named here are ignored."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

Phase = Literal["awaiting_upload", "uploaded", "queued", "encoding", "ready", "failed", "rejected"]

LAST: Final = frozenset({"ready", "failed", "rejected"})
BAD: Final = frozenset({"failed", "rejected"})


class SignedPart(Struct, frozen=True):
    """Where to PUT a part."""

    number: int
    url: str


class Signed(Struct, frozen=True):
    """Fresh addresses."""

    parts: tuple[SignedPart, ...]


class ArrivedPart(Struct, frozen=True):
    """A part that the server has. `size` in bytes; the ETag is the MD5 of its bytes."""

    number: int
    size: int
    etag: str


class Arrived(Struct, frozen=True):
    """The parts that the server has."""

    parts: tuple[ArrivedPart, ...]


class Upload(Struct, frozen=True):
    """How to send a file: `part_count` parts of `part_size` bytes, the last one shorter."""

    upload_id: str
    part_size: int
    part_count: int
    parts: tuple[SignedPart, ...] = ()


class Explained(Struct, frozen=True):
    """What went wrong, and what to do."""

    code: str
    message: str
    todo: str


class Problem(Struct, frozen=True):
    """Something beside the video that was ignored."""

    where: str
    message: str


class Item(Struct, frozen=True, kw_only=True):
    """A file that was sent, or is to be. `progress` in per cent, sizes in bytes, times in seconds; `page` relative to the site."""

    item_id: str
    client_id: str
    created_at: str
    file_name: str
    file_size: int
    status: str
    phase: Phase
    progress: int
    watchable: bool
    video_id: str
    page: str
    duration_s: float | UnsetType = UNSET
    available_s: float | UnsetType = UNSET
    errors: tuple[Explained, ...] | UnsetType = UNSET
    reason: Explained | UnsetType | None = UNSET
    problems: tuple[Problem, ...] | UnsetType = UNSET
    upload: Upload | UnsetType = UNSET
    conversion_type: str | None = None
    speed: float | UnsetType = UNSET

    def faults(self) -> tuple[Explained, ...]:
        """Give what made it fail or be rejected."""
        return (*(self.errors or ()), *((self.reason,) if self.reason else ()))


class ItemPage(Struct, frozen=True):
    """Some of a client's items, newest first; `next` leads to the others."""

    items: tuple[Item, ...]
    next: str | UnsetType = UNSET


class Refusal(Struct, frozen=True):
    """A problem document (RFC 9457)."""

    title: str = ""
    detail: str = ""


class Note(Struct, frozen=True, omit_defaults=True):
    """What a person says of a video."""

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()

    def is_empty(self) -> bool:
        """Tell whether nothing is said."""
        return self == Note()
