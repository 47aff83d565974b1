"""A plain server of files, as any host of static files is one, and as bad as one can be."""

import gzip
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override

from functions.common.headers import content_type
from infra.local.site import site_files

WORDS = ("text/", "application/json", "image/svg")

type Trouble = Callable[[str], HTTPStatus | None]


def untroubled(_path: str) -> HTTPStatus | None:
    """Answer as asked."""


@dataclass
class Host:
    """Files by path, with their content types. `asked` are the paths that were asked for, in order.

    `trouble` gives, for a path, the status of an answer without a body; None where the file is to be sent. `compresses`: texts,
    as a CDN does.
    """

    files: dict[str, tuple[str, bytes]]
    trouble: Trouble = untroubled
    asked: list[str] = field(default_factory=list)
    url: str = ""
    compresses: bool = False

    def rewrite(self, path: str, change: Callable[[str], str]) -> None:
        """Change a text."""
        kind, body = self.files[path]
        self.files[path] = kind, change(body.decode()).encode()


class _Handler(BaseHTTPRequestHandler):
    host: Host

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0].lstrip("/")
        self.host.asked.append(path)
        kind, body = self.host.files.get(path, ("text/plain", b""))
        status = self.host.trouble(path) or (HTTPStatus.OK if body else HTTPStatus.NOT_FOUND)
        if status != HTTPStatus.OK:
            self._answer(status, kind, b"")
        elif match := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            first, last = int(match[1]), min(int(match[2] or len(body)), len(body) - 1)
            self._answer(HTTPStatus.PARTIAL_CONTENT, kind, body[first : last + 1], f"bytes {first}-{last}/{len(body)}")
        else:
            self._answer(status, kind, body)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if self.host.compresses and kind.startswith(WORDS):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(*stored: Mapping[str, bytes]) -> Iterator[Host]:
    """Serve the site's own files and what the functions have stored, media and site on one origin."""
    files = {key: (content_type(key), body) for objects in stored for key, body in objects.items()}
    files |= {file.key: (file.content_type, file.body) for file in site_files()}
    host = Host(files | {"config.json": ("application/json", b'{"media": "."}')})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": host}))
    host.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
