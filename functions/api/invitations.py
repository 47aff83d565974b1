"""Who may watch a private library: cookies that CloudFront lets in, and links that carry them. EFFECT: reads the viewers' key.

CloudFront guide, "Set signed cookies using a custom policy": the policy says what may be read until when; the signature is RSA
with SHA-1, and three characters of base64 are written otherwise, because cookies allow them not.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from functions.api.answers import Invitation
from functions.api.bodies import InvitationWish
from functions.api.problem import Problem
from functions.common import keys
from functions.common.inbox import timestamp

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DAY_S: Final = 86_400
DOWNLOAD_S: Final = 6 * 3600  # of a long film, on a slow line
ENTRANCE: Final = "enter.html"  # takes what follows the # of a link, which is sent to no server
COOKIE_LETTERS: Final = str.maketrans("+=/", "-_~")


class ViewersKey(msgspec.Struct, frozen=True):
    """The key that signs: `id` is CloudFront's for its public half, `pem` the private one."""

    id: str
    pem: str


@dataclass(frozen=True)
class Inviter:
    """Lets in by the key that an SSM SecureString holds; `parameter` is empty where the library is public.

    Times are in seconds since 1970.
    """

    ssm: "SSMClient"
    parameter: str

    def invite(self, wish: InvitationWish, now: int) -> Invitation:
        """Invite somebody to the whole library or to one video. Raises Problem."""
        if not self.parameter:
            raise Problem("public", "This library is public: everybody may watch, and nobody needs an invitation.")
        until = now + wish.days * DAY_S
        page = keys.WATCH_PAGE.key(id=wish.video_id) if wish.video_id else ""
        ticket = ".".join(cookies(self._key(), wish.site, wish.video_id, until).values())
        return Invitation(f"{wish.site}{ENTRANCE}#{ticket}.{page}", timestamp(until))

    def admit(self, site: str, video: str, now: int) -> Mapping[str, str] | None:
        """Give the cookies with which a program fetches a video; None where the library is public."""
        return cookies(self._key(), site, video, now + DOWNLOAD_S) if self.parameter else None

    def _key(self) -> ViewersKey:
        stored = self.ssm.get_parameter(Name=self.parameter, WithDecryption=True)["Parameter"]["Value"]
        return msgspec.json.decode(stored, type=ViewersKey)


def cookies(key: ViewersKey, site: str, video: str | None, until: int) -> Mapping[str, str]:
    """Give the three cookies. All of one video lies in folders of one letter, `w/<id>.html` and `v/<id>/…`; `?` is one letter.

    With `*/<id>*` an address such as `v/<another>/manifest.json?/<id>` would be let in: what follows a `?` is compared too.
    """
    from functions.api.signature import sign  # noqa: PLC0415  # its cryptography is 100 ms of a cold start, and few are private

    may = f"{site}?/{video}*" if video else f"{site}*"
    statement = {"Resource": may, "Condition": {"DateLessThan": {"AWS:EpochTime": until}}}
    policy = msgspec.json.encode({"Statement": [statement]})
    return {
        "CloudFront-Policy": _letters(policy),
        "CloudFront-Signature": _letters(sign(key.pem, policy)),
        "CloudFront-Key-Pair-Id": key.id,
    }


def _letters(raw: bytes) -> str:
    return base64.b64encode(raw).decode().translate(COOKIE_LETTERS)
