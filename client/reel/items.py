"""What the server answers, as far as the command uses it (docs: the API's answers). Fields that are not named here are ignored."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

Phase = Literal["awaiting_upload", "uploaded", "queued", "encoding", "ready", "failed", "rejected"]

LAST: Final = frozenset({"ready", "failed", "rejected"})
BAD: Final = frozenset({"failed", "rejected"})


class Wish(Struct, frozen=True, omit_defaults=True):
    """A file that is to be sent. `file_size` in bytes; `conversion_type`: the preset."""

    file_name: str
    file_size: int
    content_type: str
    sha512_checksum: str | None = None
    conversion_type: str | None = None


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
    sha512_checksum: str | None
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


class File(Struct, frozen=True):
    """Something to download. `url` is absolute, or relative to where the site's media lie; `size` in bytes."""

    kind: str
    name: str
    url: str
    size: int | UnsetType = UNSET
    sha512: str | UnsetType = UNSET


class Files(Struct, frozen=True):
    """All there is of an item. `cookies`, of a private library, go with requests for relative addresses."""

    files: tuple[File, ...]
    cookies: dict[str, str] | UnsetType = UNSET


class Me(Struct, frozen=True):
    """Whose token it is; the operator's has no client."""

    client_id: str | None
    may: tuple[str, ...]
    expires_at: str | None
    most_bytes: int | None
    quota_bytes: int | None


class Unit(Struct, frozen=True):
    """A unit that a worker encodes."""

    unit: str
    since: str
    progress: int
    speed: float


class Job(Struct, frozen=True):
    """A video in the queue."""

    video_id: str
    file_name: str
    client_id: str | None
    item_id: str | None
    status: str
    progress: int
    since: str
    underway: tuple[Unit, ...]


class Queue(Struct, frozen=True):
    """What is to do, in progress, failed, and done lately."""

    to_do: tuple[Job, ...]
    in_progress: tuple[Job, ...]
    failed: tuple[Job, ...]
    done: tuple[Job, ...]
    more: bool


class Token(Struct, frozen=True):
    """The note of a token in force."""

    id: str
    client_id: str
    may: tuple[str, ...]
    created_at: str
    expires_at: str
    most_bytes: int | None = None
    quota_bytes: int | None = None


class NewToken(Struct, frozen=True):
    """A token, told once."""

    token: str
    note: Token


class Tokens(Struct, frozen=True):
    """All in force."""

    tokens: tuple[Token, ...]


class Invitation(Struct, frozen=True):
    """A link into a private library."""

    link: str
    expires_at: str


class Check(Struct, frozen=True):
    """One thing that was looked at, and what to do where it is not well."""

    name: str
    well: bool
    said: str


class Checks(Struct, frozen=True):
    """What the server finds of its store."""

    checks: tuple[Check, ...]


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
    channel: str | None = None
    date: str | None = None
    language: str | None = None
    visibility: str | None = None

    def is_empty(self) -> bool:
        """Tell whether nothing is said."""
        return self == Note()
