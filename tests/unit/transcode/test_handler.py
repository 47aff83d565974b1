"""transcode as it acts on one order. The store is moto's."""

from collections.abc import Sequence

import pytest

from functions.common import keys, schema
from functions.common.errors import Rejected
from functions.common.events import Message
from functions.common.model import InboxObject, Order
from functions.common.stage import Group
from functions.common.store import Buckets
from functions.transcode.handler import Transcode
from functions.transcode.job import Made
from tests.unit.index.documents import CURRENT, ID, REV
from tests.unit.transcode.work import text


def send(orders: Sequence[str]) -> None:
    raise AssertionError(orders)


@pytest.mark.parametrize(("receives", "deadline_s"), [(1, 60), (2, 120), (5, 300), (20, 840)])
def test_each_attempt_has_more_time_than_the_one_before(receives: int, deadline_s: int, buckets: Buckets) -> None:
    asked: list[Order] = []

    def refuse(order: Order, source: InboxObject) -> Made:
        assert source == CURRENT.source
        asked.append(order)
        raise Rejected("undecodable", "It was not looked at.")

    key = keys.ORDER.key(id=ID, rev=REV, unit="t0")
    buckets.work.create(keys.CURRENT.key(id=ID), schema.dump(CURRENT))
    buckets.work.create(key, schema.dump(Order(id=ID, rev=REV, unit="t0", deadline_s=60, work=text())))
    Transcode(buckets, refuse, send, "ffmpeg").act(Group(key, (key,), (Message("m", "h", (key,), receives=receives),)))

    assert [order.deadline_s for order in asked] == [deadline_s]
