"""A loopback store for small clips."""

import math
import re
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import override

import imageio_ffmpeg

from functions.common.settings import IngestSettings
from functions.ingest.probe import Source

SETTINGS = IngestSettings(preset="web", rungs=("1080p",), max_source_bytes=10_000_000, max_source_s=3600)
PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=2")
SOUND = ("-f", "lavfi", "-i", "sine=duration=2")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def make(path: Path, *arguments: str) -> bytes:
    """Make a clip with the encoder's ffmpeg."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *arguments, str(path)], check=True)
    return path.read_bytes()


@dataclass
class Shelf:
    """Objects by name, as a store gives them over HTTP/1.1, and every request for one of them.

    `status` makes the store fail: by the number of the request, from 0. `cut_after` breaks the connection after so many bytes;
    after so many `answers` there are no more.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: Callable[[int], int | None] = lambda _: None
    cut_after: int | None = None
    answers: float = math.inf
    base: str = ""

    def url(self, name: str) -> str:
        """Give an address that looks presigned."""
        return f"{self.base}/{name}?X-Amz-Signature=5ecret"

    def source(self, name: str) -> Source:
        """Give what the handler gives of an object."""
        body = self.objects[name]
        return Source(self.url(name), len(body), lambda at, length: body[at : at + length])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def server_close(self) -> None:
        self.shutdown()  # else its thread asks the closed socket for ever
        super().server_close()

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when ffmpeg hangs up in the middle of a range."""


def serve(shelf: Shelf, tls: ssl.SSLContext | None = None) -> _Server:
    """Serve a shelf on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        @override
        def log_message(self, format: str, *args: object) -> None:  # the name of the overridden one
            """Keep quiet."""

        def do_GET(self) -> None:
            shelf.asked.append(self.path)
            if len(shelf.asked) > shelf.answers:
                self.close_connection = True
                return
            body = shelf.objects.get(self.path.split("?")[0][1:])
            failing = shelf.status(len(shelf.asked) - 1) or (404 if body is None else None)
            first, last = self._range(body or b"")
            if failing is None and body is not None and first >= len(body):
                failing = 416
            if failing is not None or body is None:
                self._answer(failing or 404, b"")
                return
            self._answer(206, body[first : last + 1], f"bytes {first}-{last}/{len(body)}")

        def _range(self, body: bytes) -> tuple[int, int]:
            match = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
            first, last = match.groups() if match else ("0", "")
            return int(first), min(int(last or len(body)), len(body) - 1)

        def _answer(self, code: int, body: bytes, content_range: str = "") -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Accept-Ranges", "bytes")
            if content_range:
                self.send_header("Content-Range", content_range)
            self.end_headers()
            self.wfile.write(body[: shelf.cut_after])
            self.close_connection = self.close_connection or shelf.cut_after is not None

    server = _Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    shelf.base = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
