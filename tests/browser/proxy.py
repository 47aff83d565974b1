"""A proxy between a browser and the stack. It counts the parts of uploads that pass it, and acts when a byte of them comes."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final, override
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from io import BufferedIOBase

PIECE: Final = 16 * 1024  # bytes that are read at once
HOP_BY_HOP: Final = {"connection", "keep-alive", "proxy-connection", "transfer-encoding"}  # RFC 9110, section 7.6.1
OURS: Final = ("127.0.0.1", "localhost")
PATIENCE_S: Final = 600  # as tests/stack/library.py has it


@dataclass
class Put:
    """A request that puts a part. `received` are its bytes so far; `arrived`: the store said that it has them all."""

    upload: str
    part: int
    received: int = 0
    arrived: bool = False


@dataclass
class Proxy:
    """`puts` are the parts that were sent, in the order in which they began."""

    url: str = ""
    puts: list[Put] = field(default_factory=list)
    _under_way: int = 0
    _alarm: tuple[int, Callable[[], None]] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def received(self) -> int:
        """Bytes of parts that were received in all, whether the store has them or not."""
        return sum(put.received for put in self.puts)

    def at(self, byte: int, act: Callable[[], None]) -> None:
        """Act once when this byte of all parts is received; no other byte is taken in meanwhile."""
        with self._changed:
            self._alarm = byte, act

    def await_act(self) -> None:
        """Return when it was acted and nothing is under way any more; TimeoutError where the byte does not come."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._alarm and not self._under_way, PATIENCE_S):
                raise TimeoutError(f"{self.received} bytes of parts received, {self._under_way} requests under way")

    @contextmanager
    def passing(self, address: str) -> Iterator[Put]:
        """Count a request while it is under way."""
        query = parse_qs(urlsplit(address).query)
        put = Put(query.get("uploadId", [""])[0], int(query.get("partNumber", ["0"])[0]))
        with self._changed:
            self._under_way += 1
            self.puts += [put] if put.part else []
        try:
            yield put
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def count(self, put: Put, piece: bytes) -> None:
        """Take down what was received of a part."""
        with self._changed:
            put.received += len(piece)
            if self._alarm and self.received >= self._alarm[0]:
                self._alarm[1]()
                self._alarm = None
                self._changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy

    def do_GET(self) -> None:
        """Pass a request on, and its answer back; the path of a proxy's request is a whole address (RFC 9112, section 3.2.2)."""
        with self.proxy.passing(self.path) as put, suppress(OSError, http.client.HTTPException):
            there = urlsplit(self.path)
            if there.hostname not in OURS:  # what a browser asks its maker
                return self.send_error(http.HTTPStatus.FORBIDDEN)
            store = http.client.HTTPConnection(there.netloc, timeout=PATIENCE_S)
            try:
                if self._pass_on(store, there._replace(scheme="", netloc="").geturl(), put):
                    self._answer(store.getresponse(), put)
            finally:
                store.close()

    do_HEAD = do_OPTIONS = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815  # the base class's names

    def _pass_on(self, store: http.client.HTTPConnection, target: str, put: Put) -> bool:
        """Tell whether the browser sent all that it had announced; what it sent is passed on as it comes."""
        store.putrequest(self.command, target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                store.putheader(name, value)
        store.endheaders()
        left = int(self.headers.get("Content-Length", 0))
        body: BufferedIOBase = self.rfile
        while left and (piece := body.read1(min(PIECE, left))):
            if put.part:
                self.proxy.count(put, piece)
            store.send(piece)
            left -= len(piece)
        return not left

    def _answer(self, answer: http.client.HTTPResponse, put: Put) -> None:
        body = answer.read()
        put.arrived = answer.status == http.HTTPStatus.OK
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Serve from a thread."""
    found = Proxy()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": found}))
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
