"""What an answer costs in requests to the store."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from functions.common import keys
from functions.common.model import Manifest, Underway
from tests.unit.api.desk import Desk, address

REV = "b" * 16


@pytest.fixture
def calls(desk: Desk) -> Iterator[Counter[str]]:
    """Count the store's operations, from when it is cleared on."""
    counted: Counter[str] = Counter()

    def count(model: Any, **_: object) -> None:  # noqa: ANN401  # botocore has no types
        counted[model.name] += 1

    desk.s3.meta.events.register("before-call.s3", count)
    yield counted
    desk.s3.meta.events.unregister("before-call.s3", count)


def publish(desk: Desk, video: str, status: Any) -> None:  # noqa: ANN401  # a word
    desk.publish(Manifest(id=video, generation=1, current_generation=1, status=status, rev=REV))


def test_a_page_costs_two_listings_and_two_reads_an_item_however_they_are(desk: Desk, calls: Counter[str]) -> None:
    for _ in range(3):
        desk.create()
    sent = [desk.uploaded()["item_id"] for _ in range(3)]
    for status in ("queued", "encoding", "ready"):
        publish(desk, desk.uploaded()["video_id"], status)
    calls.clear()
    page = desk.ask("GET", "/item/ann", None, limit="8").body

    assert calls == {"ListObjectsV2": 2, "GetObject": 16}
    phases = Counter(item["phase"] for item in page["items"])
    assert phases == {"awaiting_upload": 2, "uploaded": 3, "queued": 1, "encoding": 1, "ready": 1}
    assert {item["item_id"] for item in page["items"] if item["phase"] == "uploaded"} == set(sent)


def test_an_item_costs_four_requests_at_most_and_one_for_each_further_worker(desk: Desk, calls: Counter[str]) -> None:
    item = desk.uploaded()
    publish(desk, item["video_id"], "encoding")
    for number in range(2):
        unit = f"v{number:05}"
        key = keys.UNDERWAY.key(id=item["video_id"], rev=REV, unit=unit)
        desk.store(key, Underway(id=item["video_id"], rev=REV, unit=unit, share=0.5, done=0.5))
        calls.clear()
        assert desk.ask("GET", address(item)).body["progress"] == 25 * (number + 1)
        assert calls.total() == 4 + number


def test_an_item_that_is_awaited_costs_three(desk: Desk, calls: Counter[str]) -> None:
    item = desk.create()
    calls.clear()

    assert desk.ask("GET", address(item)).body["phase"] == "awaiting_upload"
    assert calls.total() == 3
