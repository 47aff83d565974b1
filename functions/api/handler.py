"""api: HTTPS → items, and addresses to which their files are sent."""

import functools
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import boto3
import msgspec
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from functions.api.answers import (
    ArrivedParts,
    Checks,
    Files,
    Health,
    ItemAnswer,
    ItemPage,
    Me,
    NewToken,
    Queue,
    SignedParts,
    Tokens,
)
from functions.api.auth import CHALLENGE, Guard
from functions.api.bodies import Numbers, Reencoding, Sent, TokenWish, Wish, accept, is_item, read
from functions.api.check import check
from functions.api.items import Items
from functions.api.openapi import description
from functions.api.problem import MEDIA_TYPE, Fault, Problem, invalid, not_found
from functions.api.queue import queue
from functions.api.retry import Send, retry
from functions.api.routes import KEY, LIMIT, MOST, PREFIX, ROUTES, Route
from functions.api.tokens import Bearer
from functions.api.uploads import Uploads
from functions.common import keys, presets, s3
from functions.common.errors import Contended, Unavailable
from functions.common.inbox import timestamp
from functions.common.model import Note
from functions.common.ports import Telemetry
from functions.common.post import OrderPost
from functions.common.settings import ApiSettings, BucketNames
from functions.common.telemetry import CloudWatch

BEFORE: Final = re.compile(r"^/(?!api/v1/).*?(?=/api/v1/)")  # a stage's name, where a gateway or an emulator leaves it in the path
JSON: Final = "application/json"
THEIRS: Final = 500  # from here on the fault is not the request's

ALWAYS: Final = {
    "Access-Control-Expose-Headers": "ETag",
    "Access-Control-Allow-Origin": "*",  # the secret is a bearer token, not a cookie: a foreign page gains nothing by asking
    "Cache-Control": "no-store",  # answers hold signed addresses
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "7200",  # seconds; the most that Chromium keeps
}

type Answer = Response[str]
type Event = dict[str, Any]  # API Gateway's proxy event and its answer, which powertools reads and writes


@dataclass(frozen=True)
class Asking:
    """One request: who sent it, and what it says beside its path. `now_ms` since 1970."""

    bearer: Bearer
    event: APIGatewayProxyEvent
    now_ms: int

    def body[B](self, kind: type[B]) -> B:
        """Read the body. Raises Problem."""
        try:
            text = self.event.decoded_body
        except ValueError as error:  # base64 or UTF-8 that is none
            raise Problem("unreadable", "The body must be a JSON object in UTF-8.") from error
        return read(kind, text)

    def query(self, name: str) -> str | None:
        """Read a query parameter."""
        asked: Mapping[str, str] = self.event.query_string_parameters or {}
        return asked.get(name)


@dataclass(frozen=True)
class Routes:
    """What each route does, a method for each: it is named in `routes.ROUTES`, and gives the answer's body."""

    items: Items
    send: Send
    guard: Guard

    def create(self, asking: Asking) -> ItemAnswer:
        """POST /item."""
        bearer = asking.bearer
        wish = accept(asking.body(Wish), bearer.least(self.items.most_bytes), presets.names())
        if bearer.client not in {None, wish.client_id}:
            raise Problem("forbidden", f"This token is for the client {bearer.client}. Send that as client_id.")
        self.items.check_quota(wish.client_id, bearer.quota_bytes, wish.file_size)
        return self.items.create(wish, asking.now_ms, _key(asking.event.headers.get("Idempotency-Key")))

    def page(self, asking: Asking, client_id: str) -> ItemPage:
        """GET /item/{client_id}."""
        after = asking.query("cursor")
        if after is not None and not is_item(after):
            raise invalid(Fault("#/cursor", "cursor must be the `next` of an earlier answer."))
        return self.items.page(client_id, after, _limit(asking.query("limit") or str(LIMIT)))

    def one(self, _asking: Asking, client_id: str, item_id: str) -> ItemAnswer:
        """GET /item/{client_id}/{item_id}."""
        return self.items.read(client_id, item_id)

    def delete(self, _asking: Asking, client_id: str, item_id: str) -> None:
        """DELETE /item/{client_id}/{item_id}: the same answer however often it is asked."""
        self.items.delete(client_id, item_id)

    def sign(self, asking: Asking, client_id: str, item_id: str) -> SignedParts:
        """POST …/parts."""
        return self.items.sign(client_id, item_id, asking.body(Numbers).numbers)

    def arrived(self, _asking: Asking, client_id: str, item_id: str) -> ArrivedParts:
        """GET …/parts."""
        return self.items.arrived(client_id, item_id)

    def complete(self, asking: Asking, client_id: str, item_id: str) -> ItemAnswer:
        """POST …/complete."""
        return self.items.complete(client_id, item_id, asking.body(Sent), asking.bearer.quota_bytes)

    def annotate(self, asking: Asking, client_id: str, item_id: str) -> None:
        """PUT …/note."""
        self.items.annotate(client_id, item_id, asking.body(Note))

    def retry(self, _asking: Asking, client_id: str, item_id: str) -> ItemAnswer:
        """POST …/retry: accepted; the item tells how it goes on."""
        retry(self.items.buckets.work, self.items.find(client_id, item_id), self.send)
        return self.items.read(client_id, item_id)

    def reencode(self, asking: Asking, client_id: str, item_id: str) -> ItemAnswer:
        """POST …/reencode: accepted; the item tells how it goes on."""
        self.items.reencode(client_id, item_id, asking.body(Reencoding))
        return self.items.read(client_id, item_id)

    def files(self, _asking: Asking, client_id: str, item_id: str) -> Files:
        """GET …/files."""
        return self.items.files(client_id, item_id)

    def queue(self, asking: Asking) -> Queue:
        """GET /queue."""
        return queue(self.items.buckets, asking.bearer.client)

    def me(self, asking: Asking) -> Me:
        """GET /me."""
        bearer = asking.bearer
        return Me(bearer.client, tuple(bearer.may), bearer.expires_at, bearer.most_bytes, bearer.quota_bytes)

    def check(self, _asking: Asking) -> Checks:
        """POST /check."""
        return check(self.items.buckets.work)

    def issue(self, asking: Asking) -> NewToken:
        """POST /token."""
        return self.guard.issue(asking.body(TokenWish), asking.now_ms // 1000)

    def tokens(self, _asking: Asking) -> Tokens:
        """GET /token."""
        return self.guard.issued()

    def revoke(self, _asking: Asking, token_id: str) -> None:
        """DELETE /token/{token_id}."""
        self.guard.revoke(token_id)

    def health(self, _asking: Asking) -> Health:
        """GET /health."""
        return Health()

    def openapi(self, _asking: Asking) -> Mapping[str, object]:
        """GET /openapi.json."""
        return description(presets.names())


@dataclass(frozen=True)
class Api:
    """The whole API, as a function of an event."""

    app: APIGatewayRestResolver
    routes: Routes
    telemetry: Telemetry

    @classmethod
    def of(cls, items: Items, send: Send, guard: Guard, telemetry: Telemetry) -> "Api":
        """Put the routes together."""
        api = cls(APIGatewayRestResolver(strip_prefixes=[BEFORE]), Routes(items, send, guard), telemetry)
        for route in ROUTES:
            api.app.route(PREFIX + route.path, method=route.method)(api._act(route))
        api.app.exception_handler(Exception)(api._refuse)
        api.app.not_found(lambda _: _refusal(not_found()))
        return api

    def _act(self, route: Route) -> Callable[..., Answer]:
        """Do what a route does, for whoever may ask for it."""
        method = getattr(self.routes, route.name)

        def act(**path: str) -> Answer:
            now_ms = time.time_ns() // 1_000_000
            event = self.app.current_event
            bearer = Bearer()
            if not route.open:
                bearer = self.routes.guard.bearer(event.headers.get("Authorization"), timestamp(now_ms // 1000))
                bearer.permit(route.needs, path.get("client_id"))
            said = method(Asking(bearer, event, now_ms), **path)
            return _answer(route.status, said, event.headers.get("If-None-Match"))

        return act

    def answer(self, event: Event, context: LambdaContext) -> Event:
        """Answer one request."""
        if event["httpMethod"] == "OPTIONS":
            return {"statusCode": 204, "headers": ALWAYS | PREFLIGHT, "body": ""}
        answer = self.app.resolve(event, context)
        always = {name: [value] for name, value in ALWAYS.items()}
        return {**answer, "multiValueHeaders": {**answer["multiValueHeaders"], **always}}

    def _refuse(self, error: Exception) -> Answer:
        """Answer an exception: the request's fault in words, ours with the number under which the log has it."""
        if isinstance(error, Problem):
            return _refusal(error)
        if isinstance(error, NotFoundError):
            return _refusal(not_found())
        self.telemetry.alarm("failed", request_id=self.app.lambda_context.aws_request_id)
        if _passes(error):
            return _refusal(Problem("unavailable", "The store does not answer now. Try again in a minute."))
        number = self.app.lambda_context.aws_request_id
        return _refusal(Problem("internal", f"Something went wrong here. Try again; tell the operator this number: {number}"))


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MOST:
        raise invalid(Fault("#/limit", f"limit must be a whole number from 1 to {MOST}."))
    return int(text)


def _passes(error: Exception) -> bool:
    """Tell whether a fault is one of the store or the line, which passes."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= THEIRS
    return isinstance(error, Unavailable | Contended | NoConnection | HTTPClientError)


def _key(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(KEY, text):
        raise invalid(Fault("#/Idempotency-Key", "Idempotency-Key must have 1 to 255 visible ASCII characters."))
    return text


def _answer(status: int, body: object, known: str | None) -> Answer:
    """Write an answer; `known` are the tags of answers that the asker has (RFC 9110, section 13.1.2)."""
    if body is None:
        return Response(status)
    text = msgspec.json.encode(body)
    etag = f'"{keys.digest(text)}"'
    if status == HTTPStatus.OK and etag in (known or ""):
        return Response(304, headers={"ETag": etag})
    return Response(status, JSON, text.decode(), headers={"ETag": etag})


def _refusal(problem: Problem) -> Answer:
    headers = {"WWW-Authenticate": CHALLENGE} if problem.status == 401 else {}  # noqa: PLR2004  # RFC 9110, section 15.5.2
    return Response(problem.status, MEDIA_TYPE, msgspec.json.encode(problem.details).decode(), headers=headers)


@functools.cache
def _api() -> Api:
    names, settings = BucketNames.of(os.environ), ApiSettings.of(os.environ)
    client = s3.client(names)
    post = OrderPost(boto3.client("sqs"), settings.transcode_queue)
    items = Items(s3.buckets(client, names), Uploads(client, names.inbox), settings.max_source_bytes)
    guard = Guard.of(boto3.client("ssm"), settings.token_parameter, items.buckets.work)
    return Api.of(items, post.send, guard, CloudWatch("api", os.environ))


def handle(event: Event, context: LambdaContext) -> Event:
    """Answer one request of API Gateway."""
    return _api().answer(event, context)
