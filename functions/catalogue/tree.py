"""The catalogue: all public videos, newest first, as pages under one root. PURE.

Where one page ends and the next begins follows from the ids alone, so the same set of videos gives the same pages in whatever
order they came, and a change rewrites the page or two that it touches.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from functions.common import keys, schema
from functions.common.model import Entry, Page, PageRef, Root
from functions.common.store import Write

NEWEST: Final = 48  # inline in the root: the front page needs one GET
ENDS_ONE_IN: Final = 32  # an entry in 32 ends its page
LONGEST: Final = 128  # or it is the 128th: a page stays under 51 kB


@dataclass(frozen=True)
class Tree:
    """A root and the pages that it names, in order."""

    root: Root
    pages: tuple[Page, ...]

    @property
    def entries(self) -> list[Entry]:
        """All entries, newest first."""
        return [entry for page in self.pages for entry in page.entries]


EMPTY: Final = Tree(Root(generation=0), ())


def order(entry: Entry) -> tuple[str, str]:
    """Sort by date, then id; turned round, the newest comes first."""
    return entry.date, entry.id


def change(entries: Iterable[Entry], changes: Mapping[str, Entry | None]) -> list[Entry]:
    """Put, replace or remove entries by id, and sort the newest first. Only public ones are kept."""
    kept = [entry for entry in entries if entry.id not in changes]
    put = [entry for entry in changes.values() if entry and entry.visibility == "public"]
    return sorted([*kept, *put], key=order, reverse=True)


def grown(tree: Tree, entries: Sequence[Entry]) -> tuple[Root, list[Write]]:
    """Give the root that holds `entries`, and the pages that must be there before it.

    A page that did not change keeps its name. A new one is named for the new root's generation: no name is ever used again, so
    that what is collected stays collected.
    """
    generation = tree.root.generation + 1
    known = dict(zip(tree.pages, tree.root.pages, strict=True))
    refs: list[PageRef] = []
    writes: list[Write] = []
    for page in split(entries):
        ref = known.get(page)
        if ref is None:
            body = schema.dump(page)
            key = keys.PAGE.key(generation=generation, hash=keys.digest(body))
            ref = PageRef(object=key, count=len(page.entries))
            writes.append(Write(key, body))
        refs.append(ref)
    root = Root(generation=generation, count=len(entries), newest=tuple(entries[:NEWEST]), pages=tuple(refs))
    unchanged = msgspec.structs.replace(root, generation=tree.root.generation) == tree.root
    return (tree.root, []) if unchanged and tree is not EMPTY else (root, writes)


def split(entries: Iterable[Entry]) -> list[Page]:
    """Cut sorted entries into pages."""
    pages: list[Page] = []
    page: list[Entry] = []
    for entry in entries:
        page.append(entry)
        if ends_page(entry.id) or len(page) == LONGEST:
            pages.append(Page(entries=tuple(page)))
            page = []
    return [*pages, Page(entries=tuple(page))] if page else pages


def ends_page(video: str) -> bool:
    """Tell whether a video ends its page wherever it stands."""
    return hashlib.blake2b(video.encode(), digest_size=4).digest()[-1] % ENDS_ONE_IN == 0
