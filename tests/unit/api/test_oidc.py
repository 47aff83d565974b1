"""Tokens of an identity provider: a real one, on the loopback interface, with real keys."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from functions.api.handler import Api
from functions.api.oidc import KEPT_S, PATIENCE_S, Provider
from functions.api.problem import Problem
from functions.common.errors import Unavailable
from functions.common.settings import Misconfigured, OidcSettings
from tests.unit.api.desk import Desk, address

AUDIENCE = "our-site"


def new_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@dataclass
class Issuer:
    """An identity provider. `keys` by their names; `asked` are the paths that somebody asked for."""

    address: str = ""
    called: str = ""
    keys: dict[str, RSAPrivateKey] = field(default_factory=lambda: {"one": new_key()})
    asked: list[str] = field(default_factory=list)
    ill: bool = False

    def answer(self, path: str) -> dict[str, Any] | None:
        """Answer a question; None for what is not there."""
        self.asked.append(path)
        if self.ill:
            return None
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.called or self.address, "jwks_uri": f"{self.address}/keys"}
        public = {name: json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) for name, key in self.keys.items()}
        return {"keys": [{**key, "kid": name, "use": "sig", "alg": "RS256"} for name, key in public.items()]}

    def token(self, kid: str = "one", key: RSAPrivateKey | None = None, **claims: object) -> str:
        """Sign a token for an hour."""
        said = {"iss": self.address, "aud": AUDIENCE, "sub": "ann", "exp": int(time.time()) + 3600, **claims}
        return jwt.encode({k: v for k, v in said.items() if v is not None}, key or self.keys[kid], "RS256", headers={"kid": kid})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    inside = Issuer()

    class Asked(BaseHTTPRequestHandler):
        """One question."""

        def do_GET(self) -> None:
            found = inside.answer(self.path)
            self.send_response(200 if found else 503)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    inside.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield inside
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Clock:
    """Seconds, moved by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(issuer: Issuer, clock: Clock) -> Iterator[Provider]:
    with urllib3.PoolManager() as pool:
        yield Provider(OidcSettings(issuer.address, AUDIENCE, "sub"), pool, clock)


@pytest.mark.parametrize("text", ["eyJ\udcff", "eyJä.e30.AAAA"])
def test_what_is_not_ascii_is_no_token(text: str, provider: Provider) -> None:
    assert provider.bearer(text) is None


@pytest.mark.parametrize(("ends", "told"), [(10**100, "9999-12-31T23:59:59Z"), (float("inf"), None)])
def test_a_token_that_ends_beyond_all_time_is_no_fault(ends: float, told: str | None, provider: Provider, issuer: Issuer) -> None:
    bearer = provider.bearer(issuer.token(exp=ends))
    assert (bearer.expires_at if bearer else None) == told


def test_whoever_the_provider_signs_for_is_that_client(provider: Provider, issuer: Issuer) -> None:
    bearer = provider.bearer(issuer.token())

    assert bearer
    assert (bearer.client, bearer.may, bearer.quota_bytes) == ("ann", ("read", "send", "delete"), None)


WRONG: dict[str, Callable[[Issuer], str]] = {
    "signed by another": lambda issuer: issuer.token(key=new_key()),
    "of a key that nobody knows": lambda issuer: issuer.token("two", new_key()),
    "over": lambda issuer: issuer.token(exp=int(time.time()) - 120),
    "without an end": lambda issuer: issuer.token(exp=None),
    "for somebody else": lambda issuer: issuer.token(aud="another-site"),
    "for nobody": lambda issuer: issuer.token(aud=None),
    "of another issuer": lambda issuer: issuer.token(iss="https://evil.example"),
    "signed by the public key as a secret": lambda issuer: jwt.encode(
        {"iss": issuer.address, "aud": AUDIENCE, "sub": "ann", "exp": int(time.time()) + 60},
        "a" * 64,
        "HS256",
        headers={"kid": "one"},
    ),
    "not signed at all": lambda issuer: jwt.encode(
        {"iss": issuer.address, "aud": AUDIENCE, "sub": "ann", "exp": int(time.time()) + 60}, "", "none", headers={"kid": "one"}
    ),
    "nonsense": lambda _: "eyJ.eyJ.x",
    "of one part": lambda _: "eyJhbGciOiJSUzI1NiJ9",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_no_other_token_is_taken(make: Callable[[Issuer], str], provider: Provider, issuer: Issuer) -> None:
    assert provider.bearer(make(issuer)) is None


@pytest.mark.parametrize("name", ["auth0|5f7c", "a b", "", "../ann"])
def test_an_identity_that_is_no_clients_name_is_told_why(name: str, provider: Provider, issuer: Issuer) -> None:
    with pytest.raises(Problem, match="which is no client's name"):
        provider.bearer(issuer.token(sub=name))


@pytest.mark.parametrize("claim", ["email", "groups"])
def test_a_claim_that_is_not_there_or_no_text_names_nobody(claim: str, provider: Provider, issuer: Issuer) -> None:
    provider.settings = OidcSettings(issuer.address, AUDIENCE, claim)
    with pytest.raises(Problem, match="which is no client's name"):
        provider.bearer(issuer.token(groups=["ann"]))


def test_keys_are_asked_for_once_an_hour(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    for moment in (0, KEPT_S - 1, KEPT_S):
        clock.now = moment
        assert provider.bearer(issuer.token())

    assert issuer.asked.count("/keys") == 2


def test_a_new_key_is_found_and_made_up_ones_do_not_have_us_ask_each_time(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    assert provider.bearer(issuer.token())
    issuer.keys["two"] = new_key()
    for _ in range(5):
        assert provider.bearer(issuer.token("made-up", new_key())) is None
    clock.now = PATIENCE_S

    assert provider.bearer(issuer.token("two"))
    assert issuer.asked.count("/keys") == 2


def test_a_provider_that_does_not_answer_is_no_refusal(provider: Provider, issuer: Issuer) -> None:
    issuer.ill = True
    with pytest.raises(Unavailable):
        provider.bearer(issuer.token())
    issuer.ill = False
    assert provider.bearer(issuer.token())


def test_a_provider_of_another_name_is_not_trusted(provider: Provider, issuer: Issuer) -> None:
    issuer.called = "https://evil.example"
    with pytest.raises(Unavailable, match="calls itself"):
        provider.bearer(issuer.token())


def test_the_api_lets_it_in_and_keeps_it_to_its_own_items(desk: Desk, provider: Provider, issuer: Issuer) -> None:
    mine, others = desk.create(), desk.create(client_id="bob")
    routes = desk.api.routes
    guard = replace(routes.guard, provider=provider.bearer)
    desk = replace(desk, api=Api.of(replace(routes, guard=guard), desk.telemetry))
    token = issuer.token()

    assert desk.ask("GET", "/me", token=token).body["client_id"] == "ann"
    assert desk.ask("GET", address(mine), token=token).status == 200
    assert desk.ask("GET", address(others), token=token).status == 404
    assert desk.ask("GET", "/token", token=token).status == 403
    assert desk.ask("GET", address(mine), token=issuer.token(key=new_key())).status == 401
    assert desk.ask("GET", address(mine)).status == 200


def test_an_issuer_without_an_audience_is_a_mistake() -> None:
    said = {"REELBUCKET_OIDC_ISSUER": "https://a", "REELBUCKET_OIDC_AUDIENCE": "unknown", "REELBUCKET_OIDC_CLAIM": "sub"}
    with pytest.raises(Misconfigured, match="belong together"):
        OidcSettings.of(said)
    assert OidcSettings.of({**said, "REELBUCKET_OIDC_ISSUER": "unknown"}) is None
