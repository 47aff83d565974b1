"""What each route does. EFFECT: by the store's verbs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from msgspec import UNSET
from msgspec.structs import replace

from functions.api.answers import (
    ArrivedParts,
    Checks,
    Files,
    Health,
    Invitation,
    ItemAnswer,
    ItemPage,
    Me,
    NewToken,
    Queue,
    SignedParts,
    Tokens,
)
from functions.api.auth import Guard
from functions.api.bodies import SITE, InvitationWish, Numbers, Reencoding, Sent, TokenWish, Wish, accept, is_item, read
from functions.api.check import check
from functions.api.invitations import Inviter
from functions.api.items import Items
from functions.api.openapi import description
from functions.api.problem import Fault, Problem, invalid
from functions.api.queue import queue
from functions.api.retry import Send, retry
from functions.api.routes import KEY, LIMIT, MOST
from functions.api.tokens import Bearer
from functions.common import presets
from functions.common.model import Note


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
    inviter: Inviter

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

    def files(self, asking: Asking, client_id: str, item_id: str) -> Files:
        """GET …/files."""
        site = asking.query("site")
        if site is not None and not re.fullmatch(SITE, site):
            raise invalid(Fault("#/site", "site must be the site's address, with a slash at its end."))
        item = self.items.find(client_id, item_id)
        cookies = self.inviter.admit(site, item.video_id, asking.now_ms // 1000) if site else None
        return replace(self.items.files(item), cookies=cookies or UNSET)

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

    def invite(self, asking: Asking) -> Invitation:
        """POST /invitation."""
        return self.inviter.invite(asking.body(InvitationWish), asking.now_ms // 1000)

    def health(self, _asking: Asking) -> Health:
        """GET /health."""
        return Health()

    def openapi(self, _asking: Asking) -> Mapping[str, object]:
        """GET /openapi.json."""
        return description(presets.names())


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MOST:
        raise invalid(Fault("#/limit", f"limit must be a whole number from 1 to {MOST}."))
    return int(text)


def _key(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(KEY, text):
        raise invalid(Fault("#/Idempotency-Key", "Idempotency-Key must have 1 to 255 visible ASCII characters."))
    return text
