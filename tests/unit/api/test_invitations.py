"""Invitations to a private library: what CloudFront takes, and that only the operator invites."""

from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from functions.api.invitations import cookies
from tests.unit.api.desk import SITE, Desk, policy, viewers_key

VIDEO = "abcdefghijklmnop"
UNTIL = 1_800_000_000


def sign(message: bytes) -> bytes:
    key = load_pem_private_key(viewers_key().pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key.sign(message, PKCS1v15(), SHA1())  # noqa: S303  # CloudFront's choice


@pytest.mark.parametrize("video", [None, VIDEO])
def test_the_cookies_are_those_that_boto_signs(video: str | None) -> None:
    made = cookies(viewers_key(), SITE, video, UNTIL)
    said = msgspec.json.encode({"Statement": [policy(made["CloudFront-Policy"])]}).decode()
    signed = CloudFrontSigner(viewers_key().id, sign).generate_presigned_url(f"{SITE}x", policy=said)

    assert {f"CloudFront-{name}": value for name, value in parse_qsl(urlsplit(signed).query)} == made


@pytest.mark.parametrize(("video", "may", "page"), [(None, f"{SITE}*", ""), (VIDEO, f"{SITE}?/{VIDEO}*", f"w/{VIDEO}.html")])
def test_a_link_lets_into_what_it_is_for_and_leads_there(desk: Desk, video: str | None, may: str, page: str) -> None:
    reply = desk.ask("POST", "/invitation", {"site": SITE, "days": 2, **({"video_id": video} if video else {})})
    assert reply.status == 201, reply
    entrance, _, ticket = reply.body["link"].partition("#")
    words, _, key, leads_to = ticket.split(".", 3)

    assert (entrance, key, leads_to) == (f"{SITE}enter.html", viewers_key().id, page)
    assert policy(words)["Resource"] == may


def test_only_the_operator_invites(desk: Desk) -> None:
    token = desk.ask("POST", "/token", {"client_id": "ann"}).body["token"]

    assert desk.ask("POST", "/invitation", {"site": SITE}, token=token).status == 403


@pytest.mark.parametrize("site", ["https://example.org", "http://a b/", "ftp://example.org/", "https://x/*/", 'https://x"/', ""])
def test_an_address_that_is_no_site_is_refused(desk: Desk, site: str) -> None:
    reply = desk.ask("POST", "/invitation", {"site": site})

    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, "#/site")


def test_a_public_library_needs_no_invitation(desk: Desk) -> None:
    reply = desk.public().ask("POST", "/invitation", {"site": SITE})

    assert (reply.status, reply.body["type"]) == (409, "/problems/public")
