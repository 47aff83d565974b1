"""OpenID Connect: tokens that an identity provider signed. EFFECT: asks the provider for its keys."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import jwt
import msgspec
import urllib3

from functions.api.bodies import is_client
from functions.api.problem import Problem
from functions.api.tokens import Bearer
from functions.common.errors import Unavailable
from functions.common.inbox import timestamp
from functions.common.settings import OidcSettings

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")  # whose keys only the provider has
LEEWAY_S: Final = 60  # by which two clocks may differ
KEPT_S: Final = 3600
PATIENCE_S: Final = 60  # before keys are asked for again because of one that nobody knows: names of keys are easily made up
LAST_S: Final = 253_402_300_799  # since 1970: the last second that RFC 3339 can write
DISCOVERY: Final = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4


class _Discovered(msgspec.Struct):
    issuer: str
    jwks_uri: str


@dataclass
class Provider:
    """One identity provider. `clock` gives seconds."""

    settings: OidcSettings
    pool: urllib3.PoolManager
    clock: Callable[[], float]
    known: dict[str, jwt.PyJWK] = field(default_factory=dict)
    asked_at: float | None = None

    def bearer(self, text: str) -> Bearer | None:
        """Tell whose token it is; None when it is not the provider's, not for us, or over.

        Raises Problem where it names nobody who can be a client, Unavailable when the provider does not answer.
        """
        said = self.settings
        if not text.isascii():  # nor base64url
            return None
        try:
            key = self._key(str(jwt.get_unverified_header(text).get("kid")))
            if key is None:
                return None
            options: jwt.types.Options = {"require": ["exp", "iss", "aud"]}
            claims = jwt.decode(text, key, ALGORITHMS, options, audience=said.audience, issuer=said.issuer, leeway=LEEWAY_S)
        except (jwt.PyJWTError, OverflowError):  # the last: an end that is no number of seconds
            return None
        client = claims.get(said.claim)
        if not isinstance(client, str) or not is_client(client):
            detail = (
                f"Your identity's {said.claim} is {client!r}, which is no client's name. Ask the operator to choose another claim."
            )
            raise Problem("forbidden", detail)
        return Bearer(client, expires_at=timestamp(min(int(claims["exp"]), LAST_S)))

    def _key(self, name: str) -> jwt.PyJWK | None:
        """Find a key, asking for all of them where that may help."""
        age = KEPT_S if self.asked_at is None else self.clock() - self.asked_at
        if age >= KEPT_S or (name not in self.known and age >= PATIENCE_S):
            self.known, self.asked_at = self._ask(), self.clock()
        return self.known.get(name)

    def _ask(self) -> dict[str, jwt.PyJWK]:
        found = msgspec.json.decode(self._get(self.settings.issuer.rstrip("/") + DISCOVERY), type=_Discovered)
        if found.issuer != self.settings.issuer:
            raise Unavailable(f"the identity provider calls itself {found.issuer}, not {self.settings.issuer}")
        keys = jwt.PyJWKSet.from_json(self._get(found.jwks_uri).decode()).keys
        return {str(key.key_id): key for key in keys}

    def _get(self, url: str) -> bytes:
        try:
            answer = self.pool.request("GET", url, timeout=5, retries=1, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(url) from error
        if answer.status != 200:  # noqa: PLR2004  # 200 OK
            raise Unavailable(f"{url} answered {answer.status}")
        return answer.data
