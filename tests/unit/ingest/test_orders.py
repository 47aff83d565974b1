"""A plan to its orders."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common import presets, schema
from functions.common.model import AudioWork, CopyWork, InboxObject, Order, Sidecar, SidecarWork, StillsWork, Verdict, VideoWork
from functions.common.orders import all_units
from functions.ingest.cost import deadline
from functions.ingest.facts import Facts, Picture, Track
from functions.ingest.orders import orders, side_order
from functions.ingest.plan import plan, rejected

VIDEO, REV = "a" * 16, "b" * 16
WEB = presets.preset("web")
FACTS = Facts(
    demuxer="mpegts",
    origin=126_000,
    time_base=Fraction(1, 90_000),
    duration_s=Fraction(30),
    picture=Picture(0, "h264", 1920, 1080, Fraction(25), Fraction(25)),
    sounds=(Track(1, "aac", sample_rate_hz=48_000, channels=2), Track(2, "aac", sample_rate_hz=48_000, channels=2)),
    texts=(Track(3, "subrip"),),
)


def made(facts: Facts) -> tuple[Order, ...]:
    return orders(plan(facts, WEB, VIDEO, REV, "2024-05-01T00:00:00Z"))


PLAYABLE = ["v00000", "v00001", "a0", "a1", "v00002"]


def by_unit(name: str) -> Order:
    return next(order for order in made(FACTS) if order.unit == name)


def test_what_plays_first_comes_first_and_then_the_poster() -> None:
    assert [order.unit for order in made(FACTS)] == [*PLAYABLE, "s", "t0", "v00003", "v00004"]


def test_all_that_is_not_played_first_stands_back() -> None:
    assert [order.unit for order in made(FACTS) if order.nice == 0] == PLAYABLE


def test_a_long_sounds_later_pieces_are_made_with_the_pictures_of_their_time() -> None:
    units = [str(order.unit) for order in made(replace(FACTS, demuxer="mov", duration_s=Fraction(1000), texts=()))]
    pieces = [place for place, unit in enumerate(units) if unit.startswith("a0")]

    assert [units[place] for place in pieces] == ["a0", "a0-001", "a0-002", "a0-003", "a0-004"]
    assert [units[place - 1] for place in pieces[1:]] == ["v00006", "v00025", "v00044", "v00062"]


def test_a_piece_of_a_sound_is_told_its_time() -> None:
    orders = {order.unit: order for order in made(replace(FACTS, demuxer="mov", duration_s=Fraction(1000), texts=()))}
    first, last = orders["a0"].work, orders["a0-004"].work

    assert isinstance(first, AudioWork)
    assert isinstance(last, AudioWork)
    assert (first.begin_s, first.end_s, first.duration_s) == ("0/1", "60/1", 60)
    assert (last.begin_s, last.end_s, last.duration_s, last.pad_to_s) == ("960/1", None, 40, 1000)


STEREO = (Track(1, "aac", sample_rate_hz=48_000, channels=2),)
PLAIN = Picture(0, "h264", 1920, 1080, Fraction(25), Fraction(25), plain=True)
HOUR = replace(FACTS, demuxer="mov", duration_s=Fraction(3600), picture=PLAIN, sounds=STEREO, texts=(), size=3_600_000_000)


def copies(facts: Facts) -> list[tuple[int, CopyWork]]:
    """Give the orders of a preview, each with its place among all."""
    return [(place, order.work) for place, order in enumerate(made(facts)) if isinstance(order.work, CopyWork)]


def test_the_first_two_pieces_of_a_preview_come_first_and_the_others_after_what_plays() -> None:
    places = [place for place, _ in copies(HOUR)]

    assert places == [0, 1, *range(6, 4 + len(places))]


def test_the_pieces_of_a_preview_are_told_their_times() -> None:
    found = [work for _, work in copies(HOUR)]

    assert [(work.begin_s, work.end_s) for work in (*found[:3], found[-1])] == [
        (None, "16/1"),
        ("16/1", "116/1"),
        ("116/1", "216/1"),
        ("3516/1", None),
    ]


def test_a_preview_of_many_pieces_is_a_hundredth_of_the_work() -> None:
    copied = sum(order.share for order in made(HOUR) if isinstance(order.work, CopyWork))
    assert copied == pytest.approx(0.01, rel=0.1)


def test_sound_alone_has_no_stills() -> None:
    assert [order.unit for order in made(replace(FACTS, picture=None, texts=()))] == ["a0"]


@given(st.fractions(0, 1000), st.integers(0, 3))
def test_orders_are_the_units_of_the_plan(duration: Fraction, sounds: int) -> None:
    found = plan(replace(FACTS, duration_s=duration, sounds=FACTS.sounds[:sounds]), WEB, VIDEO, REV, "2024-05-01T00:00:00Z")
    assert {order.unit for order in orders(found)} == set(all_units(found))


def test_shares_of_the_work_add_up_to_all_of_it() -> None:
    assert sum(order.share for order in made(FACTS)) == pytest.approx(1, abs=1e-4)


def test_a_longer_chunk_is_a_larger_share() -> None:
    assert by_unit("v00003").share == pytest.approx(2 * by_unit("v00000").share, rel=1e-4)


def test_every_order_can_be_stored() -> None:
    assert [schema.load(Order, schema.dump(order)) for order in made(FACTS)] == list(made(FACTS))


def test_a_chunk_is_told_all_that_it_needs() -> None:
    work = by_unit("v00001").work
    assert isinstance(work, VideoWork)
    assert (work.demuxer, work.preroll_s, work.begin, work.end, work.segment_frames) == ("mpegts", 4.0, 100, 200, 100)


def test_a_short_sound_is_padded_to_the_picture() -> None:
    work = by_unit("a0").work
    assert isinstance(work, AudioWork)
    assert work.pad_to_s == 30


def test_sound_is_not_padded_to_a_length_that_nobody_knows() -> None:
    work = made(replace(FACTS, duration_s=None))[1].work
    assert isinstance(work, AudioWork)
    assert work.pad_to_s == 0


def test_stills_are_told_the_duration() -> None:
    work = by_unit("s").work
    assert isinstance(work, StillsWork)
    assert work.duration_s == 30


def test_a_chunk_of_16_s_has_four_times_its_estimate() -> None:
    assert made(replace(FACTS, duration_s=Fraction(60)))[-2].deadline_s == 81  # 4 x (5 + 24.2 CPU s / 1.6)


def test_a_source_of_unknown_length_has_all_the_time_there_is() -> None:
    assert {order.deadline_s for order in made(replace(FACTS, duration_s=None)) if order.unit != "s"} == {840}


@given(st.floats(0, 1e9))
def test_every_deadline_is_within_what_a_function_can_give(estimate_s: float) -> None:
    assert 60 <= deadline(estimate_s) <= 840


def test_a_sidecars_order_has_no_rev() -> None:
    sidecar = Sidecar(
        kind="captions",
        language="en",
        object=InboxObject(key="talk.en.vtt", version="1", etag="e", size=9, modified="2024-05-01T00:00:00Z"),
    )
    order = side_order(VIDEO, sidecar)
    assert (schema.load(Order, schema.dump(order)), order.rev, order.unit) == (order, None, None)


@pytest.mark.parametrize("planned", [FACTS, None])
def test_a_chosen_moment_is_ordered_of_what_is_planned(planned: Facts | None) -> None:
    source = InboxObject(key="talk.mp4", version="1", etag="e", size=9, modified="2024-05-01T00:00:00Z")
    nothing = rejected(VIDEO, REV, Verdict(code="empty", message="The file is empty."))
    known = plan(planned, WEB, VIDEO, REV, "2024-05-01T00:00:00Z") if planned else nothing
    work = side_order(VIDEO, Sidecar(kind="moment", object=source, at_s=2.5), known).work
    assert isinstance(work, SidecarWork)
    assert work.film == (by_unit("s").work if planned else None)
