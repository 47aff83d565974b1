"""What the API does, held to its description by Schemathesis: whatever is asked, no answer is one that was not promised."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, Case

from functions.api.routes import ROUTES, Route
from tests.unit.api.desk import TOKEN, Desk, event, open_desk

EXAMPLES = 30  # of each route, with a token and without

type Start = Callable[[str, list[tuple[str, str]]], object]


class Gateway:
    """An API Gateway in this process: requests (WSGI, PEP 3333) become its events."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")}
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        reply = self.desk.send(event(environ["REQUEST_METHOD"], path, raw.decode(errors="replace") or None, headers, query))
        start(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(reply.headers.items()))
        return [json.dumps(reply.body).encode() if reply.body is not None else b""]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with open_desk() as desk:
        yield Gateway(desk)


@pytest.fixture(scope="module")
def description(gateway: Gateway) -> BaseSchema:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", gateway)
    schema.config.update(base_url="http://localhost/api/v1")  # it does not resolve a relative one as RFC 3986 does
    return schema


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
@pytest.mark.parametrize("token", [TOKEN, None], ids=["token", "none"])
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_answer_is_a_promised_one(data: st.DataObject, route: Route, token: str | None, description: BaseSchema) -> None:
    operation = description[re.sub(r"<(\w+)>", r"{\1}", route.path)][route.method]
    case: Case[Any] = data.draw(operation.as_strategy())
    case.headers.pop("Idempotency-Key", None)  # one that comes twice is rightly refused: test_once.py
    response = case.call_and_validate(headers={"Authorization": f"Bearer {token}"} if token else {})

    assert token or route.open or response.status_code == HTTPStatus.UNAUTHORIZED
