"""Tokens: who somebody is and what they may do, signed with the operator's secret. PURE.

A token is `reel.<claims>.<signature>`: the claims are JSON, the signature their HMAC-SHA256 (RFC 2104), both in base64url. Each
has a document in the work bucket while it is in force; a token without one was revoked.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import msgspec

from functions.api.problem import Problem, not_found
from functions.common.model import Action, Token

type Need = Action | Literal["any"] | None

PREFIX: Final = "reel"
PURPOSE: Final = b"reelbucket tokens"  # the operator's secret signs nothing itself: another purpose gets another key
EVERYTHING: Final[tuple[Action, ...]] = get_args(Action)


@dataclass(frozen=True)
class Bearer:
    """Whoever asks. Without a client it is the operator. `most_bytes` of one file and `quota_bytes` of all; None: no bound."""

    client: str | None = None
    may: Sequence[Action] = EVERYTHING
    most_bytes: int | None = None
    quota_bytes: int | None = None
    expires_at: str | None = None

    @classmethod
    def of(cls, token: Token) -> "Bearer":
        """Say who a token's holder is."""
        return cls(token.client_id, token.may, token.most_bytes, token.quota_bytes, token.expires_at)

    def least(self, most_bytes: int) -> int:
        """Give the largest file that they may send to a server that takes so many bytes."""
        return most_bytes if self.most_bytes is None else min(self.most_bytes, most_bytes)

    def permit(self, action: Need, client: str | None) -> None:
        """Judge whether they may do it with that client's items. "any": any token lets; None: only the operator's. Raises Problem.

        What is another client's is as if it were not there.
        """
        if self.client is None or action == "any":
            return
        if action is None:
            raise Problem("forbidden", "Only the operator's own token may do this.")
        if action not in self.may:
            raise Problem(
                "forbidden", f"This token may {' and '.join(self.may)}, but not {action}. Ask the operator for another one."
            )
        if client is not None and client != self.client:
            raise not_found()


def sign(token: Token, secret: bytes) -> str:
    """Write a token down."""
    claims = _text(msgspec.json.encode(token))
    return f"{PREFIX}.{claims}.{_text(_signature(claims, secret))}"


def verify(text: str, secret: bytes, now: str) -> Token | None:
    """Read a token; None when it is none, was not signed here, or is over at `now` (UTC, RFC 3339)."""
    prefix, _, rest = text.partition(".")
    claims, _, signature = rest.partition(".")
    if not text.isascii() or prefix != PREFIX or not hmac.compare_digest(_text(_signature(claims, secret)), signature):
        return None
    token = msgspec.json.decode(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)), type=Token)
    return token if now < token.expires_at else None


def _signature(claims: str, secret: bytes) -> bytes:
    key = hmac.digest(secret, PURPOSE, hashlib.sha256)
    return hmac.digest(key, claims.encode(), hashlib.sha256)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
