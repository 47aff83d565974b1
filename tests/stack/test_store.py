"""The store of the local stack keeps the promises on which everything rests."""

from collections.abc import Iterator

import boto3
import pytest

from functions.common.errors import Unavailable
from functions.common.s3 import S3Door
from functions.common.store import Door
from tests.contract import Shared
from tests.faulty import Faults, FaultyProxy
from tests.stack.library import Library


class TestLocalStack(Shared):
    """By the door that the functions use, in buckets of its own."""

    @pytest.fixture
    def door(self, library: Library) -> Iterator[Door]:
        """Open a bucket."""
        yield from opened(library, "plain")

    @pytest.fixture
    def inbox(self, library: Library) -> Iterator[Door]:
        """Open one with versions."""
        yield from opened(library, "versioned")


@pytest.fixture
def unsteady(library: Library) -> Iterator[tuple[S3Door, FaultyProxy]]:
    """Reach the work bucket by a proxy that ends every third answer halfway."""
    with FaultyProxy(library.port, seed=3, faults=Faults(cut=1 / 3)).serving() as rough:
        session = boto3.Session("test", "test", region_name=library.stack.region)
        s3 = session.client("s3", endpoint_url=f"http://127.0.0.1:{rough.port}", config=library.s3.meta.config)
        yield S3Door(s3, library.stack.work_bucket), rough


def test_an_answer_that_ends_halfway_is_asked_for_again(library: Library, unsteady: tuple[S3Door, FaultyProxy]) -> None:
    """boto3 gives the body unread, so it cannot ask again itself."""
    door, rough = unsteady
    body = bytes(range(256)) * 100
    library.s3.put_object(Bucket=library.stack.work_bucket, Key="unsteady", Body=body)

    assert {found.body for found in (door.get("unsteady") for _ in range(10)) if found} == {body}
    assert rough.met["cut"] > 1


def test_a_store_that_never_finishes_an_answer_is_told_of(library: Library, unsteady: tuple[S3Door, FaultyProxy]) -> None:
    door, rough = unsteady
    rough.faults = Faults(cut=1)
    library.s3.put_object(Bucket=library.stack.work_bucket, Key="unsteady", Body=b"0123456789")

    with pytest.raises(Unavailable):
        door.get("unsteady")


def opened(library: Library, kind: str) -> Iterator[Door]:
    bucket = f"contract-{kind}-{library.shelf}"
    library.s3.create_bucket(Bucket=bucket)
    if kind == "versioned":
        library.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    door = S3Door(library.s3, bucket)
    yield door
    left = list(door.versions(""))
    door.each(lambda found: door.delete(found.key, found.version if kind == "versioned" else None), left)
    library.s3.delete_bucket(Bucket=bucket)
