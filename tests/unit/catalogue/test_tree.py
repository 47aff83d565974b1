import random
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.catalogue.pages import SiteText
from functions.catalogue.site import parts_named, sitemap_parts
from functions.catalogue.tree import EMPTY, ENTRIES, NEWEST, PAGES, Tree, change, grown, member
from functions.common import keys
from functions.common.labels import label
from functions.common.model import Directory, Entry, Page, Root
from functions.common.schema import load
from functions.common.store import Stored, Write

KNOWN = SiteText(url="https://video.example.org/")


def entry(number: int, **fields: object) -> Entry:
    day = number % 28 + 1
    made = {"id": keys.video_id(str(number)), "title": f"Video {number}", "date": f"2026-01-{day:02}T00:00:00Z"}
    return Entry(**{**made, "duration_s": 1.0, "complete": True, "words": "0" * 16, **fields})  # type: ignore[arg-type]


class Library:
    """A list as the catalogue stage keeps it: every object that was ever written, and the newest root."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.tree = EMPTY

    def put(self, changes: Mapping[str, Entry | None]) -> list[Write]:
        """Commit a change; give what had to be written before the root."""
        root, writes = grown(self.tree, change(self.tree.entries, changes), keys.ALL)
        self.objects |= {write.key: write.body for write in writes}
        self.tree = self.read(root)
        return writes

    def read(self, root: Root) -> Tree:
        """Read what a root leads to."""
        directories = tuple(load(Directory, self.objects[ref.object]) for ref in root.directories)
        pages = (load(Page, self.objects[ref.object]) for directory in directories for ref in directory.pages)
        return Tree(root, directories, tuple(pages))


def library(numbers: range) -> Library:
    made = Library()
    made.put({each.id: each for each in map(entry, numbers)})
    return made


@given(st.lists(st.integers(0, 400), unique=True), st.randoms())
def test_the_same_videos_give_the_same_pages_whatever_the_order(numbers: list[int], chance: random.Random) -> None:
    ways = []
    for _ in range(2):
        made = Library()
        for number in chance.sample(numbers, len(numbers)):
            made.put({entry(number).id: entry(number)})
        ways.append((made.tree.pages, [len(directory.pages) for directory in made.tree.directories]))

    assert ways[0] == ways[1]


@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
def test_a_list_holds_what_was_put_and_not_what_was_taken_out(put: set[int], out: set[int]) -> None:
    made = Library()
    made.put({entry(number).id: entry(number) for number in put})
    made.put({entry(number).id: None for number in out})

    assert {each.id for each in made.tree.entries} == {entry(number).id for number in put - out}
    assert made.tree.root.count == len(put - out)


def test_one_more_video_writes_the_page_it_lies_in_and_one_directory() -> None:
    made = library(range(20_000))
    writes = [made.put({entry(number).id: entry(number)}) for number in range(20_000, 20_050)]

    assert sorted({len(write) for write in writes}) in ([2], [2, 3], [2, 3, 4])
    assert max(sum(len(write.body) for write in each) for each in writes) < 300_000


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    made = library(range(500))
    before = made.tree.root

    assert made.put({entry(7).id: entry(7)}) == []
    assert made.tree.root == before


def test_the_root_stays_small_however_many_videos_there_are() -> None:
    made = library(range(20_000))

    assert len(made.tree.root.newest) == NEWEST
    assert len(made.tree.root.directories) < 2 * 20_000 / 32 / 16 + 10
    assert max(len(page.entries) for page in made.tree.pages) <= ENTRIES.longest
    assert max(len(directory.pages) for directory in made.tree.directories) <= PAGES.longest


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, [True, False]),
        ({"tags": (label("tag", "BOOKS  and more"),)}, [True, True]),
        ({"channel": label("channel", "books and more")}, [True, False]),
        ({"tags": (label("tag", "books and more"),), "visibility": "unlisted"}, [False, False]),
    ],
    ids=["plain", "tagged", "a channel of that name", "unlisted"],
)
def test_a_list_shows_public_videos_that_have_its_tag(fields: dict[str, object], shown: list[bool]) -> None:
    tag = keys.list_id("tag", "Books and more")

    assert [member(entry(1, **fields), name) for name in (keys.ALL, tag)] == shown


def test_a_list_is_called_what_its_newest_video_calls_it() -> None:
    old, new = entry(1, tags=(label("tag", "BOOKS"),)), entry(2, tags=(label("tag", "Books"),))
    root, _ = grown(EMPTY, change([old], {new.id: new}), keys.list_id("tag", "books"))

    assert root.name == "Books"


def test_a_sitemap_names_every_page_once_in_a_file_for_each_directory() -> None:
    tree = library(range(3000)).tree
    parts = sitemap_parts(tree, KNOWN, {}).values()
    found = [place.text for part in parts for place in ET.fromstring(part.body).iter() if place.tag.endswith("loc")]  # noqa: S314  # our own

    assert len(parts) == len(tree.directories)
    assert found == [f"{KNOWN.url}w/{each.id}.html" for each in tree.entries]


def test_a_sitemap_that_was_written_names_its_parts() -> None:
    parts = sitemap_parts(library(range(300)).tree, KNOWN, {}).values()
    body = "".join(f"<loc>{KNOWN.url}{part.key}</loc>" for part in parts).encode()

    assert parts_named(Stored(body, "")) == {part.key for part in parts}


def test_a_site_that_knows_no_address_has_no_sitemap() -> None:
    assert sitemap_parts(library(range(3)).tree, SiteText(), {}) == {}
