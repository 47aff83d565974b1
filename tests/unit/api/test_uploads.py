import pytest

from tests.unit.api.desk import NAMES, Desk, address, inbox_key

PART = 16 * 1024**2
ZEROS = bytes(PART)
HELLO = "5d41402abc4b2a76b9719d911017c592"  # MD5 of b"hello"


def test_a_complete_upload_lies_in_the_inbox(desk: Desk) -> None:
    item = desk.uploaded()
    assert desk.s3.get_object(Bucket=NAMES.inbox, Key=inbox_key(item))["Body"].read() == b"hello"


def test_a_complete_upload_waits_to_be_looked_at(desk: Desk) -> None:
    item = desk.uploaded()
    assert (item["status"], item["phase"], "upload" in item) == ("to_do", "uploaded", False)


def test_several_parts_become_one_file(desk: Desk) -> None:
    item = desk.create(file_size=PART + 5)
    etags = [desk.put_part(item, 1, ZEROS), desk.put_part(item, 2, b"hello")]
    parts = [{"number": number, "etag": etag} for number, etag in enumerate(etags, start=1)]
    desk.ask("POST", f"{address(item)}/complete", {"parts": parts[::-1]})
    assert desk.s3.head_object(Bucket=NAMES.inbox, Key=inbox_key(item))["ContentLength"] == PART + 5


def test_what_has_arrived_is_listed(desk: Desk) -> None:
    item = desk.create()
    desk.put_part(item, 1, b"hello")
    assert desk.ask("GET", f"{address(item)}/parts").body == {"parts": [{"number": 1, "size": 5, "etag": HELLO}]}


def test_of_a_complete_upload_no_parts_are_listed(desk: Desk) -> None:
    reply = desk.ask("GET", f"{address(desk.uploaded())}/parts")
    assert (reply.status, reply.body["type"]) == (409, "/problems/upload-closed")


@pytest.mark.parametrize("sent", [b"", b"hell", b"hello!"])
def test_a_part_that_has_not_arrived_whole_is_named(desk: Desk, sent: bytes) -> None:
    item = desk.create()
    etag = desk.put_part(item, 1, sent)
    reply = desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
    assert (reply.status, reply.body["type"], reply.body["parts"]) == (409, "/problems/parts-missing", [1])


def test_a_part_of_other_bytes_than_were_sent_is_named(desk: Desk) -> None:
    item = desk.create()
    desk.put_part(item, 1, b"jello")
    reply = desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": HELLO}]})
    assert reply.body["parts"] == [1]


def test_parts_that_are_not_claimed_are_named(desk: Desk) -> None:
    item = desk.create(file_size=PART + 5)
    etag = desk.put_part(item, 1, ZEROS)
    desk.put_part(item, 2, b"hello")
    assert desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": etag}]}).body["parts"] == [2]


@pytest.mark.parametrize("parts", [None, [{}], [{"number": 1}], [{"number": 1, "etag": "x"}], [{"number": "1", "etag": HELLO}]])
def test_a_claim_that_cannot_be_read_is_refused(desk: Desk, parts: object) -> None:
    reply = desk.ask("POST", f"{address(desk.create())}/complete", {"parts": parts})
    assert (reply.status, reply.body["errors"][0]["pointer"].startswith("#/parts")) == (422, True)


def test_completing_twice_is_the_same_as_once(desk: Desk) -> None:
    item = desk.uploaded()
    again = desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": HELLO}]})
    assert (again.status, again.body) == (200, item)


def test_a_file_that_was_replaced_meanwhile_is_told(desk: Desk) -> None:
    item = desk.uploaded()
    desk.s3.put_object(Bucket=NAMES.inbox, Key=inbox_key(item), Body=b"another")
    reply = desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": HELLO}]})
    assert (reply.status, reply.body["title"]) == (409, "Replaced or deleted meanwhile")


def test_a_file_that_was_deleted_meanwhile_is_told(desk: Desk) -> None:
    item = desk.uploaded()
    desk.s3.delete_object(Bucket=NAMES.inbox, Key=inbox_key(item))
    reply = desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": HELLO}]})
    assert (reply.status, reply.body["type"]) == (409, "/problems/replaced-or-deleted")


def test_an_upload_that_was_given_up_cannot_be_completed(desk: Desk) -> None:
    item = desk.create()
    etag = desk.put_part(item, 1, b"hello")
    desk.s3.abort_multipart_upload(Bucket=NAMES.inbox, Key=inbox_key(item), UploadId=item["upload"]["upload_id"])
    assert desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": etag}]}).status == 409


@pytest.mark.parametrize(
    ("method", "what"), [("GET", "/parts"), ("POST", "/parts"), ("POST", "/complete"), ("PUT", "/note"), ("POST", "/retry")]
)
def test_nothing_can_be_done_to_an_item_under_another_client(desk: Desk, method: str, what: str) -> None:
    item = desk.create()
    body = {"/parts": {"numbers": [1]}, "/complete": {"parts": []}, "/note": {}}.get(what)
    assert desk.ask(method, f"/item/bob/{item['item_id']}{what}", body).status == 404


def test_a_note_lies_beside_the_file(desk: Desk) -> None:
    item = desk.create(file_name="talk.final.mp4")
    reply = desk.ask("PUT", f"{address(item)}/note", {"title": "A talk", "tags": ["a", "b"]})
    note = desk.s3.get_object(Bucket=NAMES.inbox, Key=f"ann/{item['item_id']}/talk.final.json")["Body"].read()
    assert (reply.status, note) == (204, b'{"title":"A talk","tags":["a","b"]}')


@pytest.mark.parametrize("note", [{"titel": "x"}, {"title": "x" * 501}, {"tags": "x"}, {"visibility": "secret"}, {"date": "today"}])
def test_a_note_that_would_be_ignored_is_refused(desk: Desk, note: object) -> None:
    reply = desk.ask("PUT", f"{address(desk.create())}/note", note)
    assert (reply.status, [fault["pointer"] for fault in reply.body["errors"]]) == (422, [f"#/{name}" for name in dict(note)])  # type: ignore[call-overload]
