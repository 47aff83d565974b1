"""index as it acts on one video: what it counts. The store is moto's."""

from functions.common import keys, schema
from functions.common.model import Failure, Verdict
from functions.common.orders import OrderKeys
from functions.common.stage import Group
from functions.common.store import Buckets
from functions.index.handler import Index
from tests.unit.index.documents import CURRENT, ID, REV


class Counting:
    """A telemetry that remembers what was counted."""

    def __init__(self) -> None:
        self.counted: list[str] = []

    def tell(self, what: str, **fields: object) -> None:
        """Say nothing."""

    def alarm(self, what: str, **fields: object) -> None:
        """Fail: nothing is to go wrong."""
        raise AssertionError(what, fields)

    def count(self, metric: str, value: float = 1) -> None:
        """Remember it."""
        assert value == 1
        self.counted.append(metric)


def test_a_video_that_failed_is_counted_once_however_often_it_is_published(buckets: Buckets) -> None:
    telemetry, group = Counting(), Group(ID, (), ())
    index = Index(buckets, telemetry)
    buckets.work.create(keys.CURRENT.key(id=ID), schema.dump(CURRENT))
    index.act(group)
    before = list(telemetry.counted)
    gave_up = Failure(id=ID, rev=REV, unit="ingest", verdict=Verdict(code="gave_up", message="We tried."))
    buckets.work.create(OrderKeys.of_unit(ID, REV, "ingest").error, schema.dump(gave_up))
    index.act(group)
    index.act(group)

    assert (before, telemetry.counted) == ([], ["FailedVideos"])
