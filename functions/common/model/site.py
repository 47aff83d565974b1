"""What the site reads. Keys in it are keys in the media bucket. PURE."""

from typing import Annotated

from msgspec import Meta

from functions.common import keys
from functions.common.errors import Code
from functions.common.model.inbox import Chapter, Problem
from functions.common.model.receipts import Picture
from functions.common.model.values import Count, Document, Id, Key, Language, Line, Seconds, Status, Time, Value, Visibility


class Captions(Value, frozen=True):
    """A WebVTT file for a `<track>`."""

    object: Key
    language: Language
    title: Line | None = None


class Playable(Value, frozen=True):
    """What can be played now, and all that depends on its rev. `complete`: nothing more will come.

    `main` is the multivariant playlist; `duration_s` the planned length, `available_s` what is encoded.
    """

    rev: Id
    complete: bool
    main: Key
    duration_s: Seconds
    available_s: Seconds
    width: Count = 0
    height: Count = 0
    posters: tuple[Picture, ...] = ()
    storyboard: Key | None = None
    captions: tuple[Captions, ...] = ()


class Entry(Value, frozen=True):
    """What the catalogue shows of one video."""

    id: Id
    title: Line
    date: Time
    duration_s: Seconds
    complete: bool
    words: Annotated[str, Meta(pattern=f"^{keys.HASH}$", description="hash of what the video's own page says")]
    visibility: Visibility = "public"
    posters: tuple[Picture, ...] = ()
    tags: tuple[str, ...] = ()
    channel: str | None = None


class Explained(Value, frozen=True):
    """A failure as people read it: what happened, and what to do."""

    code: Code
    message: Line
    todo: Line


class Manifest(Document, frozen=True, tag="manifest-1.json"):
    """All that a page needs to show and play one video, and its status. Written by index, as the last of a pass.

    `generation` grows at each write; `current_generation` is that of the `current` it was made from; `receipts` counts what
    was seen. `entry` is what the catalogue shows, `entry_number` grows when it changes; `announced` is the last such number
    for which a fragment was made. `captions` and `posters` are the dropped ones, which come before those of `playable`. After
    a delete only numbers remain.
    """

    id: Id
    generation: Annotated[int, Meta(ge=1)]
    current_generation: Annotated[int, Meta(ge=1)]
    status: Status
    rev: Id | None = None
    receipts: Count = 0
    progress: Annotated[float, Meta(ge=0, le=1, description="share of the planned work that has receipts")] = 0.0
    playable: Playable | None = None
    entry: Entry | None = None
    entry_number: Count = 0
    announced: Count = 0
    title: Line = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    channel: str | None = None
    date: Time | None = None
    language: Language | None = None
    visibility: Visibility = "public"
    chapters: tuple[Chapter, ...] = ()
    captions: tuple[Captions, ...] = ()
    posters: tuple[Picture, ...] = ()
    error: Explained | None = None
    problems: tuple[Problem, ...] = ()


class Fragment(Document, frozen=True, tag="fragment-1.json"):
    """A hint: this id changed. It has no content."""

    id: Id


class Page(Document, frozen=True, tag="page-1.json"):
    """A page of the catalogue: entries, newest first. Never changed; its root names it."""

    entries: tuple[Entry, ...]


class PageRef(Value, frozen=True):
    """Where a page lies, and how many entries it has."""

    object: Key
    count: Count


class Root(Document, frozen=True, tag="root-1.json"):
    """The catalogue's root: how many public videos there are, the newest inline, and the pages that hold them all."""

    generation: Annotated[int, Meta(ge=1)]
    count: Count = 0
    newest: tuple[Entry, ...] = ()
    pages: tuple[PageRef, ...] = ()
