"""The server's API, as methods."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlencode

import msgspec
import urllib3

from .failures import Refused, Unreachable
from .items import Arrived, Checks, Files, Invitation, Item, ItemPage, Me, NewToken, Note, Queue, Refusal, Signed, Tokens, Wish
from .server import Server

# Waits of 0.3, 0.6 and 1.2 s: long enough for a throttled or restarting server, short for whoever has mistyped its address.
TRIES: Final = 3
PAUSE: Final = 0.3
AGAIN: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
PAGE: Final = 100  # the most that the server gives at once
NOTHING: Final = MappingProxyType[str, str]({})


@dataclass(frozen=True)
class Api:
    """One client's items on a server. Every method raises Refused or Unreachable."""

    server: Server
    client: str
    pool: urllib3.PoolManager

    def create(self, wish: Wish) -> Item:
        """Announce a file. A lost answer may have made an item, so the question has a key: asked again, it is the same."""
        said = {"client_id": self.client, **msgspec.to_builtins(wish)}
        return self._ask("POST", "/item", Item, said, {"Idempotency-Key": secrets.token_hex(16)})

    def item(self, item_id: str) -> Item:
        """Read an item."""
        return self._ask("GET", self._place(item_id), Item)

    def newest(self) -> tuple[Item, ...]:
        """Read the first page of items."""
        return self._page().items

    def items(self) -> Iterator[Item]:
        """Read all items, newest first."""
        page = self._page()
        yield from page.items
        while page.next:
            page = self._page(page.next)
            yield from page.items

    def sign(self, item_id: str, numbers: Sequence[int]) -> Signed:
        """Get fresh addresses for parts."""
        return self._ask("POST", f"{self._place(item_id)}/parts", Signed, {"numbers": list(numbers)})

    def arrived(self, item_id: str) -> Arrived:
        """List the parts that the server has."""
        return self._ask("GET", f"{self._place(item_id)}/parts", Arrived)

    def complete(self, item_id: str, etags: Sequence[str]) -> Item:
        """Say that all parts are sent."""
        parts = [{"number": number, "etag": etag} for number, etag in enumerate(etags, start=1)]
        return self._ask("POST", f"{self._place(item_id)}/complete", Item, {"parts": parts})

    def annotate(self, item_id: str, note: Note) -> None:
        """Say something of a video."""
        self._ask("PUT", f"{self._place(item_id)}/note", type(None), note)

    def delete(self, item_id: str) -> None:
        """Delete an item with its video."""
        self._ask("DELETE", self._place(item_id), type(None))

    def retry(self, item_id: str) -> Item:
        """Try again what failed."""
        return self._ask("POST", f"{self._place(item_id)}/retry", Item)

    def reencode(self, item_id: str, preset: str | None) -> Item:
        """Have it encoded again."""
        return self._ask("POST", f"{self._place(item_id)}/reencode", Item, {"conversion_type": preset}, again=False)

    def files(self, item_id: str) -> Files:
        """List what can be downloaded, with what opens it in a private library."""
        query = f"?{urlencode({'site': self.server.site})}" if self.server.site else ""
        return self._ask("GET", f"{self._place(item_id)}/files{query}", Files)

    def queue(self) -> Queue:
        """Read the queue."""
        return self._ask("GET", "/queue", Queue)

    def me(self) -> Me:
        """Ask whose token this is."""
        return self._ask("GET", "/me", Me)

    def checks(self) -> Checks:
        """Have the server try its store."""
        return self._ask("POST", "/check", Checks)

    def issue(self, wish: dict[str, object]) -> NewToken:
        """Make a token. It is not asked twice: an answer that was lost may have made one."""
        return self._ask("POST", "/token", NewToken, wish, again=False)

    def tokens(self) -> Tokens:
        """List the tokens in force."""
        return self._ask("GET", "/token", Tokens)

    def revoke(self, token_id: str) -> None:
        """Revoke a token."""
        self._ask("DELETE", f"/token/{quote(token_id, safe='')}", type(None))

    def invite(self, wish: dict[str, object]) -> Invitation:
        """Make a link into a private library."""
        return self._ask("POST", "/invitation", Invitation, wish)

    def _page(self, cursor: str | None = None) -> ItemPage:
        query = urlencode({"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
        return self._ask("GET", f"/item/{quote(self.client, safe='')}?{query}", ItemPage)

    def _place(self, item_id: str) -> str:
        return f"/item/{quote(self.client, safe='')}/{quote(item_id, safe='')}"

    def _ask[A](  # noqa: PLR0913  # a request has so many parts
        self, method: str, path: str, kind: type[A], body: object = None, more: Mapping[str, str] = NOTHING, *, again: bool = True
    ) -> A:
        headers = {"Authorization": f"Bearer {self.server.token}", "Content-Type": "application/json", **more}
        sent = msgspec.json.encode(body) if body is not None else None
        retries = urllib3.Retry(
            TRIES,
            backoff_factor=PAUSE,
            status_forcelist=AGAIN,
            allowed_methods=None if again else ("GET",),  # None: every method
            raise_on_status=False,
        )
        try:
            answer = self.pool.request(method, self.server.api + path, body=sent, headers=headers, retries=retries)
        except urllib3.exceptions.HTTPError as error:
            sentence = f"The server at {self.server.api} does not answer. Check the connection; `make up` starts a local one."
            raise Unreachable(sentence) from error
        return _read(answer, kind)


def _read[A](answer: urllib3.BaseHTTPResponse, kind: type[A]) -> A:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unreachable(_refusal(answer))
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise Refused(_refusal(answer), answer.status)
    try:
        return msgspec.json.decode(answer.data or b"null", type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable("What answers is no reelbucket server, or one of another version. Check --server.") from error


def _refusal(answer: urllib3.BaseHTTPResponse) -> str:
    """Give the server's own words."""
    try:
        refusal = msgspec.json.decode(answer.data, type=Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        refusal = Refusal()
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return "The server does not take this token. Ask its operator for one; `reel config token TOKEN` or REEL_TOKEN gives it."
    return refusal.detail or f"The server answered {answer.status}. Check --server, and try again later."
