"""Who asks: the operator by the secret itself, others by a token that it signed, or an identity provider. EFFECT: reads notes."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from functions.api.answers import NewToken, Tokens
from functions.api.bodies import TokenWish
from functions.api.problem import Problem
from functions.api.tokens import Bearer, sign, verify
from functions.common import keys, schema
from functions.common.inbox import timestamp
from functions.common.model import Token
from functions.common.store import Bucket

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CHALLENGE: Final = 'Bearer realm="reelbucket"'  # RFC 6750, section 3
JWT: Final = "eyJ"  # how a JSON object begins in base64
DAY_S: Final = 86_400
TOKEN_ID: Final = re.compile(keys.FIELDS["token"])


@dataclass(frozen=True)
class Guard:
    """Knows the operator's secret, and where the tokens in force are noted. `provider` reads those that another server signed."""

    secret: bytes
    work: Bucket
    provider: Callable[[str], Bearer | None] | None = None

    @classmethod
    def of(cls, ssm: "SSMClient", parameter: str, work: Bucket, provider: Callable[[str], Bearer | None] | None = None) -> Self:
        """Read the SecureString of that name."""
        secret = ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"]
        return cls(secret.encode(), work, provider)

    def bearer(self, authorization: str | None, now: str) -> Bearer:
        """Tell who sent this Authorization header (RFC 6750, section 2.1) at `now`. Raises Problem."""
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and (bearer := self._known(text.strip(), now)):
            return bearer
        raise Problem("unauthorized", "Send the header `Authorization: Bearer` with the token that the operator gave you.")

    def issue(self, wish: TokenWish, now: int) -> NewToken:
        """Make a token at `now`, in seconds since 1970."""
        note = Token(
            id=keys.token_id(secrets.token_bytes()),
            client_id=wish.client_id,
            may=wish.may,
            created_at=timestamp(now),
            expires_at=timestamp(now + wish.days * DAY_S),
            most_bytes=wish.most_bytes,
            quota_bytes=wish.quota_bytes,
        )
        self.work.create(keys.TOKEN.key(token=note.id), schema.dump(note))
        return NewToken(sign(note, self.secret), note)

    def issued(self) -> Tokens:
        """List all that was made and not revoked, the one that ends first at the head."""
        bodies = self.work.read_all([found.key for found in self.work.list(keys.TOKEN.prefix())])
        notes = (schema.load(Token, body) for body in bodies if body)
        return Tokens(tuple(sorted(notes, key=lambda note: (note.expires_at, note.id))))

    def revoke(self, token_id: str) -> None:
        """Let a token be taken no more."""
        if TOKEN_ID.fullmatch(token_id):
            self.work.delete([keys.TOKEN.key(token=token_id)])

    def _known(self, text: str, now: str) -> Bearer | None:
        if hmac.compare_digest(_digest(text.encode("utf-8", "surrogateescape")), _digest(self.secret)):
            return Bearer()
        if self.provider and text.startswith(JWT):
            return self.provider(text)
        token = verify(text, self.secret, now)
        return Bearer.of(token) if token and self.work.read(keys.TOKEN.key(token=token.id)) else None


def _digest(secret: bytes) -> bytes:
    """Make lengths equal: the comparison then takes the same time whatever is asked."""
    return hashlib.sha256(secret).digest()
