"""Asking twice: idempotency keys and ETags."""

import pytest

from tests.unit.api.desk import TOKEN, WISH, Desk, Reply, address, event

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def ask(desk: Desk, key: str, wish: object = WISH) -> Reply:
    return desk.ask("POST", "/item", wish, headers={"Idempotency-Key": key})


def listed(desk: Desk) -> list[str]:
    return [item["item_id"] for item in desk.ask("GET", "/item/ann").body["items"]]


def test_the_same_request_with_the_same_key_gives_the_same_item(desk: Desk) -> None:
    first, again = ask(desk, "k1"), ask(desk, "k1")

    assert (first.status, again.status) == (201, 201)
    assert first.body["upload"]["upload_id"] == again.body["upload"]["upload_id"]
    assert listed(desk) == [first.body["item_id"]]


def test_another_key_gives_another_item(desk: Desk) -> None:
    assert ask(desk, "k1").body["item_id"] != ask(desk, "k2").body["item_id"]


def test_another_request_with_the_same_key_is_refused(desk: Desk) -> None:
    ask(desk, "k1")
    reply = ask(desk, "k1", {**WISH, "file_size": 6})

    assert (reply.status, reply.body["type"]) == (422, "/problems/key-reused")
    assert len(listed(desk)) == 1


def test_another_clients_key_is_not_ones_own(desk: Desk) -> None:
    assert ask(desk, "k1").body["item_id"] != ask(desk, "k1", {**WISH, "client_id": "bob"}).body["item_id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ü"])
def test_a_key_that_is_none_is_named(desk: Desk, key: str) -> None:
    reply = ask(desk, key)

    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, "#/Idempotency-Key")


def test_an_answer_that_still_holds_is_not_sent_again(desk: Desk) -> None:
    item = desk.create()
    first = desk.ask("GET", address(item))
    again = desk.send(event("GET", f"/api/v1{address(item)}", None, {**BEARER, "If-None-Match": first.headers["ETag"]}, {}))

    assert (again.status, again.body, again.headers["ETag"]) == (304, None, first.headers["ETag"])


def test_an_answer_that_changed_is_sent(desk: Desk) -> None:
    item = desk.create()
    known = desk.ask("GET", address(item)).headers["ETag"]
    etag = desk.put_part(item, 1, b"hello")
    desk.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
    again = desk.ask("GET", address(item), headers={"If-None-Match": known})

    assert (again.status, again.body["phase"]) == (200, "uploaded")
