import base64

import pytest

from tests.unit.api.desk import TOKEN, Desk, event

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_health_is_told_to_anybody(desk: Desk) -> None:
    reply = desk.ask("GET", "/health", token=None)
    assert (reply.status, reply.body) == (200, {"status": "ok"})


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "tökén"])
def test_without_the_right_token_the_answer_is_401(desk: Desk, token: str | None) -> None:
    reply = desk.ask("GET", "/item/ann", token=token)
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="reelbucket"')


def test_another_scheme_than_bearer_is_refused(desk: Desk) -> None:
    reply = desk.send(event("GET", "/api/v1/item/ann", None, {"Authorization": f"Basic {TOKEN}"}, {}))
    assert reply.status == 401


def test_a_header_in_lower_case_and_a_scheme_in_capitals_are_taken(desk: Desk) -> None:
    reply = desk.send(event("GET", "/api/v1/item/ann", None, {"authorization": f"BEARER {TOKEN}"}, {}))
    assert reply.status == 200


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/", "/api/v2/item/ann", "/api/v1/items", "/api/v1/item/a/b/c"])
def test_an_unknown_route_is_a_problem_404(desk: Desk, path: str) -> None:
    reply = desk.send(event("GET", path, None, BEARER, {}))
    assert (reply.status, reply.headers["Content-Type"], reply.body["type"]) == (
        404,
        "application/problem+json",
        "/problems/not-found",
    )


def test_an_unknown_method_is_a_problem_404(desk: Desk) -> None:
    assert desk.ask("PATCH", "/item/ann").status == 404


@pytest.mark.parametrize("path", ["/v1/api/v1/item/ann", "/_aws/execute-api/abc/v1/api/v1/item/ann", "/api/api/v1/item/ann"])
def test_a_stage_before_the_path_is_no_part_of_it(desk: Desk, path: str) -> None:
    assert desk.send(event("GET", path, None, BEARER, {})).status == 200


def test_a_route_inside_of_a_route_is_none(desk: Desk) -> None:
    assert desk.send(event("GET", "/api/v1/x/api/v1/item/ann", None, BEARER, {})).status == 404


@pytest.mark.parametrize(("path", "token"), [("/item/ann", TOKEN), ("/item/ann", None), ("/nothing", TOKEN), ("/health", None)])
def test_every_answer_may_be_read_by_any_page(desk: Desk, path: str, token: str | None) -> None:
    assert desk.ask("GET", path, token=token).headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_may_ask_beforehand_without_a_token(desk: Desk) -> None:
    reply = desk.ask("OPTIONS", "/item", token=None)
    assert (reply.status, reply.headers["Access-Control-Allow-Headers"]) == (
        204,
        "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    )


def test_no_answer_is_kept(desk: Desk) -> None:
    assert desk.ask("GET", "/item/ann").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "text", [None, "", "{", "hello", '{"client_id": "a"', '"\\ud800"', "{}{}", "[" * 100_000, '{"a":' * 900 + "1" + "}" * 900]
)
def test_a_body_that_is_no_json_object_is_refused(desk: Desk, text: str | None) -> None:
    assert desk.send(event("POST", "/api/v1/item", text, BEARER, {})).status in {400, 422}


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{"])
def test_a_body_of_bytes_that_are_no_text_is_refused(desk: Desk, body: bytes) -> None:
    sent = event("POST", "/api/v1/item", base64.b64encode(body).decode(), BEARER, {}) | {"isBase64Encoded": True}
    assert desk.send(sent).status == 400


def test_a_body_in_base64_is_read(desk: Desk) -> None:
    sent = event("POST", "/api/v1/item", base64.b64encode(b"{}").decode(), BEARER, {}) | {"isBase64Encoded": True}
    assert desk.send(sent).status == 422


def test_a_fault_of_ours_is_told_by_its_number_alone(desk: Desk) -> None:
    desk.s3.delete_bucket(Bucket="reelbucket-work")
    reply = desk.ask("GET", "/item/ann")
    assert (reply.status, reply.body["detail"].split()[-1], "Bucket" in reply.body["detail"]) == (500, "8f7e-request", False)


def test_a_fault_of_ours_alarms(desk: Desk) -> None:
    desk.s3.delete_bucket(Bucket="reelbucket-work")
    desk.ask("GET", "/item/ann")
    assert desk.telemetry.alarms == ["failed"]
