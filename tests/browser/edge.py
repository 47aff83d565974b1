"""The CDN of a private library, on loopback: its paths are the template's, its check is the one of CloudFront's guide.

"Set signed cookies using a custom policy": the signature must be the key's over the policy, the policy must name the address with
what follows its `?`, where `*` is any text and `?` one character, and must not be over.
"""

import base64
import fnmatch
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, override

import urllib3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1

from infra.local.stack import Stack
from tests.unit.template.reading import properties

WORDS: Final = ("text/", "application/json", "application/xml", "application/atom")
LETTERS: Final = str.maketrans("-_~", "+=/")
PASSED_ON: Final = ("Content-Type", "Content-Range", "Accept-Ranges", "ETag", "Cache-Control")


@dataclass(frozen=True)
class Behaviour:
    """What the template says of a path: where it lies, and whether it asks for cookies."""

    pattern: str
    origin: str
    signed: bool


def behaviours() -> tuple[Behaviour, ...]:
    """Read them from the template, in the order in which they are tried; the last one is for all the rest."""
    config = properties("SiteCdn")["DistributionConfig"]
    private = _private(config["CacheBehaviors"])
    default = {"PathPattern": "*", **config["DefaultCacheBehavior"]}
    return tuple(Behaviour(node["PathPattern"], node["TargetOriginId"], "TrustedKeyGroups" in node) for node in (*private, default))


def root() -> str:
    """Give the page at the site's own address."""
    return str(_private(properties("SiteCdn")["DistributionConfig"]["DefaultRootObject"]))


def entrance() -> str:
    """Give the page that stands for whatever is not there or may not be seen."""
    (answer,) = properties("SiteCdn")["DistributionConfig"]["CustomErrorResponses"]
    return str(_private(answer["ResponsePagePath"])).removeprefix("/")


def _private(either: Any) -> Any:  # noqa: ANN401  # a piece of the template
    """Choose what the template says for a private library."""
    _, private, _ = either["Fn::If"]
    return private


@dataclass(frozen=True)
class Edge:
    """One place where the CDN answers. `url` ends with a slash."""

    stack: Stack
    key: RSAPublicKey
    url: str

    def answer(self, address: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a request for a path without its slash, and what follows it."""
        path = address.partition("?")[0]
        behaviour = next(each for each in behaviours() if fnmatch.fnmatchcase(path, each.pattern))
        if not behaviour.signed or self._lets_in(address, headers.get("Cookie", "")):
            found = self._ask(behaviour.origin, path or root(), headers)
            if found.status < 400:  # RFC 9110, section 15.5
                return found.status, self._heads(found), self._worded(found)
        found = self._ask("bucket", entrance(), {})
        return 404, self._heads(found), self._worded(found)

    def _ask(self, origin: str, path: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        bucket = self.stack.media_url if origin == "media" else f"{self.stack.endpoint}/{self.stack.site_bucket}/"
        ranged = {"Range": headers["Range"]} if "Range" in headers else {}
        return urllib3.request("GET", bucket + path, headers=ranged, timeout=60)

    def _heads(self, found: urllib3.BaseHTTPResponse) -> Mapping[str, str]:
        return {name: found.headers[name] for name in PASSED_ON if name in found.headers}

    def _worded(self, found: urllib3.BaseHTTPResponse) -> bytes:
        """Give a body with our addresses in place of the local stack's, which has them from its deployment."""
        if not found.headers.get("Content-Type", "").startswith(WORDS):
            return found.data
        theirs = (self.stack.media_url.encode(), self.stack.site_url.encode())
        return re.sub(b"|".join(map(re.escape, theirs)), self.url.encode(), found.data)

    def _lets_in(self, address: str, cookie: str) -> bool:
        cookies = {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        try:
            policy, signature = (
                base64.b64decode(cookies[f"CloudFront-{name}"].translate(LETTERS)) for name in ("Policy", "Signature")
            )
            self.key.verify(signature, policy, PKCS1v15(), SHA1())  # noqa: S303  # CloudFront's choice
        except (KeyError, ValueError, InvalidSignature):
            return False
        (statement,) = json.loads(policy)["Statement"]
        until = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
        return time.time() < until and fnmatch.fnmatchcase(self.url + address, statement["Resource"])


@contextmanager
def edge(stack: Stack, key: RSAPublicKey) -> Iterator[Edge]:
    """Serve from a thread."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """Answer with a body."""
            status, heads, body = found.answer(self.path.removeprefix("/"), dict(self.headers))
            self.send_response(status)
            for name, value in heads.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815  # the base class's name

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Edge(stack, key, f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
