"""What people drop into the inbox or upload, and what it says of one id. PURE."""

from typing import Annotated, Literal

from msgspec import Meta

from functions.common import keys
from functions.common.model.values import Count, Document, Id, Key, Language, Line, Seconds, Time, Value, Visibility


class InboxObject(Value, frozen=True):
    """One version of an object in the inbox. `size` in bytes, `modified` as the store says."""

    key: Key
    version: str
    etag: str
    size: Count
    modified: Time


class Sidecar(Value, frozen=True):
    """Captions or a poster that lie beside a source, or the moment of the source itself that a note chooses for its poster.

    `at_s` is that moment, in seconds of the output; its object is the source. `adopted` is the generation of `current` that took it
    in, 0 before, and `first` the version that it then had: the same bytes put again are the same sidecar. A file that was away and
    is back is taken in anew.
    """

    kind: Literal["captions", "poster", "moment"]
    object: InboxObject
    language: Language | None = None
    at_s: Seconds | None = None
    adopted: Count = 0
    first: str = ""

    @property
    def rev(self) -> str:
        """Name this adoption; like a source's rev it never returns. A moment has the key of its source, and so a word more."""
        moment = () if self.at_s is None else (self.kind,)
        return keys.rev(self.object.key, self.first or self.object.version, str(self.adopted), *moment)


class Chapter(Value, frozen=True):
    """A named place in the video, `at` in seconds."""

    at: Seconds
    title: Line


class Note(Value, frozen=True):
    """What a person says of a video; each field may be absent."""

    title: Line | None = None
    description: Annotated[str, Meta(max_length=20_000)] | None = None
    tags: tuple[Annotated[str, Meta(max_length=100)], ...] = ()
    channel: Annotated[str, Meta(max_length=100)] | None = None
    date: Time | None = None
    language: Language | None = None
    visibility: Visibility = "public"
    poster_at: Seconds | None = None
    chapters: tuple[Chapter, ...] = ()
    preset: Annotated[str, Meta(max_length=100)] | None = None
    again: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class Problem(Value, frozen=True):
    """Something that was ignored, and why, in words for the owner; `where` is a file name or a stream."""

    where: Line
    message: Line


class Current(Document, frozen=True, tag="current-1.json"):
    """What the inbox says of one id now. Written by ingest only (and by sweep for a dead letter); never deleted.

    `generation` grows at each write. Without a source every word of the user's is absent.
    `filmed`: a video or a sound was once its source, so that a picture is its poster for ever, and no image.
    `date` is the note's, else the first source version's time. `preset` and `again` are the last that a note said, for an edit that
    leaves them out changes nothing: another value of one of them is another adoption, which is encoded anew. `before` is the rev
    that the same bytes had until then.
    """

    id: Id
    generation: Annotated[int, Meta(ge=1)]
    adoption: Count = 0
    had_source: bool = False
    filmed: bool = False
    rev: Id | None = None
    before: Id | None = None
    source: InboxObject | None = None
    note_object: InboxObject | None = None
    note: Note | None = None
    sidecars: tuple[Sidecar, ...] = ()
    problems: tuple[Problem, ...] = ()
    date: Time | None = None
    first_seen: Time | None = None
    preset: str | None = None
    again: Count = 0


class Item(Document, frozen=True, tag="item-1.json"):
    """An upload made through the API. Its status is that of the video."""

    item_id: str
    client_id: str
    created_at: Time
    file_name: str
    file_size: Count
    content_type: str
    key: Key
    video_id: Id
    upload_id: str
    part_size: Count
    sha512_checksum: str | None = None
    conversion_type: str | None = None
