"""Two workers on one list, of which the one that read less writes last: why a derive ends only with an idle pass (R2)."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from functions.catalogue.handler import Catalogue
from functions.catalogue.pages import SiteText
from functions.common import keys, schema
from functions.common.model import Entry, Manifest, Root, Visibility
from functions.common.stage import Group
from functions.common.store import Answer, Bucket, Buckets, Condition
from tests.simulation.breaks import Patches, Putting, no_confirming_pass

ID = "a" * 16
LIST = keys.ROOT.key(list=keys.ALL)


def say(buckets: Buckets, number: int, visibility: Visibility) -> None:
    """Write a manifest whose entry is the same but for who may see it."""
    entry = Entry(
        id=ID,
        title="On birds",
        date="2026-03-05T10:00:00Z",
        duration_s=1,
        complete=True,
        words="0" * 16,
        visibility=visibility,
    )
    manifest = Manifest(id=ID, generation=number, current_generation=number, status="ready", entry=entry, entry_number=number)
    buckets.media.put(keys.MANIFEST.key(id=ID), schema.dump(manifest))


def act(buckets: Buckets, number: int) -> None:
    Catalogue(buckets, SiteText()).act(Group("catalogue", (keys.FRAGMENT.key(id=ID, number=number),), ()))


def held(bucket: Bucket, first: Callable[[], None]) -> Bucket:
    """Give the bucket to a worker whose first write of the list waits until something else is done."""
    waiting = [first]

    def put(key: str, body: bytes, condition: Condition) -> Answer:
        if key == LIST and waiting:
            waiting.pop()()
        return bucket.door.put(key, body, condition)

    return Bucket(Putting(bucket.door, put), bucket.pause)


def listed_after_an_overtaken_write(buckets: Buckets) -> int:
    """Hide a video and show it again; the worker that saw it hidden writes after the other one has found nothing to do."""
    say(buckets, 1, "public")
    act(buckets, 1)

    def shown_again() -> None:
        say(buckets, 3, "public")
        act(buckets, 3)

    say(buckets, 2, "unlisted")
    act(buckets._replace(media=held(buckets.media, shown_again)), 2)
    return schema.load(Root, buckets.media.read(LIST) or b"").count


@pytest.mark.parametrize(
    ("broken", "listed"), [(nullcontext, 1), (no_confirming_pass(keys.ROOT), 0)], ids=["as it is", "without the pass"]
)
def test_a_video_that_is_shown_again_is_listed_whoever_writes_last(
    buckets: Buckets, broken: Callable[[], Patches], listed: int
) -> None:
    with broken():
        assert listed_after_an_overtaken_write(buckets) == listed
