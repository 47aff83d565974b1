"""What `rclone serve s3` does instead of what it should: a reelbucket on it would lose work, and docs/stores.md says so."""

import secrets
from collections.abc import Callable, Sequence
from typing import override

import pytest
from botocore.exceptions import ClientError

from functions.common import promises
from functions.common.promises import Promise, Shelf
from functions.common.s3 import S3Door
from functions.common.store import Answer, Door
from tests.stores.servers import Server

# It ignores If-None-Match and If-Match. Of many changes at once some are lost, or none: that is a race, and is not asked.
BROKEN = {
    promises.an_object_is_created_once: (Answer.DONE, Answer.DONE, b"two"),
    promises.an_object_is_replaced_only_while_it_is_what_was_seen: (Answer.DONE, Answer.DONE, b"three"),
    promises.what_is_gone_cannot_be_replaced: (Answer.DONE, b"two"),
}
KEPT = [promise for promise in promises.ALONE if promise not in BROKEN]


class OneByOne(S3Door):
    """Of what is put side by side rclone's listing loses some: a race, and is not asked."""

    @override
    def each[T, R](self, act: Callable[[T], R], items: Sequence[T]) -> Sequence[R]:
        return [act(item) for item in items]


@pytest.fixture
def door(rclone: Server) -> Door:
    bucket = f"contract-{secrets.token_hex(4)}"
    rclone.s3().create_bucket(Bucket=bucket)
    return OneByOne(rclone.s3(), bucket)


@pytest.mark.parametrize("promise", KEPT, ids=promises.sentence)
def test_it_keeps_the_promise_that(door: Door, promise: Promise) -> None:
    trial = promise(Shelf(door, "fragments/"))

    assert trial.seen == trial.wanted


@pytest.mark.parametrize(("promise", "instead"), BROKEN.items(), ids=map(promises.sentence, BROKEN))
def test_it_breaks_the_promise_that(door: Door, promise: Promise, instead: object) -> None:
    assert promise(Shelf(door, "fragments/")).seen == instead


def test_of_many_creators_all_are_told_that_they_won(door: Door) -> None:
    assert promises.winners(Shelf(door, "fragments/")) == [b"%d" % number for number in range(promises.WRITERS)]


@pytest.mark.parametrize("promise", promises.VERSIONED, ids=promises.sentence)
def test_it_knows_no_versions(door: Door, promise: Promise) -> None:
    with pytest.raises(ClientError, match="NotImplemented"):
        promise(Shelf(door, "fragments/"))
