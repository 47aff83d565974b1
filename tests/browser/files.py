"""A plain server of files, as any host of static files is one."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override

from functions.common.headers import content_type
from infra.local.site import site_files


@dataclass
class Host:
    """Files by path, with their content types. `asked` are the paths that were asked for, in order."""

    files: dict[str, tuple[str, bytes]]
    asked: list[str] = field(default_factory=list)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    host: Host

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0].lstrip("/")
        self.host.asked.append(path)
        kind, body = self.host.files.get(path, ("text/plain", b""))
        self.send_response(HTTPStatus.OK if body else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(*stored: Mapping[str, bytes]) -> Iterator[Host]:
    """Serve the site's own files and what the functions have stored, media and site on one origin."""
    files = {file.key: (file.content_type, file.body) for file in site_files()}
    files["config.json"] = "application/json", b'{"media": "."}'
    host = Host(files | {key: (content_type(key), body) for objects in stored for key, body in objects.items()})
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
