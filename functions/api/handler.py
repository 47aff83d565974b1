"""api: HTTPS → items, and addresses to which their files are sent."""

import functools
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import boto3
import msgspec
import urllib3
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.acts import Asking, Routes
from functions.api.auth import CHALLENGE, Guard
from functions.api.invitations import Inviter
from functions.api.items import Items
from functions.api.problem import MEDIA_TYPE, Problem, not_found
from functions.api.routes import PREFIX, ROUTES, Route
from functions.api.tokens import Bearer
from functions.api.uploads import Uploads
from functions.common import keys, s3
from functions.common.errors import Contended, Unavailable
from functions.common.faults import passes
from functions.common.inbox import timestamp
from functions.common.ports import Telemetry
from functions.common.post import OrderPost
from functions.common.settings import ApiSettings, BucketNames, OidcSettings
from functions.common.telemetry import CloudWatch

BEFORE: Final = re.compile(r"^/(?!api/v1/).*?(?=/api/v1/)")  # a stage's name, where a gateway or an emulator leaves it in the path
JSON: Final = "application/json"

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
class Api:
    """The whole API, as a function of an event."""

    app: APIGatewayRestResolver
    routes: Routes
    telemetry: Telemetry

    @classmethod
    def of(cls, routes: Routes, telemetry: Telemetry) -> "Api":
        """Put the routes together."""
        api = cls(APIGatewayRestResolver(strip_prefixes=[BEFORE]), routes, telemetry)
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
        if isinstance(error, Unavailable | Contended) or passes(error):
            return _refusal(Problem("unavailable", "The store does not answer now. Try again in a minute."))
        number = self.app.lambda_context.aws_request_id
        return _refusal(Problem("internal", f"Something went wrong here. Try again; tell the operator this number: {number}"))


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


def _provider(settings: OidcSettings | None) -> Callable[[str], Bearer | None] | None:
    if settings is None:
        return None
    from functions.api.oidc import Provider  # noqa: PLC0415  # 250 ms of a cold start, and few have a provider

    return Provider(settings, urllib3.PoolManager(), time.monotonic).bearer


@functools.cache
def _api() -> Api:
    names, settings = BucketNames.of(os.environ), ApiSettings.of(os.environ)
    client = s3.client(names)
    post = OrderPost(boto3.client("sqs"), settings.transcode_queue)
    items = Items(s3.buckets(client, names), Uploads(client, names.inbox), settings.max_source_bytes)
    ssm = boto3.client("ssm")
    guard = Guard.of(ssm, settings.token_parameter, items.buckets.work, _provider(settings.oidc))
    return Api.of(Routes(items, post.send, guard, Inviter(ssm, settings.viewers_parameter)), CloudWatch("api", os.environ))


def handle(event: Event, context: LambdaContext) -> Event:
    """Answer one request of API Gateway."""
    return _api().answer(event, context)
