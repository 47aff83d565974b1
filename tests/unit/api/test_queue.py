"""What the queue tells."""

from typing import Any

from functions.common import keys
from functions.common.model import Current, InboxObject, Manifest, Order, StillsWork, Underway, VideoFacts
from tests.unit.api.desk import Desk, inbox_key

REV = "b" * 16
PICTURE = VideoFacts(stream=0, width=2, height=2, rate="25/1", time_base="1/25", origin=0, frames=1, codec="h264")


def working(desk: Desk, status: str | None, client: str = "ann", **fields: object) -> Any:  # noqa: ANN401  # JSON
    """Upload a file, and let the stages have got so far with it."""
    item = desk.uploaded(client_id=client)
    video = item["video_id"]
    source = InboxObject(key=inbox_key(item), version="1", etag='"x"', size=5, modified="2026-03-05T10:00:00Z")
    desk.store(keys.CURRENT.key(id=video), Current(id=video, generation=1, rev=REV, source=source))
    work = StillsWork(demuxer="mov", video=PICTURE, duration_s=1)
    desk.store(keys.ORDER.key(id=video, rev=REV, unit="s"), Order(id=video, rev=REV, unit="s", deadline_s=60, work=work))
    if status:
        desk.publish(Manifest(id=video, generation=1, current_generation=1, status=status, rev=REV, **fields))  # type: ignore[arg-type]
    return item


def videos(desk: Desk, where: str, **asked: str) -> list[str]:
    return [job["video_id"] for job in desk.ask("GET", "/queue", **asked).body[where]]  # type: ignore[arg-type]


def test_each_video_stands_where_it_belongs(desk: Desk) -> None:
    made = {status: working(desk, status)["video_id"] for status in ("queued", "encoding", "failed", "ready")}
    new = working(desk, None)["video_id"]

    assert sorted(videos(desk, "to_do")) == sorted([made["queued"], new])
    assert videos(desk, "in_progress") == [made["encoding"]]
    assert videos(desk, "failed") == [made["failed"]]
    assert videos(desk, "done") == [made["ready"]]


def test_who_works_on_it_and_since_when(desk: Desk) -> None:
    item = working(desk, "encoding", progress=0.2)
    unit = Underway(id=item["video_id"], rev=REV, unit="v00001", share=0.5, done=0.4, speed=1.5, taken_s=30)
    desk.store(keys.UNDERWAY.key(id=item["video_id"], rev=REV, unit="v00001"), unit)
    job = desk.ask("GET", "/queue").body["in_progress"][0]

    assert (job["item_id"], job["progress"], job["since"]) == (item["item_id"], 40, "2026-03-05T10:00:00Z")
    assert [(told["unit"], told["progress"], told["speed"]) for told in job["underway"]] == [("v00001", 40, 1.5)]


def test_a_unit_of_another_rev_is_not_told(desk: Desk) -> None:
    item = working(desk, "encoding")
    unit = Underway(id=item["video_id"], rev="c" * 16, unit="v00001", share=0.5, done=0.4)
    desk.store(keys.UNDERWAY.key(id=item["video_id"], rev="c" * 16, unit="v00001"), unit)

    assert desk.ask("GET", "/queue").body["in_progress"][0]["underway"] == []


def test_a_client_sees_its_own_alone(desk: Desk) -> None:
    mine, other = working(desk, "queued"), working(desk, "queued", client="bob")
    token = desk.ask("POST", "/token", {"client_id": "ann"}).body["token"]

    seen = desk.ask("GET", "/queue", token=token).body["to_do"]
    assert [job["video_id"] for job in seen] == [mine["video_id"]]
    assert sorted(videos(desk, "to_do")) == sorted([mine["video_id"], other["video_id"]])


def test_a_deleted_video_is_in_no_queue(desk: Desk) -> None:
    working(desk, "deleted")

    assert desk.ask("GET", "/queue").body == {"to_do": [], "in_progress": [], "failed": [], "done": [], "more": False}
