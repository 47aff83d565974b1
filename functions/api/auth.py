"""Who may ask: whoever has the bearer secret. EFFECT: reads it from the parameter store."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

CHALLENGE: Final = 'Bearer realm="reelbucket"'  # RFC 6750, section 3


@dataclass(frozen=True)
class Guard:
    """Knows the secret by its digest: equal lengths let a comparison take the same time whatever is asked."""

    digest: bytes

    @classmethod
    def of(cls, ssm: "SSMClient", parameter: str) -> Self:
        """Read the SecureString of that name."""
        secret = ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"]
        return cls(_digest(secret))

    def admits(self, authorization: str | None) -> bool:
        """Judge the value of an Authorization header (RFC 6750, section 2.1)."""
        scheme, _, token = (authorization or "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(_digest(token.strip()), self.digest)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
