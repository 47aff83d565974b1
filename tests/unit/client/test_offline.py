"""Hours and days without each other: the clock is moved, the rest is real."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from client.reel.client import Client
from client.reel.failures import Refused, Unreachable
from functions.sweep.unfinished import RESUMED_S, Unfinished
from tests.command import start
from tests.stack.library import until
from tests.unit.client.conftest import Filed
from tests.unit.client.loopback import NAMES, TOKEN, Loopback

HOURS_S = 6 * 3600
PART = 16 * 1024**2
BODY = hashlib.shake_128(b"six parts").digest(5 * PART + 5)


class LidClosedError(Exception):
    """The machine sleeps, and is woken in another place."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(time.time(), tick=True) as traveller:
        yield traveller


def stored(loopback: Loopback, item_id: str) -> bytes:
    return loopback.desk.s3.get_object(Bucket=NAMES.inbox, Key=f"ann/{item_id}/talk.mp4")["Body"].read()


def cut_off(running: Client, path: Path) -> None:
    """Send a part, and stop in the middle of the next."""
    item, upload = running.sender.begin(path)
    gone = 0

    def moved(more: int) -> None:
        nonlocal gone
        gone += more
        if gone > 3 * PART / 2:
            raise LidClosedError

    with pytest.raises(LidClosedError):
        running.sender.send(path, item, upload, moved)


def test_a_client_that_was_away_for_hours_sends_what_is_missing_and_nothing_else(
    running: Client, loopback: Loopback, filed: Filed, clock: time_machine.Traveller
) -> None:
    path = filed(body=BODY)
    cut_off(running, path)
    there = {part.number for part in running.api.arrived(running.api.newest()[0].item_id).parts}
    loopback.puts.clear()
    clock.shift(HOURS_S)
    item = running.upload(path)

    assert stored(loopback, item.item_id) == BODY
    assert sorted(loopback.puts) == sorted({1, 2, 3, 4, 5, 6} - there)


def test_a_client_that_slept_in_the_middle_has_its_addresses_signed_anew(
    running: Client, loopback: Loopback, filed: Filed, clock: time_machine.Traveller
) -> None:
    path = filed(body=BODY)
    item, upload = running.sender.begin(path)
    clock.shift(HOURS_S)
    running.sender.send(path, item, upload, lambda _: None)

    assert stored(loopback, item.item_id) == BODY
    assert (sorted(loopback.late), sorted(loopback.puts)) == ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])


def test_a_server_that_was_away_for_hours_finds_the_client_where_it_was(
    running: Client, loopback: Loopback, filed: Filed, clock: time_machine.Traveller
) -> None:
    path = filed(body=BODY)
    cut_off(running, path)
    loopback.busy = 1_000_000
    with pytest.raises(Unreachable):
        running.upload(path)
    loopback.busy = 0
    clock.shift(HOURS_S)
    item = running.upload(path)

    assert stored(loopback, item.item_id) == BODY
    assert len(running.api.newest()) == 1


def test_after_a_kill_only_what_was_on_its_way_is_sent_again(loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    path = filed(body=BODY)
    said = {"REEL_SERVER": loopback.address, "REEL_TOKEN": TOKEN, "REEL_CLIENT": "ann"}
    child = start(tmp_path, tmp_path, said, "upload", path)
    until(lambda: len(loopback.puts) >= 2 or None, lambda: "nothing was sent")
    child.kill()
    child.communicate()
    with loopback.turn:  # what was in its middle has been answered
        (upload,) = loopback.desk.s3.list_multipart_uploads(Bucket=NAMES.inbox)["Uploads"]
        listed = loopback.desk.s3.list_parts(Bucket=NAMES.inbox, Key=upload["Key"], UploadId=upload["UploadId"])
        there = {part["PartNumber"] for part in listed["Parts"]}
        loopback.puts.clear()
    again = start(tmp_path, tmp_path, said, "upload", path)
    again.communicate()

    assert again.returncode == 0
    assert not there & set(loopback.puts)
    assert stored(loopback, loopback.desk.live()[0].split("/")[1]) == BODY


def test_an_upload_that_nobody_goes_on_with_for_a_week_is_swept_and_begun_anew(
    running: Client, loopback: Loopback, filed: Filed, clock: time_machine.Traveller
) -> None:
    path = filed(body=BODY)
    cut_off(running, path)
    uploads = Unfinished(loopback.desk.s3, NAMES.inbox, RESUMED_S)
    clock.shift(RESUMED_S)
    swept = uploads.abort(int(time.time()))
    item = running.upload(path)

    assert (swept, uploads.abort(int(time.time()))) == (1, 0)
    assert stored(loopback, item.item_id) == BODY
    assert len(running.api.newest()) == 2


def test_a_client_that_sends_into_a_swept_upload_is_told(
    running: Client, loopback: Loopback, filed: Filed, clock: time_machine.Traveller
) -> None:
    path = filed(body=BODY)
    item, upload = running.sender.begin(path)
    clock.shift(RESUMED_S)
    Unfinished(loopback.desk.s3, NAMES.inbox, RESUMED_S).abort(int(time.time()))

    with pytest.raises(Refused, match="was given up"):
        running.sender.send(path, item, upload, lambda _: None)
