"""A stack that ends and begins again finds its library as it was, and encodes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client.reel.failures import Refused
from client.reel.library import INDEX, Library, read_index
from functions.common import keys
from infra.local.account import Account
from infra.local.places import Places
from infra.local.stack import Stack, down, keep, library_of, up
from tests.conftest import STACK_PARAMETERS
from tests.media import clip
from tests.stack import library as people
from tests.stack.library import until

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:00.100\nhello\n"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    made = Places(tmp_path_factory.mktemp("own"), port=0, port_is_fixed=False)
    yield made
    down(made)


def made_of(person: people.Library) -> dict[str, str]:
    """Give all that was encoded, and the receipts of it, by their tags."""
    stack, found = person.stack, dict[str, str]()
    for bucket, prefix in ((stack.media_bucket, "v/"), (stack.work_bucket, "receipts/")):
        for page in person.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            found |= {each["Key"]: each["ETag"] for each in page.get("Contents", ()) if not keys.MANIFEST.parse(each["Key"])}
    return found


def test_a_restart_finds_the_library_as_it_was(where: Places) -> None:
    person = people.Library.of(up(where, STACK_PARAMETERS))
    video = person.drop("talk.mp4", clip("blink"))
    person.drop("talk.json", b'{"title": "Kept"}')
    person.drop("talk.en.vtt", CAPTIONS)
    before = person.wait(video, lambda found: found.status == "ready" and found.title == "Kept" and bool(found.captions))
    page = keys.WATCH_PAGE.key(id=video)
    until(lambda: "Kept" in person.page(page) or None, lambda: "the page never came")
    person.sweep()  # of previews, which no list names any more
    encoded, token = made_of(person), person.stack.api_token
    keep(where)
    down(where)

    person = people.Library.of(up(where, STACK_PARAMETERS))
    until(lambda: "Kept" in person.page(page) or None, lambda: "the page never came back")
    after = person.wait(video, lambda found: found.current_generation > before.current_generation)  # the inbox was looked at
    person.sweep()
    until(lambda: not person.keys(person.stack.work_bucket, "fragments/") or None, lambda: "the catalogue does not rest")

    assert (after.playable, after.captions, after.posters) == (before.playable, before.captions, before.posters)
    assert made_of(person) == encoded
    assert person.stack.api_token == token


def test_a_backup_goes_into_an_empty_library_alone(where: Places, tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text((where.library / INDEX).read_text())
    with pytest.raises(Refused, match="not empty"):
        open_(where).restore(tmp_path, print)


def test_a_second_backup_copies_what_changed_alone(where: Places) -> None:
    said: list[str] = []
    open_(where).backup(where.library, said.append)
    said.clear()
    open_(where).backup(where.library, said.append)

    assert [line.split()[0] for line in said] == ["0"]
    assert all((where.library / kept.file).stat().st_size == kept.size for kept in read_index(where.library))


def open_(where: Places) -> Library:
    stack = Stack.read(where.stack_file)
    return library_of(Account.at(stack.endpoint), stack)
