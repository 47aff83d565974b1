"""What the site reads. Keys in it are keys in the media bucket. PURE."""

from typing import Annotated

from msgspec import Meta, field

from functions.common import keys
from functions.common.errors import Code
from functions.common.model.inbox import Chapter, Problem
from functions.common.model.receipts import MadeFile, Picture
from functions.common.model.values import Count, Document, Id, Key, Kind, Language, Line, Seconds, Status, Time, Value, Visibility


class Captions(Value, frozen=True):
    """A WebVTT file for a `<track>`."""

    object: Key
    language: Language
    title: Line | None = None


class Playable(Value, frozen=True):
    """What can be seen now, and all that depends on its rev. `complete`: nothing more will come.

    `main` is the multivariant playlist; of an image it is the largest picture, and `posters` are all of them. `duration_s` is the
    planned length, `available_s` what is encoded; `files` are whole ones.
    """

    rev: Id
    complete: bool
    main: Key
    duration_s: Seconds
    available_s: Seconds
    kind: Kind = "video"
    width: Count = 0
    height: Count = 0
    posters: tuple[Picture, ...] = ()
    storyboard: Key | None = None
    captions: tuple[Captions, ...] = ()
    files: tuple[MadeFile, ...] = ()


class Label(Value, frozen=True):
    """A tag or a channel, and the list of the videos that have it."""

    name: str
    list: Id


class Entry(Value, frozen=True):
    """What the catalogue shows of one video."""

    id: Id
    title: Line
    date: Time
    duration_s: Seconds
    complete: bool
    words: Annotated[str, Meta(pattern=f"^{keys.HASH}$", description="hash of what the video's own page says")]
    kind: Kind = "video"
    visibility: Visibility = "public"
    posters: tuple[Picture, ...] = ()
    tags: tuple[Label, ...] = ()
    channel: Label | None = None


class Explained(Value, frozen=True):
    """A failure as people read it: what happened, and what to do."""

    code: Code
    message: Line
    todo: Line


class Manifest(Document, frozen=True, tag="manifest-1.json"):
    """All that a page needs to show and play one video, and its status. Written by index, as the last of a pass.

    `generation` grows at each write; `current_generation` is that of the `current` it was made from; `receipts` counts what
    was seen. `entry` is what the catalogue shows, `entry_number` grows when it changes; `announced` is the last such number
    for which a fragment was made; `lists` are the lists of tags and channels that an entry of it was ever in. `captions` are the
    dropped ones, and `posters` those that were dropped or that the note chooses; they come before those of
    `playable`. After a delete only numbers and `lists` remain.
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
    lists: tuple[Id, ...] = ()
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
    """A hint: this id changed, for the catalogue or for the search. It has no content."""

    id: Id


class Page(Document, frozen=True, tag="page-1.json"):
    """A page of a list: entries, newest first. Never changed; a directory names it."""

    entries: tuple[Entry, ...]


class Ref(Value, frozen=True):
    """Where a page or a directory lies, and how many entries are in it or below it."""

    object: Key
    count: Count


class Directory(Document, frozen=True, tag="directory-1.json"):
    """Some hundred pages of a list, in order. Never changed; the list's root names it."""

    pages: tuple[Ref, ...]


class Root(Document, frozen=True, tag="root-1.json"):
    """A list of public videos: all of them, or those of a tag or a channel, which has a `name`.

    `count` says how many there are. The newest are inline, and in the pages that hold them all.
    """

    generation: Annotated[int, Meta(ge=1)]
    name: str = ""
    count: Count = 0
    newest: tuple[Entry, ...] = ()
    directories: tuple[Ref, ...] = ()


class Member(Value, frozen=True):
    """A video in a bundle of the search: by which entry, and how large its record is."""

    id: Id
    number: Count
    bytes: Count


class Members(Document, frozen=True, tag="members-1.json"):
    """The videos of a bundle, which lies beside this document. Never changed."""

    members: tuple[Member, ...]


class Bundle(Value, frozen=True):
    """Where a bundle's list of members lies, and how many they are. Pagefind's files are below `pagefind/` beside it."""

    members: Key
    count: Count


class Live(Document, frozen=True, tag="live-1.json"):
    """What is searched: the bundles, oldest first. A video is in one of them at most."""

    generation: Annotated[int, Meta(ge=1)]
    bundles: tuple[Bundle, ...] = ()


class Release(Document, frozen=True, tag="release-1.json"):
    """Which files of the site bucket stand for the sources that pages name, such as `watch.js`. Written by the deployment.

    A file is named by a hash of its content. `left` are those that no page names any more, with the time since when: a page that
    was opened before may still load them.
    """

    files: dict[str, Line]
    left: dict[str, Time] = field(default_factory=dict)
