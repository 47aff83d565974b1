"""A list of videos, newest first, as pages under directories under one root. PURE.

Where one page or directory ends and the next begins follows from the ids alone, so the same set of videos gives the same pages in
whatever order they came, and a change rewrites the page or two that it touches, their directory, and the root.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from functions.common import keys, schema
from functions.common.keys import Form
from functions.common.labels import labels
from functions.common.model import Directory, Entry, Page, Ref, Root
from functions.common.store import Write

NEWEST: Final = 24  # inline in the root: six rows of four on a wide screen, and a root stays under 32 kB


@dataclass(frozen=True)
class Cut:
    """Where pages or directories end: at one id in `one_in`, or as the `longest`-th. `byte` of the id's hash decides."""

    one_in: int
    longest: int
    byte: int

    def ends(self, video: str) -> bool:
        """Tell whether a video ends its page or directory wherever it stands."""
        return _hash(video)[self.byte] % self.one_in == 0

    def split[T](self, items: Iterable[T], last_id: Callable[[T], str]) -> Iterator[tuple[T, ...]]:
        """Cut a row of items; each is known by the id of its last video."""
        row: list[T] = []
        for item in items:
            row.append(item)
            if len(row) == self.longest or self.ends(last_id(item)):
                yield tuple(row)
                row = []
        if row:
            yield tuple(row)


ENTRIES: Final = Cut(one_in=32, longest=128, byte=3)  # of a page: it stays under 51 kB
PAGES: Final = Cut(one_in=16, longest=64, byte=2)  # of a directory: it and its part of the sitemap stay small


@lru_cache(maxsize=200_000)
def _hash(video: str) -> bytes:
    return hashlib.blake2b(video.encode(), digest_size=4).digest()


@dataclass(frozen=True)
class Tree:
    """A root, the directories that it names and the pages that those name, in order."""

    root: Root
    directories: tuple[Directory, ...] = ()
    pages: tuple[Page, ...] = ()

    @property
    def entries(self) -> list[Entry]:
        """All entries, newest first."""
        return [entry for page in self.pages for entry in page.entries]


EMPTY: Final = Tree(Root(generation=0))


def order(entry: Entry) -> tuple[str, str]:
    """Sort by date, then id; turned round, the newest comes first."""
    return entry.date, entry.id


def member(entry: Entry | None, name: str) -> bool:
    """Tell whether a list shows a video: if it is public, and has the list's tag or channel."""
    if entry is None or entry.visibility != "public":
        return False
    return name == keys.ALL or any(label.list == name for label in labels(entry))


def change(entries: Iterable[Entry], changes: Mapping[str, Entry | None]) -> list[Entry]:
    """Put, replace or remove entries by id, and sort the newest first."""
    kept = [entry for entry in entries if entry.id not in changes]
    return sorted([*kept, *filter(None, changes.values())], key=order, reverse=True)


def grown(tree: Tree, entries: Sequence[Entry], name: str) -> tuple[Root, list[Write]]:
    """Give the root of a list that holds `entries`, and the pages and directories that must be there before it.

    What did not change keeps its name. A new one is named for the new root's generation: no name is ever used again, so that
    what is collected stays collected.
    """
    generation = tree.root.generation + 1
    made = _Namer(name, generation)
    old_refs = [ref for directory in tree.directories for ref in directory.pages]
    known_pages = {page.entries[0].id: (page, ref) for page, ref in zip(tree.pages, old_refs, strict=True)}
    rows = list(ENTRIES.split(entries, lambda entry: entry.id))
    pages = [
        (row[-1].id, made.ref(keys.PAGE, Page(entries=row), len(row), known_pages.get(row[0].id))) for row in rows
    ]  # fmt: skip
    known = {
        directory.pages[0].object: (directory, ref) for directory, ref in zip(tree.directories, tree.root.directories, strict=True)
    }
    groups = [tuple(ref for _, ref in group) for group in PAGES.split(pages, lambda page: page[0])]
    directories = [
        made.ref(keys.DIRECTORY, Directory(pages=group), sum(ref.count for ref in group), known.get(group[0].object))
        for group in groups
    ]
    root = Root(
        generation=generation,
        name=_name(entries, name),
        count=len(entries),
        newest=tuple(entries[:NEWEST]),
        directories=tuple(directories),
    )
    unchanged = msgspec.structs.replace(root, generation=tree.root.generation) == tree.root
    return (tree.root, []) if unchanged and tree is not EMPTY else (root, made.writes)


def _name(entries: Sequence[Entry], name: str) -> str:
    """Spell a tag or a channel as its newest video does."""
    return next((label.name for entry in entries[:1] for label in labels(entry) if label.list == name), "")


@dataclass
class _Namer:
    """Names what a new root needs, and keeps what must be written."""

    name: str
    generation: int
    writes: list[Write] = field(default_factory=list)

    def ref[D: (Page, Directory)](self, form: Form, document: D, count: int, known: tuple[D, Ref] | None) -> Ref:
        """Give the old name of a document that is as it was, else a new one."""
        if known and known[0] == document:
            return known[1]
        body = schema.dump(document)
        key = form.key(list=self.name, generation=self.generation, hash=keys.digest(body))
        self.writes.append(Write(key, body))
        return Ref(object=key, count=count)
