"""A loopback store that serves ranges, and breaks off where it is told to."""

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override

type Breaking = Callable[[int], int | None]
BLOCK = 65_536  # bytes of an answer that are sent at once, and counted if the reader has not hung up
SECRET = "5ecret"  # noqa: S105  # stands in every address; must stand in no error


def holds(_request: int) -> None:
    """Never break off."""


@dataclass
class Store:
    """Objects by name. `breaks` gives, by the number of the request from 0, the place in the object where its answer ends."""

    objects: dict[str, bytes] = field(default_factory=dict)
    breaks: Breaking = holds
    asked: list[str] = field(default_factory=list)
    sent: int = 0  # bytes of all answers
    base: str = ""

    def put(self, body: bytes, breaks: Breaking = holds) -> str:
        """Keep an object; give an address that looks presigned."""
        self.breaks = breaks
        self.asked.clear()
        name = f"clip{len(self.objects)}"
        self.objects[name] = body
        return f"{self.base}/{name}?X-Amz-Signature={SECRET}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when ffmpeg hangs up in the middle of a range."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        number = len(self.store.asked)
        self.store.asked.append(self.path)
        body = self.store.objects.get(self.path.split("?")[0][1:])
        match = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
        first, last = (int(match[1]), int(match[2] or 2**40)) if match else (0, 2**40)
        if body is None or first >= len(body):
            self._answer(404 if body is None else 416, b"", "bytes */0")
            return
        piece = body[first : last + 1]
        self._answer(206, piece, f"bytes {first}-{first + len(piece) - 1}/{len(body)}", self._end(number, first))

    def _end(self, number: int, first: int) -> int | None:
        place = self.store.breaks(number)
        return None if place is None else max(0, place - first)

    def _answer(self, code: int, piece: bytes, content_range: str, end: int | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(piece)))
        self.send_header("Content-Range", content_range)
        self.end_headers()
        for place in range(0, len(piece[:end]), BLOCK):
            self.wfile.write(piece[:end][place : place + BLOCK])
            self.store.sent += len(piece[:end][place : place + BLOCK])
        self.close_connection = end is not None and end < len(piece)


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Store]:
    """Serve a store on a free loopback port."""
    store = Store()
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"store": store})) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        store.base = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield store
        server.shutdown()
