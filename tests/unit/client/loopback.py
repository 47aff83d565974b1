"""A server on the loopback interface: the real API over a store of moto, and the store's own PUT, with faults on request."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from functions.common.model import Manifest
from tests.unit.api.desk import NAMES, TOKEN, Desk, event, open_desk

STORE: Final = "https://s3.amazonaws.com/"  # where moto's addresses lead

# What can happen to a part: the store is busy, its address has expired, the upload is gone, the line is cut, a bit flips.
type Fault = Literal[500, 403, 404, "cut", "flip"]


@dataclass
class Loopback:
    """The server's inside.

    `faults` befall the parts to come; `puts` are those that came, `late` those whose address had expired; `busy` is how many
    questions are put off, and `lost` how many answers, after all was done; `cuts` tell after how many bytes a download
    breaks; each look at an item makes a manifest appear.
    """

    desk: Desk
    address: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    manifests: deque[Manifest] = field(default_factory=deque)
    puts: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    busy: int = 0
    lost: int = 0
    cuts: deque[int] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    turn: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, request: "Request") -> tuple[int, dict[str, str], bytes]:
        """Answer a request."""
        with self.turn:
            path = urlsplit(request.path).path
            if path == "/config.json":
                return 200, {}, json.dumps({"media": f"{self.address}/media/", "api": f"{self.address}/v1"}).encode()
            if path.startswith("/store/") and request.command == "GET":
                return self._get(path.removeprefix(f"/store/{NAMES.inbox}/"), NAMES.inbox, request)
            if path.startswith("/store/"):
                return self._put(path.removeprefix("/store/"), request)
            if path.startswith("/media/"):
                return self._get(path.removeprefix("/media/"), NAMES.media, request)
            return self._ask(path, request)

    def _get(self, path: str, bucket: str, request: "Request") -> tuple[int, dict[str, str], bytes]:
        self.asked.append(f"GET {path.rpartition('/')[2]} {request.headers.get('Range', '')}".strip())
        body = self.desk.s3.get_object(Bucket=bucket, Key=unquote(path))["Body"].read()
        wanted = request.headers.get("Range")
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if begin >= len(body):
            return 416, {}, b""
        if self.cuts:
            request.cut_after(200 + 6 * bool(begin), body[begin:], self.cuts.popleft())
        return 206 if begin else 200, {}, body[begin:]

    def _ask(self, path: str, request: "Request") -> tuple[int, dict[str, str], bytes]:
        self.asked.append(f"{request.command} {path.rpartition('/')[2] if path.count('/') > 6 else path}")
        if self.busy:
            self.busy -= 1
            request.body()
            return 503, {}, b""
        if request.command == "GET" and path.count("/") == 6 and self.manifests:
            self.desk.publish(self.manifests.popleft())
        query = dict(parse_qsl(urlsplit(request.path).query))
        reply = self.desk.send(event(request.command, path, request.body().decode() or None, dict(request.headers), query))
        if self.lost:
            self.lost -= 1
            return 503, {}, b""
        text = json.dumps(reply.body) if reply.body is not None else ""
        return reply.status, dict(reply.headers), text.replace(STORE, f"{self.address}/store/").encode()

    def _put(self, path: str, request: "Request") -> tuple[int, dict[str, str], bytes]:
        query = dict(parse_qsl(urlsplit(request.path).query))
        body, number = request.body(), int(query["partNumber"])
        if expired(query):
            self.late.append(number)
            return 403, {}, b""
        self.puts.append(number)
        fault = self.faults.popleft() if self.faults else None
        if fault == "cut":
            request.cut()
        elif isinstance(fault, int):
            return fault, {}, b""
        elif fault == "flip":
            body = bytes([body[0] ^ 1]) + body[1:]
        key = unquote(path).removeprefix(f"{NAMES.inbox}/")
        upload = {"Bucket": NAMES.inbox, "Key": key, "UploadId": query["uploadId"], "PartNumber": number}
        return 200, {"ETag": self.desk.s3.upload_part(**upload, Body=body)["ETag"]}, b""  # type: ignore[arg-type]


def expired(query: Mapping[str, str]) -> bool:
    """Tell whether a signed address (Signature Version 4) is over."""
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.now(UTC) > signed + timedelta(seconds=int(query["X-Amz-Expires"]))


class Request(BaseHTTPRequestHandler):
    """One request, and the way back."""

    protocol_version = "HTTP/1.1"
    inside: Loopback

    def body(self) -> bytes:
        """Read the body; one that was cut off is no request, as in any store."""
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) != length:
            self.cut()
        return body

    def cut_after(self, status: int, body: bytes, count: int) -> None:
        """Begin an answer, and let the line break in its middle."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:count])
        self.cut()

    def cut(self) -> None:
        """Let the line break."""
        raise ConnectionAbortedError

    def handle_one_request(self) -> None:
        """Answer one request, or hang up."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        """Answer any method alike."""
        status, headers, body = self.inside.answer(self)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # names that http.server wants

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def open_loopback() -> Iterator[Loopback]:
    """Serve on a free port."""
    with open_desk() as desk:
        inside = Loopback(desk)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Request,), {"inside": inside}))
        server.daemon_threads = True  # a connection that is kept alive must not keep the test
        inside.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield inside
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


__all__ = ["NAMES", "TOKEN", "Fault", "Loopback", "open_loopback"]
