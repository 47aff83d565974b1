"""PRIVATE= of `make deploy`: the key of a private library. CloudFront has its public half, in a group; SSM has the private one."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from functions.api.invitations import ViewersKey
from infra.cloud.installation import Installation
from infra.local.command import LocalError, say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

BITS = 2048  # what CloudFront takes (its guide, "Create key pairs for your signers")


def private(installation: Installation, wish: str, known: Mapping[str, str]) -> dict[str, str]:
    """Give the parameters that make a library private or public; none where it stays as it is. Raises LocalError.

    Both name the same key, so that a deployment that fails leaves the old key in force whole.
    """
    if wish not in {"", "yes", "new-key", "no"}:
        raise LocalError(f"PRIVATE={wish} is not understood: yes, no, or new-key, which ends all invitations")
    if wish == "no":
        return {"ViewersKeyGroup": ""}
    if not wish or (wish == "yes" and known.get("ViewersKeyGroup")):
        return {}
    if not installation.account.wish.cdn:
        raise LocalError("PRIVATE= is for a library with a CDN; with Cdn=none nobody watches")
    return _fresh(installation)


def _fresh(installation: Installation) -> dict[str, str]:
    say("making a key for invitations")
    name, made = f"{installation.name}-viewers-{secrets.token_hex(4)}", generate_private_key(65537, BITS)
    cloudfront = installation.session.client("cloudfront")
    public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    config = {"CallerReference": name, "Name": name, "EncodedKey": public}
    key: str = cloudfront.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
    group: str = cloudfront.create_key_group(KeyGroupConfig={"Name": name, "Items": [key]})["KeyGroup"]["Id"]
    parameter = f"/{installation.name}/{name}"
    stored = msgspec.json.encode(ViewersKey(key, _pem(made))).decode()
    installation.session.client("ssm").put_parameter(Name=parameter, Value=stored, Type="SecureString")
    return {"ViewersKeyGroup": group, "ViewersParameter": parameter}


def _pem(key: "RSAPrivateKey") -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
