"""The server side of the Lambda Runtime API, one server for each function process.

Source: "Using the Lambda runtime API for custom runtimes" in the AWS Lambda Developer Guide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import override

PREFIX = "/2018-06-01/runtime/"
RESPONSE_LIMIT = 6_291_556  # bytes: 6 MB and 100 bytes, "Invocation payload" in the quotas of AWS Lambda


@dataclass(frozen=True)
class Invocation:
    """One call of the function: ``deadline_ms`` in milliseconds since the epoch, ``payload`` is JSON."""

    request_id: str
    function_arn: str
    trace_id: str
    deadline_ms: int
    payload: bytes

    def headers(self) -> dict[str, str]:
        """Give the headers with which the runtime client receives this invocation."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
        }


@dataclass(frozen=True)
class Answer:
    """What became of an invocation: the function's JSON, or a JSON document with errorType and errorMessage."""

    body: bytes
    is_error: bool = False


def failure(error_type: str, message: str) -> Answer:
    """Make the answer that Lambda itself gives when the function cannot."""
    return Answer(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), is_error=True)


class RuntimeApi:
    """What one process and its executor tell each other; every method may be called from any thread."""

    def __init__(self) -> None:
        """Listen on a free port of the loopback interface."""
        self._changed = Condition()
        self._ready = False
        self._closed = False
        self._offered: Invocation | None = None
        self._current: Invocation | None = None
        self._answer: Answer | None = None
        self._server = _Server(self)
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Give what AWS_LAMBDA_RUNTIME_API holds: host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def is_ready(self) -> bool:
        """Tell whether the process has loaded its handler and asked for work."""
        return self._ready

    def wait(self, seconds: float) -> Answer | None:
        """Wait until the process is ready or has answered; give its answer, or nothing."""
        with self._changed:
            self._changed.wait_for(lambda: self._answer or (self._ready and not self._current), max(seconds, 0))
            return self._answer

    def offer(self, invocation: Invocation) -> None:
        """Hand over the next invocation; the one before it must have been answered."""
        with self._changed:
            self._offered = self._current = invocation
            self._answer = None
            self._changed.notify_all()

    def close(self) -> None:
        """Refuse whoever still asks, and free the port soon after: the server looks twice a second whether to end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        Thread(target=self._server.end).start()

    def take(self) -> Invocation | None:
        """Wait for the next invocation as the runtime client does; nothing once the server is closed."""
        with self._changed:
            self._ready = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._offered or self._closed)
            taken, self._offered = self._offered, None
            return taken

    def settle(self, request_id: str | None, answer: Answer) -> None:
        """Keep the first answer to the current invocation; no id is an answer to the start of the process."""
        with self._changed:
            expected = self._current.request_id if self._current else None
            if request_id == expected and self._answer is None:
                self._answer = answer
                self._changed.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a thread that waits for work must not keep the emulator alive

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the runtime client keeps one connection
    # With http.server's defaults headers and body leave in two segments and the second one waits for a delayed
    # acknowledgement: 87 ms for a warm invocation instead of 11 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        """``invocation/next``: blocks until there is work."""
        if self.path != PREFIX + "invocation/next":
            self._reply(HTTPStatus.NOT_FOUND)
        elif invocation := self.server.api.take():
            self._reply(HTTPStatus.OK, invocation.payload, invocation.headers())
        else:
            self._reply(HTTPStatus.GONE)

    def do_POST(self) -> None:
        """``init/error``, ``invocation/{id}/response`` and ``invocation/{id}/error``."""
        body = self._body()
        match self.path.removeprefix(PREFIX).split("/"):
            case ["init", "error"]:
                self._settle(None, Answer(body, is_error=True))
            case ["invocation", request_id, "error"]:
                self._settle(request_id, Answer(body, is_error=True))
            case ["invocation", request_id, "response"] if len(body) <= RESPONSE_LIMIT:
                self._settle(request_id, Answer(body))
            case ["invocation", request_id, "response"]:
                self.server.api.settle(request_id, _too_large(len(body)))
                self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            case _:
                self._reply(HTTPStatus.NOT_FOUND)

    def _settle(self, request_id: str | None, answer: Answer) -> None:
        self.server.api.settle(request_id, answer)
        self._reply(HTTPStatus.ACCEPTED)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunk(self) -> bytes:
        """Read one chunk with its line ends; the last one is empty (RFC 9112, section 7.1)."""
        size = int(self.rfile.readline().partition(b";")[0], 16)
        chunk = self.rfile.read(size)
        self.rfile.readline()
        return chunk

    def _reply(self, status: HTTPStatus, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Write no access log: it would double each line of the function's own."""


def _too_large(size: int) -> Answer:
    text = f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    return failure("Function.ResponseSizeTooLarge", text)
