"""Tokens: what each allows, and that nobody makes one without the operator's secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.tokens import sign, verify
from functions.common.model import Token
from tests.unit.api.desk import TOKEN, WISH, Desk, Reply, address, inbox_key

NOW = "2026-03-05T10:00:00Z"
NOTE = Token(id="a" * 16, client_id="ann", may=("read",), created_at=NOW, expires_at="2026-03-06T10:00:00Z")
SECRET = b"a secret of this test"


def issued(desk: Desk, **wish: object) -> str:
    reply = desk.ask("POST", "/token", {"client_id": "ann", **wish})
    assert reply.status == 201, reply
    return str(reply.body["token"])


def upload(desk: Desk, token: str, **fields: object) -> Reply:
    return desk.ask("POST", "/item", {**WISH, **fields}, token=token)


def test_a_token_does_what_the_operator_does_with_its_clients_items(desk: Desk) -> None:
    token = issued(desk)
    item = upload(desk, token).body

    assert desk.ask("GET", address(item), token=token).body["item_id"] == item["item_id"]
    assert desk.ask("DELETE", address(item), token=token).status == 204


@pytest.mark.parametrize(
    ("method", "beside", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "/parts", None),
        ("POST", "/parts", {"numbers": [1]}),
        ("POST", "/complete", {"parts": []}),
        ("PUT", "/note", {"title": "x"}),
        ("POST", "/retry", None),
        ("GET", "/files", None),
    ],
)
def test_another_clients_item_is_as_if_it_were_not_there(desk: Desk, method: str, beside: str, body: object) -> None:
    item = desk.create(client_id="bob")
    there = desk.ask(method, f"{address(item)}{beside}", body, token=issued(desk))
    nowhere = desk.ask(method, f"/item/bob/{'0' * 8}-0000-0000-0000-{'0' * 12}{beside}", body, token=issued(desk))

    assert (there.status, there.body) == (nowhere.status, nowhere.body)
    assert there.status == 404
    assert desk.ask("GET", address(item)).status == 200


def test_another_clients_list_is_as_if_it_were_not_there(desk: Desk) -> None:
    desk.create(client_id="bob")

    assert desk.ask("GET", "/item/bob", token=issued(desk)).status == 404


def test_nothing_is_sent_in_anothers_name(desk: Desk) -> None:
    reply = upload(desk, issued(desk), client_id="bob")

    assert (reply.status, "the client ann" in reply.body["detail"]) == (403, True)


def test_a_token_to_send_neither_reads_nor_deletes(desk: Desk) -> None:
    token = issued(desk, may=["send"])
    item = upload(desk, token).body

    assert desk.ask("GET", address(item), token=token).status == 403
    assert desk.ask("DELETE", address(item), token=token).status == 403
    assert desk.ask("GET", f"{address(item)}/parts", token=token).status == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/token"), ("GET", "/token"), ("DELETE", "/token/" + "a" * 16)])
def test_only_the_operator_makes_tokens(desk: Desk, method: str, path: str) -> None:
    assert desk.ask(method, path, {"client_id": "ann"}, token=issued(desk)).status == 403


def test_a_revoked_token_is_taken_no_more(desk: Desk) -> None:
    made = desk.ask("POST", "/token", {"client_id": "ann"}).body
    desk.ask("DELETE", f"/token/{made['note']['id']}")

    assert desk.ask("GET", "/item/ann", token=made["token"]).status == 401
    assert desk.ask("GET", "/token").body == {"tokens": []}


def test_the_tokens_in_force_are_listed_without_what_opens_a_door(desk: Desk) -> None:
    made = desk.ask("POST", "/token", {"client_id": "ann", "days": 7}).body

    assert desk.ask("GET", "/token").body == {"tokens": [made["note"]]}
    assert made["token"].rpartition(".")[2] not in str(desk.ask("GET", "/token").body)


def test_a_file_beyond_the_tokens_bound_is_refused(desk: Desk) -> None:
    reply = upload(desk, issued(desk, most_bytes=4))

    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, "#/file_size")


def test_a_file_beyond_the_quota_is_refused_until_something_is_deleted(desk: Desk) -> None:
    token, first = issued(desk, quota_bytes=9), desk.uploaded()
    refused = upload(desk, token)
    desk.ask("DELETE", address(first))

    assert (refused.status, refused.body["type"]) == (413, "/problems/over-quota")
    assert upload(desk, token).status == 201


def test_uploads_begun_side_by_side_do_not_get_round_the_quota(desk: Desk) -> None:
    token = issued(desk, quota_bytes=9)
    one, other = upload(desk, token).body, upload(desk, token).body
    ends = [
        desk.ask(
            "POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": desk.put_part(item, 1, b"hello")}]}, token=token
        )
        for item in (one, other)
    ]

    assert [end.status for end in ends] == [200, 413]
    assert desk.live() == [inbox_key(one)]


def test_me_tells_whose_token_it_is(desk: Desk) -> None:
    mine = desk.ask("GET", "/me", token=issued(desk, may=["read"], quota_bytes=9)).body

    assert (mine["client_id"], mine["may"], mine["quota_bytes"]) == ("ann", ["read"], 9)
    assert desk.ask("GET", "/me").body["client_id"] is None
    assert desk.ask("GET", "/me", token=issued(desk, may=["send"])).status == 200


@pytest.mark.parametrize("token", ["reel", "reel.", "reel..", "reel.e30.", f"reel.{'A' * 99}.B", "reel.ü.x", f"{TOKEN}."])
def test_what_looks_like_a_token_is_none(desk: Desk, token: str) -> None:
    assert desk.ask("GET", "/item/ann", token=token).status == 401


def test_a_token_is_over_at_its_end() -> None:
    text = sign(NOTE, SECRET)

    assert verify(text, SECRET, "2026-03-06T09:59:59Z") == NOTE
    assert verify(text, SECRET, NOTE.expires_at) is None


def test_a_token_of_another_secret_is_none() -> None:
    assert verify(sign(NOTE, b"another"), SECRET, NOW) is None


@given(place=st.integers(0, len(sign(NOTE, SECRET)) - 1), character=st.sampled_from("AZaz09-_."))
def test_a_token_with_one_character_changed_is_none_or_the_same(place: int, character: str) -> None:
    text = sign(NOTE, SECRET)
    changed = text[:place] + character + text[place + 1 :]

    assert verify(changed, SECRET, NOW) == (NOTE if changed == text else None)
