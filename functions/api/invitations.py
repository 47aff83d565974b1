"""Invitations to a private library: a link with the cookies that CloudFront lets in. EFFECT: reads the viewers' key.

CloudFront guide, "Set signed cookies using a custom policy": the policy says what may be read until when; the signature is RSA
with SHA-1, and three characters of base64 are written otherwise, because cookies allow them not.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from functions.api.answers import Invitation
from functions.api.bodies import InvitationWish
from functions.api.problem import Problem
from functions.common import keys
from functions.common.inbox import timestamp

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DAY_S: Final = 86_400
ENTRANCE: Final = "enter.html"  # takes what follows the # of a link, which is sent to no server
COOKIE_LETTERS: Final = str.maketrans("+=/", "-_~")


class ViewersKey(msgspec.Struct, frozen=True):
    """The key that signs: `id` is CloudFront's for its public half, `pem` the private one."""

    id: str
    pem: str


@dataclass(frozen=True)
class Inviter:
    """Makes invitations with the key that an SSM SecureString holds; empty where the library is public."""

    ssm: "SSMClient"
    parameter: str

    def invite(self, wish: InvitationWish, now: int) -> Invitation:
        """Invite somebody to the whole library or to one video at `now`, in seconds since 1970. Raises Problem."""
        if not self.parameter:
            raise Problem("public", "This library is public: everybody may watch, and nobody needs an invitation.")
        stored = self.ssm.get_parameter(Name=self.parameter, WithDecryption=True)["Parameter"]["Value"]
        until = now + wish.days * DAY_S
        return Invitation(link(msgspec.json.decode(stored, type=ViewersKey), wish, until), timestamp(until))


def link(key: ViewersKey, wish: InvitationWish, until: int) -> str:
    """Write the address that lets in until then, in seconds since 1970."""
    page = keys.WATCH_PAGE.key(id=wish.video_id) if wish.video_id else ""
    return f"{wish.site}{ENTRANCE}#{'.'.join(cookies(key, wish, until).values())}.{page}"


def cookies(key: ViewersKey, wish: InvitationWish, until: int) -> Mapping[str, str]:
    """Give the three cookies. All that belongs to one video has its id after a slash: `w/<id>.html`, `v/<id>/…`."""
    may = f"{wish.site}*/{wish.video_id}*" if wish.video_id else f"{wish.site}*"
    statement = {"Resource": may, "Condition": {"DateLessThan": {"AWS:EpochTime": until}}}
    policy = msgspec.json.encode({"Statement": [statement]})
    private = load_pem_private_key(key.pem.encode(), None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("the viewers' key is not RSA")
    signature = private.sign(policy, PKCS1v15(), SHA1())  # noqa: S303  # CloudFront's choice
    return {
        "CloudFront-Policy": _letters(policy),
        "CloudFront-Signature": _letters(signature),
        "CloudFront-Key-Pair-Id": key.id,
    }


def _letters(raw: bytes) -> str:
    return base64.b64encode(raw).decode().translate(COOKIE_LETTERS)
