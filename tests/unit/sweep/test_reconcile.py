"""What is due and what is dead, as functions of what is there."""

import pytest
from msgspec.structs import replace

from functions.common import keys
from functions.common.inbox import Inventory, take_stock
from functions.common.model import Manifest, Playable, Sidecar, Status
from functions.common.orders import OrderKeys, all_units
from functions.common.store import Version
from functions.sweep.reconcile import Patience, Reminder, Video, dead, lost, reminders, rivals
from tests.unit.index.documents import CURRENT, ID, PLAN, REV, SOURCE

ALWAYS = Patience(first_age_s=1)
CURRENT_KEY = keys.CURRENT.key(id=ID)
MANIFEST_KEY = keys.MANIFEST.key(id=ID)
PLAN_KEY = keys.PLAN.key(id=ID, rev=REV)
OTHER_REV = "765432zyxwvutsrq"
SEEN = Inventory(source=SOURCE, note=None, sidecars=(), problems=(), marked=False, filmed=True)
UNITS = [OrderKeys.of_unit(ID, REV, unit) for unit in all_units(PLAN)]
ORDERED = {CURRENT_KEY: 5, PLAN_KEY: 5, **{key.order: 5 for key in UNITS}}
DONE = {**ORDERED, **{key.ok: 5 for key in UNITS}}
READY = Manifest(id=ID, generation=3, current_generation=1, status="ready", rev=REV, receipts=len(UNITS), title="On birds")

WHOLE = Playable(rev=REV, complete=True, main=keys.MAIN.key(id=ID, rev=REV), duration_s=13, available_s=13)


def video(**fields: object) -> Video:
    """Give a video at rest, but for what a test says."""
    rest = Video(id=ID, inbox=SOURCE.key, inbox_age=5, inventory=SEEN, current=CURRENT, plan=PLAN, manifest=READY, work=DONE)
    return Video(**{**vars(rest), **fields})


def test_a_video_at_rest_needs_nothing() -> None:
    assert reminders(video(), ALWAYS) == []


def test_a_source_that_nobody_heard_of_is_brought_to_ingest() -> None:
    unheard = video(current=None, plan=None, manifest=None, work={})

    assert reminders(unheard, ALWAYS) == [Reminder("ingest", SOURCE.key)]


def test_a_source_without_a_plan_is_brought_to_ingest() -> None:
    assert Reminder("ingest", SOURCE.key) in reminders(video(plan=None, work={CURRENT_KEY: 5}), ALWAYS)


def test_a_missing_order_is_brought_to_ingest_and_a_waiting_one_to_transcode() -> None:
    some = {key: age for key, age in ORDERED.items() if key != UNITS[1].order}
    found = reminders(video(work=some, manifest=replace(READY, receipts=0)), ALWAYS)

    assert Reminder("ingest", SOURCE.key) in found
    assert Reminder("transcode", UNITS[0].order) in found
    assert Reminder("transcode", UNITS[1].order) not in found


def test_a_manifest_that_saw_fewer_receipts_is_brought_to_index() -> None:
    assert reminders(video(manifest=replace(READY, receipts=1)), ALWAYS) == [Reminder("index", CURRENT_KEY)]


def test_a_fragment_is_brought_to_catalogue() -> None:
    fragment = keys.FRAGMENT.key(id=ID, number=1)

    assert reminders(video(work={**DONE, fragment: 5}), ALWAYS) == [Reminder("catalogue", fragment)]


@pytest.mark.parametrize(
    ("age", "over"), [(0, False), (599, False), (600, True), (899, True), (900, False), (1200, True), (1500, False)]
)
def test_a_reminder_is_sent_once_at_each_doubling_of_the_age(age: int, over: bool) -> None:  # noqa: FBT001
    assert Patience(first_age_s=600).over(age) == over


def test_a_source_that_vanished_without_a_marker_is_left_alone() -> None:
    gone = video(inventory=Inventory(None, None, (), (), marked=False, filmed=False))

    assert lost(gone)
    assert reminders(gone, ALWAYS) == []


def test_a_source_with_a_delete_marker_is_a_deletion() -> None:
    marker = Version(SOURCE.key, "2", "", 0, 0, latest=True, deleted=True)
    deleted = video(inventory=take_stock("talks/On birds", [marker]))

    assert not lost(deleted)
    assert reminders(deleted, ALWAYS) == [Reminder("ingest", SOURCE.key)]


def test_a_rev_that_neither_current_nor_manifest_names_is_dead() -> None:
    old = keys.SEGMENTS.key(id=ID, rev=OTHER_REV, rendition="v/240p-h264", unit="v00000", hash="0" * 16)
    receipt = OrderKeys.of_unit(ID, OTHER_REV, "v00000").ok

    assert dead(video(work={receipt: 9}, media={old: 9, MANIFEST_KEY: 0}), grace_s=0) == ([receipt], [old])


def test_nothing_is_dead_while_the_manifest_is_behind() -> None:
    behind = video(manifest=replace(READY, current_generation=2), media={f"v/{ID}/{OTHER_REV}/main.m3u8": 9})

    assert dead(behind, grace_s=0) == ([], [])


def test_viewers_keep_what_died_less_than_the_grace_ago() -> None:
    old = keys.MAIN.key(id=ID, rev=OTHER_REV)

    assert dead(video(work={}, media={old: 99, MANIFEST_KEY: 59}), grace_s=60) == ([], [])
    assert dead(video(work={}, media={old: 99, MANIFEST_KEY: 60}), grace_s=60) == ([], [old])


def test_a_preview_is_dead_when_its_video_is_complete_and_viewers_had_their_grace() -> None:
    copied = keys.SEGMENTS.key(id=ID, rev=REV, rendition="v/360p-copy", unit="p", hash="0" * 16)
    ours = keys.SEGMENTS.key(id=ID, rev=REV, rendition="v/360p-h264", unit="v00000", hash="0" * 16)
    media = {copied: 99, ours: 99, MANIFEST_KEY: 60}
    done = replace(READY, playable=WHOLE)

    assert dead(video(work={}, media=media, manifest=done), grace_s=60)[1] == [copied]
    assert dead(video(work={}, media=media, manifest=done), grace_s=61)[1] == []


@pytest.mark.parametrize("status", ["encoding", "failed"])
def test_a_preview_lives_while_its_video_is_not_complete(status: Status) -> None:
    copied = keys.SEGMENTS.key(id=ID, rev=REV, rendition="v/360p-copy", unit="p", hash="0" * 16)
    growing = replace(READY, status=status, playable=replace(WHOLE, complete=False))

    assert dead(video(work={}, media={copied: 99, MANIFEST_KEY: 99}, manifest=growing), grace_s=0)[1] == []


def test_the_bytes_of_a_deleted_video_get_no_grace() -> None:
    main = keys.MAIN.key(id=ID, rev=REV)
    gone = replace(CURRENT, rev=None, source=None)
    deleted = video(current=gone, manifest=replace(READY, status="deleted"), work={}, media={main: 0, MANIFEST_KEY: 0})

    assert dead(deleted, grace_s=86_400) == ([], [main])


def test_orders_of_a_ready_video_go() -> None:
    work, _ = dead(video(), grace_s=0)

    assert work == [key.order for key in UNITS]


def test_captions_that_were_removed_are_dead() -> None:
    kept = Sidecar(kind="captions", object=replace(SOURCE, key="talks/On birds.en.vtt", version="7"), language="en")
    old = keys.SIDE_CAPTIONS.key(id=ID, rev=OTHER_REV, hash="0" * 16)
    new = keys.SIDE_CAPTIONS.key(id=ID, rev=kept.rev, hash="0" * 16)
    noted = video(current=replace(CURRENT, sidecars=(kept,)), work={}, media={old: 9, new: 9})

    assert dead(noted, grace_s=0) == ([], [old])


def test_two_objects_in_one_place_are_rivals() -> None:
    first, second, other = (
        keys.SEGMENTS.key(id=ID, rev=REV, rendition="v/240p-h264", unit=unit, hash=digit * 16)
        for unit, digit in (("v00000", "0"), ("v00000", "1"), ("v00001", "1"))
    )

    assert list(rivals([first, second, other]).values()) == [[first, second]]
