import json

import pytest

from functions.common import keys
from functions.common.model import (
    Current,
    Explained,
    Failure,
    Manifest,
    Order,
    Plan,
    Playable,
    Receipt,
    StillsWork,
    Underway,
    Verdict,
    VideoFacts,
)
from tests.unit.api.desk import NAMES, TOKEN, Desk, address, inbox_key

REV = "b" * 16
PICTURE = VideoFacts(stream=0, width=2, height=2, rate="25/1", time_base="1/25", origin=0, frames=1, codec="h264")
DAMAGED = Explained(code="damaged", message="The file ends in its middle.", todo="Copy it again.")
PLAYABLE = Playable(rev=REV, complete=False, main="v/x/y/main.m3u8", duration_s=60, available_s=12)


def manifest(video: str, status: str, **fields: object) -> Manifest:
    return Manifest(id=video, generation=1, current_generation=1, status=status, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stored", "status", "progress"),
    [
        ("queued", "to_do", 0),
        ("encoding", "in_progress", 99),
        ("ready", "finished_successful", 100),
        ("failed", "finished_with_errors", 99),
        ("rejected", "rejected", 99),
    ],
)
def test_the_status_is_that_of_the_video(desk: Desk, stored: str, status: str, progress: int) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], stored, progress=0 if stored == "queued" else 0.999))
    reply = desk.ask("GET", address(item)).body
    assert (reply["status"], reply["phase"], reply["progress"]) == (status, stored, progress)


def test_an_item_whose_file_is_awaited_tells_how_to_send_it(desk: Desk) -> None:
    item = desk.create()
    reply = desk.ask("GET", address(item)).body
    assert (reply["status"], reply["phase"], reply["upload"]) == ("to_do", "awaiting_upload", {**item["upload"], "parts": []})


def test_what_can_be_watched_already_is_told_with_its_page(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], "encoding", playable=PLAYABLE))
    reply = desk.ask("GET", address(item)).body
    told = [reply[name] for name in ("watchable", "available_s", "duration_s", "page")]
    assert told == [True, 12, 60, f"w/{item['video_id']}.html"]


def under_way(desk: Desk, video: str, unit: str, done: float, speed: float) -> None:
    told = Underway(id=video, rev=REV, unit=unit, share=0.3, done=done, speed=speed)
    desk.store(keys.UNDERWAY.key(id=video, rev=REV, unit=unit), told)


def test_what_is_being_encoded_counts_in_the_progress(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], "encoding", rev=REV, progress=0.2))
    under_way(desk, item["video_id"], "v00001", 0.5, 1.25)
    under_way(desk, item["video_id"], "v00002", 0.1, 0.75)
    reply = desk.ask("GET", address(item)).body
    assert (reply["progress"], reply["speed"]) == (38, 2.0)


def test_all_is_not_said_before_all_is_done(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], "encoding", rev=REV, progress=0.9))
    under_way(desk, item["video_id"], "v00001", 1, 1)
    assert desk.ask("GET", address(item)).body["progress"] == 99


def test_the_errors_of_a_failed_item_are_listed(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], "failed", error=DAMAGED))
    reply = desk.ask("GET", address(item)).body
    assert reply["errors"] == [{"code": "damaged", "message": "The file ends in its middle.", "todo": "Copy it again."}]


def test_a_rejected_item_has_its_reason(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], "rejected", error=DAMAGED))
    assert desk.ask("GET", address(item)).body["reason"]["code"] == "damaged"


def test_an_item_whose_video_is_deleted_is_not_there(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(manifest(item["video_id"], "deleted"))
    assert desk.ask("GET", address(item)).status == 404


@pytest.mark.parametrize("other", ["/item/bob/{}", "/item/ann/{}x", "/item/an/{}", "/item/../{}", "/item/%2e/{}"])
def test_anothers_item_is_answered_like_one_that_never_was(desk: Desk, other: str) -> None:
    item = desk.create()
    never = desk.ask("GET", "/item/ann/00000000-0000-0000-0000-000000000000")
    found = desk.ask("GET", other.format(item["item_id"]))
    assert (found.status, found.body) == (404, never.body)


def test_a_client_sees_its_own_items_only(desk: Desk) -> None:
    mine = desk.create(client_id="ann")
    for other in ("bob", "an", "anna"):
        desk.create(client_id=other)
    assert [item["item_id"] for item in desk.ask("GET", "/item/ann").body["items"]] == [mine["item_id"]]


def test_a_client_without_items_has_an_empty_list(desk: Desk) -> None:
    assert desk.ask("GET", "/item/ann").body == {"items": []}


def test_pages_join_to_the_whole_list_without_a_gap_or_a_double(desk: Desk) -> None:
    made = [desk.create()["item_id"] for _ in range(7)]
    seen, query = [], {"limit": "3"}
    while True:
        page = desk.ask("GET", "/item/ann", None, TOKEN, {}, **query).body
        seen += [item["item_id"] for item in page["items"]]
        if "next" not in page:
            break
        query["cursor"] = page["next"]
    assert seen == sorted(made)  # an id's order is that of the list


def test_an_item_that_is_created_between_two_pages_moves_nothing(desk: Desk) -> None:
    made = {desk.create()["item_id"] for _ in range(4)}
    first = desk.ask("GET", "/item/ann", limit="2").body
    for found in first["items"]:
        desk.ask("DELETE", address(found))
    rest = desk.ask("GET", "/item/ann", cursor=first["next"]).body["items"]
    assert {item["item_id"] for item in first["items"] + rest} == made


@pytest.mark.parametrize(("name", "value"), [("limit", "0"), ("limit", "101"), ("limit", "x"), ("cursor", "x"), ("cursor", "1.2")])
def test_a_question_for_an_impossible_page_is_refused(desk: Desk, name: str, value: str) -> None:
    reply = desk.ask("GET", "/item/ann", None, TOKEN, {}, **{name: value})
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, f"#/{name}")


def test_reencoding_is_said_in_the_note_and_keeps_its_words(desk: Desk) -> None:
    item = desk.uploaded()
    desk.ask("PUT", f"{address(item)}/note", {"title": "Kept"})
    desk.store(keys.CURRENT.key(id=item["video_id"]), Current(id=item["video_id"], generation=1, rev=REV, again=3))
    reply = desk.ask("POST", f"{address(item)}/reencode", {"conversion_type": "modern"})

    body = desk.buckets.inbox.read(f"ann/{item['item_id']}/talk.json") or b""
    assert (reply.status, json.loads(body)) == (202, {"title": "Kept", "preset": "modern", "again": 4})


@pytest.mark.parametrize(("preset", "status"), [("nothing", 422), (None, 409)])
def test_what_cannot_be_encoded_again_is_told(desk: Desk, preset: str | None, status: int) -> None:
    assert desk.ask("POST", f"{address(desk.uploaded())}/reencode", {"conversion_type": preset}).status == status


def test_a_deleted_item_leaves_nothing_live_in_the_inbox(desk: Desk) -> None:
    item = desk.uploaded()
    for beside in ("talk.json", "talk.en.vtt", "talk.jpg"):
        desk.s3.put_object(Bucket=NAMES.inbox, Key=f"ann/{item['item_id']}/{beside}", Body=b"x")
    desk.ask("DELETE", address(item))
    assert desk.live() == []


def test_a_delete_touches_no_other_file(desk: Desk) -> None:
    item = desk.uploaded()
    others = [f"ann/{item['item_id']}/{name}" for name in ("talk.2.mp4", "talk2.mp4", "talk.txt")]
    for other in others:
        desk.s3.put_object(Bucket=NAMES.inbox, Key=other, Body=b"x")
    desk.ask("DELETE", address(item))
    assert desk.live() == sorted(others)


def test_a_deleted_file_is_kept_as_an_old_version_behind_a_marker(desk: Desk) -> None:
    item = desk.uploaded()
    desk.ask("DELETE", address(item))
    markers = desk.s3.list_object_versions(Bucket=NAMES.inbox)["DeleteMarkers"]
    assert [(marker["Key"], marker["IsLatest"]) for marker in markers] == [(inbox_key(item), True)]


def test_a_second_delete_is_answered_like_the_first(desk: Desk) -> None:
    item = desk.uploaded()
    assert [desk.ask("DELETE", address(item)).status for _ in range(2)] == [204, 204]


def test_a_second_delete_makes_no_second_marker(desk: Desk) -> None:
    item = desk.uploaded()
    desk.ask("DELETE", address(item))
    desk.ask("DELETE", address(item))
    assert len(desk.s3.list_object_versions(Bucket=NAMES.inbox)["DeleteMarkers"]) == 1


def test_a_deleted_item_is_neither_found_nor_listed(desk: Desk) -> None:
    item = desk.uploaded()
    desk.ask("DELETE", address(item))
    assert (desk.ask("GET", address(item)).status, desk.ask("GET", "/item/ann").body) == (404, {"items": []})


def test_a_delete_stops_an_upload_that_is_under_way(desk: Desk) -> None:
    item = desk.create()
    etag = desk.put_part(item, 1, b"hello")
    desk.ask("DELETE", address(item))
    reply = desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
    assert (reply.status, desk.live(), "Uploads" in desk.s3.list_multipart_uploads(Bucket=NAMES.inbox)) == (404, [], False)


def test_nobody_deletes_anothers_item(desk: Desk) -> None:
    item = desk.uploaded()
    desk.ask("DELETE", f"/item/bob/{item['item_id']}")
    assert desk.live() == [inbox_key(item)]


def failed_item(desk: Desk, rejected: Verdict | None = None) -> dict[str, str]:
    """Store what a video leaves of which chunk 0 is done, chunk 1 failed and the stills are under way."""
    item: dict[str, str] = desk.uploaded()
    video = item["video_id"]
    desk.store(keys.CURRENT.key(id=video), Current(id=video, generation=1, rev=REV))
    desk.store(keys.PLAN.key(id=video, rev=REV), Plan(id=video, rev=REV, rejected=rejected))
    for unit in ("v00000", "v00001", "s"):
        order = Order(id=video, rev=REV, unit=unit, deadline_s=60, work=StillsWork(demuxer="mov", video=PICTURE, duration_s=1))
        desk.store(keys.ORDER.key(id=video, rev=REV, unit=unit), order)
    desk.store(keys.OK.key(id=video, rev=REV, unit="v00000"), Receipt(id=video, rev=REV, unit="v00000"))
    failure = Failure(id=video, rev=REV, unit="v00001", verdict=Verdict(code="gave_up", message="Ten times."))
    desk.store(keys.ERROR.key(id=video, rev=REV, unit="v00001"), failure)
    return item


def test_a_retry_sends_the_orders_that_have_no_receipt(desk: Desk) -> None:
    item = failed_item(desk)
    desk.ask("POST", f"{address(item)}/retry")
    assert desk.orders_sent() == [keys.ORDER.key(id=item["video_id"], rev=REV, unit=unit) for unit in ("s", "v00001")]


def test_a_retry_deletes_errors_and_nothing_else(desk: Desk) -> None:
    item = failed_item(desk)
    desk.ask("POST", f"{address(item)}/retry")
    left = [found.key for found in desk.buckets.work.list("receipts/")]
    assert left == [keys.OK.key(id=item["video_id"], rev=REV, unit="v00000")]


def test_a_retry_is_accepted_and_answered_with_the_item(desk: Desk) -> None:
    item = failed_item(desk)
    reply = desk.ask("POST", f"{address(item)}/retry")
    assert (reply.status, reply.body["item_id"]) == (202, item["item_id"])


def test_a_second_retry_sends_what_is_still_to_do(desk: Desk) -> None:
    item = failed_item(desk)
    desk.ask("POST", f"{address(item)}/retry")
    first = desk.orders_sent()
    desk.ask("POST", f"{address(item)}/retry")
    assert desk.orders_sent() == first


def test_more_orders_than_one_call_to_the_queue_takes_are_all_sent(desk: Desk) -> None:
    item = failed_item(desk)
    video = item["video_id"]
    for number in range(2, 13):
        unit = f"v{number:05}"
        order = Order(id=video, rev=REV, unit=unit, deadline_s=60, work=StillsWork(demuxer="mov", video=PICTURE, duration_s=1))
        desk.store(keys.ORDER.key(id=video, rev=REV, unit=unit), order)
    desk.ask("POST", f"{address(item)}/retry")
    assert len(desk.orders_sent()) == 13


def test_what_was_rejected_is_not_tried_again(desk: Desk) -> None:
    item = failed_item(desk, Verdict(code="damaged", message="The file ends in its middle."))
    reply = desk.ask("POST", f"{address(item)}/retry")
    assert (reply.status, reply.body["type"], desk.orders_sent()) == (409, "/problems/nothing-to-retry", [])


def test_what_was_rejected_stays_recorded(desk: Desk) -> None:
    item = failed_item(desk, Verdict(code="damaged", message="The file ends in its middle."))
    desk.ask("POST", f"{address(item)}/retry")
    assert desk.buckets.work.read(keys.ERROR.key(id=item["video_id"], rev=REV, unit="v00001"))


def test_what_was_never_tried_cannot_be_tried_again(desk: Desk) -> None:
    reply = desk.ask("POST", f"{address(desk.create())}/retry")
    assert (reply.status, reply.body["type"]) == (409, "/problems/nothing-to-retry")
