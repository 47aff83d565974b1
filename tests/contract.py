"""What every store must do, whoever it is (functions/common/promises.py): the simulation's double is held to it as real ones are.

A subject gives two doors: `door`, of a bucket without versions, and `inbox`, of one with them.
"""

import pytest

from functions.common import promises
from functions.common.promises import Promise, Shelf
from functions.common.store import Door

PREFIX = "fragments/"


class Contract:
    """The promises, one test each."""

    @pytest.mark.parametrize("promise", promises.ALONE, ids=promises.sentence)
    def test_a_store_promises_that(self, door: Door, promise: Promise) -> None:
        """Of one who writes."""
        trial = promise(Shelf(door, PREFIX))
        assert trial.seen == trial.wanted

    @pytest.mark.parametrize("promise", promises.VERSIONED, ids=promises.sentence)
    def test_a_store_with_versions_promises_that(self, inbox: Door, promise: Promise) -> None:
        """The inbox has them."""
        trial = promise(Shelf(inbox, PREFIX))
        assert trial.seen == trial.wanted


class Shared(Contract):
    """What it promises to many at once."""

    @pytest.mark.parametrize("promise", promises.SHARED, ids=promises.sentence)
    def test_a_store_promises_many_that(self, door: Door, promise: Promise) -> None:
        """Of eight who write."""
        trial = promise(Shelf(door, PREFIX))
        assert trial.seen == trial.wanted
