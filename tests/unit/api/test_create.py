from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.bodies import Wish, accept
from functions.api.parts import part_count, part_length, part_size
from functions.api.problem import Problem
from functions.common import keys, schema
from functions.common.inbox import read_name
from functions.common.model import Item
from tests.unit.api.desk import MOST_BYTES, NAMES, WISH, Desk, inbox_key

SHA = "ab" * 64
MIB = 1024**2


def test_an_item_is_answered_with_what_was_said_of_it(desk: Desk) -> None:
    item = desk.create(sha512_checksum=SHA)
    told = {name: item[name] for name in ("client_id", "file_name", "file_size", "content_type", "sha512_checksum", "status")}
    assert told == {**WISH, "sha512_checksum": SHA, "status": "to_do"}


def test_an_item_is_stored_once_as_it_was_answered(desk: Desk) -> None:
    item = desk.create(sha512_checksum=SHA)
    body = desk.buckets.work.read(keys.ITEM.key(client="ann", item=item["item_id"]))
    stored = schema.load(Item, body or b"")
    assert (stored.key, stored.upload_id, stored.sha512_checksum) == (inbox_key(item), item["upload"]["upload_id"], SHA)


def test_the_video_is_the_one_that_ingest_will_find(desk: Desk) -> None:
    item = desk.create(file_name="talk.final.MP4")
    name = read_name(inbox_key(item))
    assert item["video_id"] == keys.video_id(name.stem if name else "")


def test_a_checksum_in_capitals_is_taken(desk: Desk) -> None:
    assert desk.create(sha512_checksum=SHA.upper())["sha512_checksum"] == SHA


def test_the_type_is_fixed_when_the_upload_begins(desk: Desk) -> None:
    item = desk.create(content_type="video/webm")
    desk.ask("POST", f"/item/ann/{item['item_id']}/complete", {"parts": [{"number": 1, "etag": desk.put_part(item, 1, b"hello")}]})
    assert desk.s3.head_object(Bucket=NAMES.inbox, Key=inbox_key(item))["ContentType"] == "video/webm"


def test_an_address_signs_the_exact_length_and_lives_15_minutes(desk: Desk) -> None:
    query = parse_qs(urlsplit(desk.create()["upload"]["parts"][0]["url"]).query)
    assert (query["X-Amz-SignedHeaders"], query["X-Amz-Expires"]) == (["content-length;host"], ["900"])


def test_of_many_parts_the_first_hundred_are_signed_at_once(desk: Desk) -> None:
    upload = desk.create(file_size=200 * 16 * MIB)["upload"]
    assert (upload["part_count"], [part["number"] for part in upload["parts"]]) == (200, list(range(1, 101)))


def test_the_others_are_signed_on_request(desk: Desk) -> None:
    item = desk.create(file_size=200 * 16 * MIB)
    reply = desk.ask("POST", f"/item/ann/{item['item_id']}/parts", {"numbers": [101, 200]})
    assert [parse_qs(urlsplit(part["url"]).query)["partNumber"] for part in reply.body["parts"]] == [["101"], ["200"]]


@pytest.mark.parametrize("numbers", [[], [0], [2], [-1], list(range(1, 102)), ["1"], None])
def test_no_address_is_given_for_a_part_that_the_file_has_not(desk: Desk, numbers: object) -> None:
    reply = desk.ask("POST", f"/item/ann/{desk.create()['item_id']}/parts", {"numbers": numbers})
    assert (reply.status, reply.body["errors"][0]["pointer"].startswith("#/numbers")) == (422, True)


@pytest.mark.parametrize(
    "name", ["talk.mp4", "a b.MKV", "holiday.2024.mov", "häß 映画 \u202f.webm", "x" * 251 + ".mp4", "a.mp3", "👩\u200d💻.gif"]
)
def test_a_name_with_an_extension_of_ours_is_taken(desk: Desk, name: str) -> None:
    assert desk.create(file_name=name)["file_name"] == name


@pytest.mark.parametrize("name", ["/etc/../talk.mp4", "C:\\films\\talk.mp4", "../../talk.mp4"])
def test_of_a_path_only_the_last_part_is_kept(desk: Desk, name: str) -> None:
    assert desk.create(file_name=name)["file_name"] == "talk.mp4"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("file_name", name) for name in ("", "talk", "talk.exe", ".mp4", "talk.json", "talk.en.vtt", "talk.svg", "talk.mp4/")),
        *(("file_name", name) for name in ("a\nb.mp4", "a\x00.mp4", "a\x7f.mp4", "a\uffff.mp4", "x" * 252 + ".mp4")),
        ("file_name", "ä" * 126 + ".mp4"),
        *(("client_id", name) for name in ("", "a/b", "..", "-a", "a b", "a" * 65, "é", "a\n")),
        *(("file_size", size) for size in (0, -1, MOST_BYTES + 1, 1.5, "5", None)),
        *(("content_type", kind) for kind in ("", "text/html", "video", "video/", "image/svg+xml", "video/mp4\r\nX: y")),
        *(("sha512_checksum", text) for text in ("", "ab", "zz" * 64, SHA + "0")),
        ("conversion_type", "av1"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(desk: Desk, field: str, value: object) -> None:
    reply = desk.ask("POST", "/item", {**WISH, field: value})
    assert (reply.status, [fault["pointer"] for fault in reply.body["errors"]]) == (422, [f"#/{field}"])


def test_a_refused_extension_is_answered_with_those_that_are_taken(desk: Desk) -> None:
    assert "mp4, m4v, mov" in desk.ask("POST", "/item", {**WISH, "file_name": "talk.exe"}).body["detail"]


def test_a_conversion_is_one_of_the_presets(desk: Desk) -> None:
    assert desk.create(conversion_type="modern")["conversion_type"] == "modern"


def test_an_unknown_conversion_is_answered_with_those_that_there_are(desk: Desk) -> None:
    reply = desk.ask("POST", "/item", {**WISH, "conversion_type": "av1"})
    assert reply.body["detail"] == "conversion_type must be one of archive, hevc, modern, mp4, small, web, webm."


def test_a_missing_field_is_named(desk: Desk) -> None:
    reply = desk.ask("POST", "/item", {name: value for name, value in WISH.items() if name != "file_size"})
    assert reply.body["errors"] == [{"pointer": "#/file_size", "detail": "Object missing required field file_size."}]


def test_an_unknown_field_is_named(desk: Desk) -> None:
    assert desk.ask("POST", "/item", {**WISH, "title": "x"}).body["errors"][0]["pointer"] == "#/title"


def test_all_faults_are_told_at_once(desk: Desk) -> None:
    reply = desk.ask("POST", "/item", {**WISH, "file_name": "a.exe", "file_size": 0, "client_id": ""})
    assert {fault["pointer"] for fault in reply.body["errors"]} == {"#/file_name", "#/file_size", "#/client_id"}


def test_a_refused_wish_begins_no_upload(desk: Desk) -> None:
    desk.ask("POST", "/item", {**WISH, "file_size": 0})
    assert "Uploads" not in desk.s3.list_multipart_uploads(Bucket=NAMES.inbox)


@given(size=st.integers(1, 5 * 1024**4))
def test_the_parts_of_a_file_fit_the_store_and_make_up_the_file(size: int) -> None:
    item = a_stored_item(size)
    lengths = [part_length(item, number) for number in (1, part_count(item))]
    whole = (part_count(item) - 1) * lengths[0] + lengths[-1]
    assert (whole, part_count(item) <= 10_000, 0 < lengths[-1] <= lengths[0]) == (size, True, True)


@given(name=st.text(max_size=300))
def test_any_file_name_is_refused_in_words_or_makes_a_key_that_ingest_reads(name: str) -> None:
    assert refused_or_read(Wish(client_id="ann", file_name=name + ".mp4", file_size=1, content_type="video/mp4"))


def refused_or_read(wish: Wish) -> bool:
    """Tell whether a wish is refused for its file's name, or makes a key that is a source's."""
    try:
        kept = accept(wish, most_bytes=1, presets=())
    except Problem as problem:
        return "file_name" in problem.details.detail
    name = read_name(keys.UPLOAD.key(client="ann", item=a_stored_item(1).item_id, file=kept.file_name))
    return name is not None and name.role == "source"


def a_stored_item(size: int) -> Item:
    return Item(
        item_id="01234567-89ab-cdef-0123-456789abcdef",
        client_id="ann",
        created_at="2026-01-02T03:04:05Z",
        file_name="talk.mp4",
        file_size=size,
        content_type="video/mp4",
        key="ann/x/talk.mp4",
        video_id="a" * 16,
        upload_id="u",
        part_size=part_size(size),
    )
