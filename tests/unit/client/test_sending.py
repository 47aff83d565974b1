import hashlib
from pathlib import Path

import pytest

from client.reel.client import Client
from client.reel.failures import Refused, Unreachable
from client.reel.items import Note, Wish
from client.reel.sending import ATTEMPTS, EXTENSIONS, content_type
from functions.api.bodies import SOURCES
from tests.unit.client.conftest import Filed
from tests.unit.client.loopback import NAMES, Fault, Loopback

PART = 16 * 1024**2
THREE_PARTS = hashlib.shake_128(b"three parts").digest(2 * PART + 5)


def stored(loopback: Loopback, key: str) -> bytes:
    return loopback.desk.s3.get_object(Bucket=NAMES.inbox, Key=key)["Body"].read()


def test_a_file_arrives_as_it_is(running: Client, loopback: Loopback, filed: Filed) -> None:
    item = running.upload(filed("häß talk.mp4"))
    assert stored(loopback, f"ann/{item.item_id}/häß talk.mp4") == b"hello"


def test_a_file_of_several_parts_arrives_as_it_is(running: Client, loopback: Loopback, filed: Filed) -> None:
    item = running.upload(filed(body=THREE_PARTS))
    assert stored(loopback, f"ann/{item.item_id}/talk.mp4") == THREE_PARTS


def test_each_part_is_sent_once(running: Client, loopback: Loopback, filed: Filed) -> None:
    running.upload(filed(body=THREE_PARTS))
    assert sorted(loopback.puts) == [1, 2, 3]


@pytest.mark.parametrize("fault", [500, 403, "cut", "flip"])
def test_a_part_that_fails_is_signed_anew_and_sent_again(running: Client, loopback: Loopback, filed: Filed, fault: Fault) -> None:
    loopback.faults.append(fault)
    item = running.upload(filed())
    assert (stored(loopback, f"ann/{item.item_id}/talk.mp4"), loopback.puts, loopback.asked.count("POST parts")) == (
        b"hello",
        [1, 1],
        1,
    )


def test_a_part_that_fails_always_is_given_up_in_words(running: Client, loopback: Loopback, filed: Filed) -> None:
    loopback.faults.extend([500] * ATTEMPTS)
    with pytest.raises(Unreachable, match=r"Part 1 did not get through: the store answered 500\. Run the same command again"):
        running.upload(filed())


def test_a_part_is_given_up_after_so_many_attempts(running: Client, loopback: Loopback, filed: Filed) -> None:
    loopback.faults.extend([500] * ATTEMPTS)
    with pytest.raises(Unreachable):
        running.upload(filed())
    assert loopback.puts == [1] * ATTEMPTS


def test_an_upload_that_the_server_let_go_is_not_tried_again(running: Client, loopback: Loopback, filed: Filed) -> None:
    loopback.faults.append(404)
    with pytest.raises(Refused, match="let go"):
        running.upload(filed())


def cut_off(running: Client, loopback: Loopback, path: Path) -> None:
    """Send parts until one of them is given up."""
    loopback.faults.append(404)
    with pytest.raises(Refused):
        running.upload(path)
    loopback.faults.clear()


def test_a_second_run_goes_on_with_the_same_item(running: Client, loopback: Loopback, filed: Filed) -> None:
    path = filed(body=THREE_PARTS)
    cut_off(running, loopback, path)
    running.upload(path)
    assert loopback.asked.count("POST /v1/api/v1/item") == 1


def test_a_second_run_does_not_send_what_has_arrived(running: Client, loopback: Loopback, filed: Filed) -> None:
    path = filed(body=THREE_PARTS)
    cut_off(running, loopback, path)
    there = {part.number for part in running.api.arrived(running.api.newest()[0].item_id).parts}
    loopback.puts.clear()
    running.upload(path)
    assert not set(loopback.puts) & there


def test_an_upload_that_is_closed_is_not_gone_on_with(running: Client, loopback: Loopback, filed: Filed) -> None:
    first = running.upload(filed())
    loopback.desk.s3.delete_object(Bucket=NAMES.inbox, Key=loopback.desk.live()[0])  # past the API
    second = running.upload(filed())
    assert second.item_id != first.item_id
    assert len(loopback.desk.live()) == 1


def test_a_file_that_was_changed_between_two_runs_is_sent_as_it_is_now(running: Client, loopback: Loopback, filed: Filed) -> None:
    cut_off(running, loopback, filed(body=THREE_PARTS))
    item = running.upload(filed(body=THREE_PARTS[::-1]))
    assert stored(loopback, f"ann/{item.item_id}/talk.mp4") == THREE_PARTS[::-1]


def test_the_bytes_that_are_told_to_have_moved_are_those_of_the_file(running: Client, loopback: Loopback, filed: Filed) -> None:
    path = filed(body=THREE_PARTS)
    moved: list[int] = []
    cut_off(running, loopback, path)
    loopback.faults.extend([500, "flip"])
    item, upload = running.sender.begin(path)
    running.sender.send(path, item, upload, moved.append)
    assert sum(moved) == len(THREE_PARTS)


def test_a_note_lies_beside_the_file(running: Client, loopback: Loopback, filed: Filed) -> None:
    item = running.upload(filed(), Note(title="A talk", tags=("a",)))
    assert stored(loopback, f"ann/{item.item_id}/talk.json") == b'{"title":"A talk","tags":["a"]}'


def test_without_a_note_nothing_lies_beside_the_file(running: Client, loopback: Loopback, filed: Filed) -> None:
    item = running.upload(filed())
    assert loopback.desk.live() == [f"ann/{item.item_id}/talk.mp4"]


def test_an_empty_file_is_refused_before_anything_is_asked(running: Client, loopback: Loopback, filed: Filed) -> None:
    with pytest.raises(Refused, match="empty"):
        running.upload(filed(body=b""))
    assert loopback.asked == []


def test_a_server_that_is_busy_is_asked_again(running: Client, loopback: Loopback) -> None:
    loopback.busy = 1
    assert running.api.newest() == ()


def test_a_file_is_announced_once_though_the_answer_was_lost(running: Client, loopback: Loopback) -> None:
    loopback.lost = 1
    item = running.api.create(Wish("talk.mp4", 5, "video/mp4"))
    assert loopback.asked == ["POST /v1/api/v1/item"] * 2
    assert [found.item_id for found in running.items()] == [item.item_id]


def test_a_checksum_is_announced_before_anything_is_sent(running: Client, loopback: Loopback, filed: Filed) -> None:
    item = running.upload(filed(), checksum=True)
    assert item.sha512_checksum == hashlib.sha512(b"hello").hexdigest()
    assert len(loopback.desk.live()) == 1


def test_the_extensions_are_those_that_the_server_takes() -> None:
    assert EXTENSIONS == SOURCES


@pytest.mark.parametrize(("name", "kind"), [("a.mp4", "video/mp4"), ("a.mp3", "audio/mpeg"), ("a.txt", "application/octet-stream")])
def test_the_type_of_a_file_follows_from_its_name(name: str, kind: str) -> None:
    assert content_type(name) == kind
