"""What a plan may take over from an earlier one of the same bytes."""

from dataclasses import replace

import msgspec
import pytest

from functions.common import presets
from functions.common.model import Earlier, Order, Plan
from functions.ingest.earlier import spared
from functions.ingest.facts import Facts
from functions.ingest.orders import orders
from functions.ingest.plan import plan
from tests.unit.ingest.test_orders import FACTS, VIDEO, WEB

BEFORE, NOW = "c" * 16, "d" * 16


def planned(facts: Facts, preset: str, rev: str) -> Plan:
    return plan(facts, presets.preset(preset), VIDEO, rev, "2024-05-01T00:00:00Z")


def due(now: Plan, before: Plan) -> dict[str, Earlier | None]:
    found = spared(orders(now), before)
    assert [msgspec.structs.replace(order, earlier=None) for order in found] == list(orders(now))
    return {str(order.unit): order.earlier for order in found}


def test_a_ladder_that_has_other_rungs_too_takes_over_those_that_are_the_same() -> None:
    found = due(planned(FACTS, "hevc", NOW), planned(FACTS, "web", BEFORE))

    pictures, sound = ("v/720p-h264", "v/480p-h264", "v/240p-h264"), "a/und-aac"
    assert {unit: earlier and earlier.renditions for unit, earlier in found.items() if unit.startswith("v")} == dict.fromkeys(
        ("v00000", "v00001", "v00002", "v00003", "v00004"), pictures
    )
    assert found["a0"] == Earlier(rev=BEFORE, renditions=(sound,))
    assert found["s"] is None


def test_the_same_ladder_takes_over_all_that_is_played() -> None:
    found = due(planned(FACTS, "web", NOW), planned(FACTS, "web", BEFORE))
    assert [len(earlier.renditions) for unit, earlier in found.items() if earlier and unit.startswith("v")] == [len(WEB.video)] * 5


@pytest.mark.parametrize("changed", [replace(FACTS, origin=FACTS.origin + 1), replace(FACTS, demuxer="mov")])
def test_what_was_read_in_another_way_is_not_taken_over(changed: Facts) -> None:
    found = due(planned(FACTS, "web", NOW), planned(changed, "web", BEFORE))
    assert not any(earlier for unit, earlier in found.items() if unit.startswith("v"))


def test_of_a_rejected_source_nothing_is_taken_over() -> None:
    found: tuple[Order, ...] = spared(orders(planned(FACTS, "web", NOW)), Plan(id=VIDEO, rev=BEFORE))
    assert not any(order.earlier for order in found)
