"""What is sent to the API: bodies, tokens, identities, whole requests; and what is found at the head of a file."""

import atexit
import time
from contextlib import ExitStack
from functools import lru_cache
from itertools import count
from struct import unpack_from
from typing import Any, Final

import jwt
import msgspec
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.api import bodies
from functions.api.auth import Guard
from functions.api.oidc import Provider
from functions.api.problem import Problem
from functions.api.routes import PREFIX, ROUTES
from functions.api.tokens import sign, verify
from functions.common import keys, presets, schema
from functions.common.errors import Rejected
from functions.common.model import Note, Token, Verdict
from functions.common.settings import OidcSettings
from functions.ingest.accept import HEAD_BYTES, accept
from functions.ingest.plan import rejected
from functions.transcode.boxes import boxes
from tests.simulation import door
from tests.simulation.world import World
from tests.unit.api.desk import TOKEN, Desk, address, event, open_desk

KINDS: Final = (bodies.Wish, bodies.TokenWish, bodies.Reencoding, bodies.Numbers, bodies.Sent, Note)
MOST_BYTES: Final = 2**40
NOBODY: Final = "00000000-0000-8000-8000-000000000000"
SECRET: Final = b"a secret of this test"
NOW: Final = "2026-03-05T10:00:00Z"
GENUINE: Final = Token(id="a" * 16, client_id="ann", may=("read",), created_at=NOW, expires_at="2126-03-05T10:00:00Z")
SIGNED: Final = sign(GENUINE, SECRET)
PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(32))
ISSUER: Final = OidcSettings("https://id.example.org", "our-site", "sub")
OPEN: Final = ExitStack()
atexit.register(OPEN.close)
ASKED: Final = count()
ANEW: Final = 400  # requests
THEIRS: Final = 500  # from here on the fault is not the request's


def read_body(body: bytes) -> None:
    """A body is refused with a Problem, or read; written again it is the same, and what is kept of a wish is a key."""
    kind, text = KINDS[(body or b"\0")[0] % len(KINDS)], body[1:].decode(errors="surrogateescape")
    try:
        found = bodies.read(kind, text)
        assert bodies.read(kind, msgspec.json.encode(found).decode()) == found
        if isinstance(found, bodies.Wish):
            kept = bodies.accept(found, MOST_BYTES, presets.names())
            assert bodies.accept(kept, MOST_BYTES, presets.names()) == kept
            keys.UPLOAD.key(client=kept.client_id, item=NOBODY, file=kept.file_name)
    except Problem as refused:
        msgspec.json.encode(refused.details)


def read_token(body: bytes) -> None:
    """Nobody is let in but by the operator's secret and by what it signed."""
    text = body.decode(errors="surrogateescape")
    assert (verify(text, SECRET, NOW) is not None) == (text == SIGNED)
    work = door.buckets(World(), lambda _verb, _where, act: act(), lambda: door.WHOLE).work
    try:
        bearer = Guard(SECRET, work).bearer(text, NOW)
    except Problem:
        return
    assert text.partition(" ")[2].strip().encode() == SECRET, bearer


def read_identity(body: bytes) -> None:
    """A provider's token names a client, or is none; one that says of itself who signed it is none either."""
    public = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": _x(), "kid": "one"})
    provider = Provider(ISSUER, urllib3.PoolManager(), time.monotonic, {"one": public}, time.monotonic())
    assert provider.bearer(body.decode(errors="surrogateescape")) is None
    signed = jwt.api_jws.encode(body, PRIVATE, "EdDSA", headers={"kid": "one"})
    try:
        bearer = provider.bearer(signed)
    except Problem:
        return
    assert bearer is None or bodies.is_client(str(bearer.client))


def _x() -> str:
    return str(jwt.algorithms.OKPAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True)["x"])


def front() -> tuple[Desk, dict[str, Any]]:
    """Give the real API over a store of moto, and an item; an empty store now and then, for they grow."""
    return _opened(next(ASKED) // ANEW)


@lru_cache(maxsize=1)
def _opened(_time: int) -> tuple[Desk, dict[str, Any]]:
    OPEN.close()
    desk = OPEN.enter_context(open_desk())
    return desk, desk.create()


def close() -> None:
    """Leave the store of moto, which would be everybody's in this process."""
    _opened.cache_clear()
    OPEN.close()


def ask(body: bytes) -> None:
    """Whatever is asked of whatever route, by the operator: no answer is a fault of the server's."""
    choice, flags, rest = (body + b"\0\0")[0], (body + b"\0\0")[1], body[2:]
    route = ROUTES[choice % len(ROUTES)]
    desk, item = front()
    first, _, text = rest.partition(b"\n")
    word = first.decode(errors="replace")
    path = route.path.replace("/item/<client_id>/<item_id>", address(item) if flags & 1 else f"/item/ann/{word}")
    path = path.replace("<client_id>", "ann" if flags & 1 else word).replace("<token_id>", word)
    headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Idempotency-Key": word, "If-None-Match": word} if flags & 2 else {})
    query = ({"limit": word} if flags & 4 else {}) | ({"cursor": word} if flags & 16 else {})
    sent = event(route.method, PREFIX + path, text.decode(errors="surrogateescape"), headers, query)
    reply = desk.send(sent | {"isBase64Encoded": bool(flags & 8)})
    assert reply.status < THEIRS, reply


def read_head(body: bytes) -> None:
    """The head of a file names a demuxer, or it is known why there is none."""
    try:
        accept(body[:HEAD_BYTES], len(body), MOST_BYTES)
    except Rejected as refused:
        schema.dump(rejected("a" * 16, "b" * 16, Verdict(code=refused.code, message=refused.message)))


def read_boxes(body: bytes) -> None:
    """Boxes lie side by side and fill the file, or there are none."""
    try:
        found = list(boxes(body))
    except ValueError:
        return
    assert [box.start for box in found] == [0, *(box.end for box in found)][: len(found)]
    assert not body or found[-1].end == len(body)
    assert all(unpack_from(">4s", body, box.start + 4)[0].decode("latin-1") == box.kind for box in found)
