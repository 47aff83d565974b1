"""api: HTTPS → items, and addresses to which their files are sent."""

import functools
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3
import msgspec
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from functions.api.auth import CHALLENGE, Guard
from functions.api.bodies import Numbers, Sent, Wish, accept, read
from functions.api.items import Items
from functions.api.paging import Place
from functions.api.post import OrderPost
from functions.api.problem import MEDIA_TYPE, Fault, Problem, invalid, not_found
from functions.api.retry import Send, retry
from functions.api.uploads import Uploads
from functions.common import presets, s3
from functions.common.errors import Contended, Unavailable
from functions.common.model import Note
from functions.common.ports import Telemetry
from functions.common.settings import ApiSettings, BucketNames
from functions.common.telemetry import CloudWatch

PREFIX: Final = "/api/v1"
BEFORE: Final = re.compile(r"^/(?!api/v1/).*?(?=/api/v1/)")  # a stage's name, where a gateway or an emulator leaves it in the path
ITEM: Final = "/item/<client_id>/<item_id>"
JSON: Final = "application/json"
LIMIT: Final = 20  # items in a page
MOST: Final = 50  # each costs two reads, and the function has 15 s
THEIRS: Final = 500  # from here on the fault is not the request's

ALWAYS: Final = {
    "Access-Control-Allow-Origin": "*",  # the secret is a bearer token, not a cookie: a foreign page gains nothing by asking
    "Cache-Control": "no-store",  # answers hold signed addresses
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "7200",  # seconds; the most that Chromium keeps
}

type Answer = Response[str]
type Event = dict[str, Any]  # API Gateway's proxy event and its answer, which powertools reads and writes


@dataclass(frozen=True)
class Routes:
    """What each route does: read the request, act, write the answer."""

    app: APIGatewayRestResolver
    items: Items
    send: Send

    def create(self) -> Answer:
        """POST /item."""
        wish = accept(self._body(Wish), self.items.most_bytes, presets.names())
        return _answer(201, self.items.create(wish, int(time.time())))

    def page(self, client_id: str) -> Answer:
        """GET /item/{client_id}."""
        asked: Mapping[str, str] = self.app.current_event.query_string_parameters or {}
        after = Place.read(asked["cursor"]) if "cursor" in asked else None
        return _answer(200, self.items.page(client_id, after, _limit(asked.get("limit", str(LIMIT)))))

    def one(self, client_id: str, item_id: str) -> Answer:
        """GET /item/{client_id}/{item_id}."""
        return _answer(200, self.items.read(client_id, item_id))

    def delete(self, client_id: str, item_id: str) -> Answer:
        """DELETE /item/{client_id}/{item_id}: the same answer however often it is asked."""
        self.items.delete(client_id, item_id)
        return Response(204)

    def sign(self, client_id: str, item_id: str) -> Answer:
        """POST …/parts."""
        return _answer(200, self.items.sign(client_id, item_id, self._body(Numbers).numbers))

    def arrived(self, client_id: str, item_id: str) -> Answer:
        """GET …/parts."""
        return _answer(200, self.items.arrived(client_id, item_id))

    def complete(self, client_id: str, item_id: str) -> Answer:
        """POST …/complete."""
        return _answer(200, self.items.complete(client_id, item_id, self._body(Sent)))

    def annotate(self, client_id: str, item_id: str) -> Answer:
        """PUT …/note."""
        self.items.annotate(client_id, item_id, self._body(Note))
        return Response(204)

    def retry(self, client_id: str, item_id: str) -> Answer:
        """POST …/retry: accepted; the item tells how it goes on."""
        retry(self.items.buckets.work, self.items.find(client_id, item_id), self.send)
        return _answer(202, self.items.read(client_id, item_id))

    def health(self) -> Answer:
        """GET /health, for anybody: the function runs and has its settings."""
        return _answer(200, {"status": "ok"})

    def _body[B](self, kind: type[B]) -> B:
        try:
            text = self.app.current_event.decoded_body
        except ValueError as error:  # base64 or UTF-8 that is none
            raise Problem("unreadable", "The body must be a JSON object in UTF-8.") from error
        return read(kind, text)


@dataclass(frozen=True)
class Api:
    """The whole API, as a function of an event."""

    app: APIGatewayRestResolver
    telemetry: Telemetry

    @classmethod
    def of(cls, items: Items, send: Send, guard: Guard, telemetry: Telemetry) -> "Api":
        """Put the routes together."""
        api = cls(APIGatewayRestResolver(strip_prefixes=[BEFORE]), telemetry)
        routes = Routes(api.app, items, send)
        for method, path, act in (
            ("POST", "/item", routes.create),
            ("GET", "/item/<client_id>", routes.page),
            ("GET", ITEM, routes.one),
            ("DELETE", ITEM, routes.delete),
            ("POST", f"{ITEM}/parts", routes.sign),
            ("GET", f"{ITEM}/parts", routes.arrived),
            ("POST", f"{ITEM}/complete", routes.complete),
            ("PUT", f"{ITEM}/note", routes.annotate),
            ("POST", f"{ITEM}/retry", routes.retry),
        ):
            api.app.route(PREFIX + path, method=method, middlewares=[_guarded(guard)])(act)
        api.app.get(f"{PREFIX}/health")(routes.health)
        api.app.exception_handler(Exception)(api._refuse)
        api.app.not_found(lambda _: _refusal(not_found()))
        return api

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


def _guarded(guard: Guard) -> Callable[[APIGatewayRestResolver, NextMiddleware], Answer]:
    def admit(app: APIGatewayRestResolver, following: NextMiddleware) -> Answer:
        if not guard.admits(app.current_event.headers.get("Authorization")):
            raise Problem("unauthorized", "Send the header `Authorization: Bearer` with the token that the operator gave you.")
        return following(app)

    return admit


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MOST:
        raise invalid(Fault("#/limit", f"limit must be a whole number from 1 to {MOST}."))
    return int(text)


def _passes(error: Exception) -> bool:
    """Tell whether a fault is one of the store or the line, which passes."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= THEIRS
    return isinstance(error, Unavailable | Contended | NoConnection | HTTPClientError)


def _answer(status: int, body: object) -> Answer:
    return Response(status, JSON, msgspec.json.encode(body).decode())


def _refusal(problem: Problem) -> Answer:
    headers = {"WWW-Authenticate": CHALLENGE} if problem.status == 401 else {}  # noqa: PLR2004  # RFC 9110, section 15.5.2
    return Response(problem.status, MEDIA_TYPE, msgspec.json.encode(problem.details).decode(), headers=headers)


@functools.cache
def _api() -> Api:
    names, settings = BucketNames.of(os.environ), ApiSettings.of(os.environ)
    client = s3.client(names)
    post = OrderPost(boto3.client("sqs"), settings.transcode_queue)
    items = Items(s3.buckets(client, names), Uploads(client, names.inbox), settings.max_source_bytes)
    guard = Guard.of(boto3.client("ssm"), settings.token_parameter)
    return Api.of(items, post.send, guard, CloudWatch("api", os.environ))


def handle(event: Event, context: LambdaContext) -> Event:
    """Answer one request of API Gateway."""
    return _api().answer(event, context)
