"""The `reel` command at a real stack, from the file that is sent to the file that comes back."""

from pathlib import Path

from msgspec.structs import replace

from functions.common import keys, schema
from functions.common.model import Receipt
from tests.command import Runs
from tests.media import clip
from tests.stack.library import Library, until


def test_a_file_is_sent_with_its_title_and_awaited(reel: Runs, library: Library) -> None:
    ended = reel("upload", clip("blink"), "--wait", "--checksum", "--title", "By command", "--json")
    assert ended.code == 0, ended.err
    item = ended.json[0]
    page = until(lambda: library.page(item["page"]) or None, lambda: "the page never came")

    assert (item["watchable"], "By command" in page) == (True, True)


def test_what_was_sent_and_what_was_made_come_back(reel: Runs, tmp_path: Path) -> None:
    item = reel("upload", clip("blink"), "--json").json[0]["item_id"]
    assert reel("wait", item).code == 0
    original = reel("download", item, "--as", "original", "--to", tmp_path / "back")
    stream = reel("download", item, "--as", "hls", "--to", tmp_path / "back")

    assert (original.code, stream.code) == (0, 0), original.err + stream.err
    assert Path(original.out.strip()).read_bytes() == clip("blink").read_bytes()
    lists = [path.read_text() for path in Path(stream.out.strip()).parent.rglob("list.m3u8")]
    assert lists
    assert all("#EXT-X-ENDLIST" in text for text in lists)


def test_a_video_that_is_encoded_stands_in_the_queue_with_who_works_on_it(reel: Runs) -> None:
    item = reel("upload", clip("demo"), "--json").json[0]

    def at_work() -> object:
        jobs = reel("queue", "--json").json["in_progress"]
        return next((job for job in jobs if job["item_id"] == item["item_id"] and job["underway"]), None)

    job = until(at_work, lambda: "nobody was seen at work")
    assert job["client_id"] == item["client_id"]  # type: ignore[index]
    assert reel("delete", item["item_id"], "--yes").code == 0
    until(lambda: item["item_id"] not in reel("queue", "--json").out or None, lambda: "it stayed in the queue")


def test_a_video_is_encoded_again_when_somebody_asks_and_keeps_its_page(reel: Runs, library: Library) -> None:
    item = reel("upload", clip("blink"), "--title", "Twice", "--wait", "--json").json[0]
    first = library.wait(item["video_id"], lambda found: found.status == "ready" and found.title == "Twice")
    assert reel("reencode", item["item_id"], "--preset", "small").code == 0
    second = library.wait(item["video_id"], lambda found: found.status == "ready" and found.rev != first.rev)

    assert first.playable
    assert second.playable
    assert (second.title, second.playable.height) == ("Twice", first.playable.height)
    assert second.playable.main != first.playable.main


def test_what_would_be_encoded_in_the_same_way_is_taken_over(reel: Runs, library: Library) -> None:
    item = reel("upload", clip("blink"), "--wait", "--json").json[0]
    first = library.settled(item["video_id"], "ready")
    marked = _marked(library, keys.OK.key(id=first.id, rev=str(first.rev), unit="v00000"))
    assert reel("reencode", item["item_id"]).code == 0
    second = library.wait(item["video_id"], lambda found: found.status == "ready" and found.rev != first.rev)

    assert library.keys(library.stack.media_bucket, marked.replace(str(first.rev), str(second.rev)))


def _marked(library: Library, key: str) -> str:
    """Let a receipt name an object that no encoder would make, and give its key."""
    receipt = schema.load(Receipt, library.read(library.stack.work_bucket, key) or b"")
    part = receipt.parts[0]
    body = library.get(part.object) + b"marked"
    made = part.object.replace(str((keys.SEGMENTS.parse(part.object) or {})["hash"]), keys.digest(body))
    library.s3.put_object(Bucket=library.stack.media_bucket, Key=made, Body=body)
    told = schema.dump(replace(receipt, parts=(replace(part, object=made), *receipt.parts[1:])))
    library.s3.put_object(Bucket=library.stack.work_bucket, Key=key, Body=told)
    return made


def test_the_doctor_finds_the_stack_well(reel: Runs) -> None:
    ended = reel("doctor")
    assert (ended.code, "not well" in ended.out) == (0, False), ended.out


def test_a_tokens_client_sees_its_own_items_alone(reel: Runs, library: Library) -> None:
    made = reel("token", "make", "bob", "--json").json
    theirs = {"REEL_SERVER": library.stack.api_url, "REEL_TOKEN": made["token"]}
    item = reel("upload", clip("blink"), "--json").json[0]

    assert reel("status", item["item_id"], **theirs).code == 1
    assert reel("list", "--json", **theirs).json == []
    assert reel("token", "revoke", made["note"]["id"]).code == 0
    assert reel("list", **theirs).code == 1
