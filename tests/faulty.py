"""A proxy between the functions and the store that does what networks and stores do on bad days.

Each connection carries one request, so that a fault hits one request and no other. The functions come this way when their
environment names the proxy as the endpoint of S3 and SQS (AWS SDK reference, "Service-specific endpoints").
"""

import asyncio
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

SERVICES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SQS")
PIECE = 64 * 1024
LONGEST_HEAD = 64 * 1024  # a presigned address with a session token is some 2 kB
ACCEPTED_S = 0.1  # what was just accepted begins, and can be ended
BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@dataclass(frozen=True)
class Faults:
    """What becomes of requests: the share of all that meets each fault, and how long each is late."""

    late_s: float = 0  # at most; by chance
    busy: float = 0  # answered with 503 and never passed on
    refused: float = 0  # cut before it is passed on
    unanswered: float = 0  # passed on, and its answer lost
    cut: float = 0  # the answer ends halfway


CALM = Faults()


@dataclass
class FaultyProxy:
    """A server on loopback in front of another one. `met` counts what requests met."""

    upstream: int  # port
    seed: int = 0
    faults: Faults = CALM
    port: int = 0
    met: Counter[str] = field(default_factory=Counter)
    _away_until: float = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def go_away(self, seconds: float) -> None:
        """Answer nobody for so long: what connects is cut at once."""
        self._away_until = time.monotonic() + seconds

    @contextmanager
    def serving(self) -> Iterator["FaultyProxy"]:
        """Serve from a thread of its own."""
        started = Future[Callable[[], object]]()
        thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True)
        thread.start()
        stop = started.result()
        yield self
        stop()
        thread.join()

    async def _run(self, started: "Future[Callable[[], object]]") -> None:
        self._chance = random.Random(self.seed)  # noqa: S311  # no secret hangs on it
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        started.set_result(lambda: loop.call_soon_threadsafe(stopped.set))
        await stopped.wait()
        server.close()
        await asyncio.sleep(ACCEPTED_S)
        server.close_clients()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():  # the loop itself holds it only weakly
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if fate := self._fate():
                self.met[fate] += 1
                await self._suffer(fate, reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def _fate(self) -> str | None:
        if time.monotonic() < self._away_until:
            self.met["away"] += 1
            return None
        faults, drawn = self.faults, self._chance.random()
        for name in ("busy", "refused", "unanswered", "cut"):
            drawn -= getattr(faults, name)
            if drawn < 0:
                return name
        return "passed"

    async def _suffer(self, fate: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(self._chance.random() * self.faults.late_s)
        match fate:
            case "busy":
                writer.write(_answer(HTTPStatus.SERVICE_UNAVAILABLE, BUSY))
                await writer.drain()
            case "refused":
                return
            case _:
                await self._pass_on(_alone(head), fate, reader, writer)

    async def _pass_on(self, head: bytes, fate: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, store = await asyncio.open_connection("127.0.0.1", self.upstream)
        store.write(head)
        asking = asyncio.create_task(_copy(reader, store))
        try:
            await self._answer(fate, answers, writer)
        finally:
            asking.cancel()
            store.close()
            with suppress(ConnectionError):
                await store.wait_closed()

    async def _answer(self, fate: str, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if fate == "passed":
            await _copy(answers, writer)
            return
        head = await _final_head(answers, writer)
        body = await answers.read()  # to the end: what was asked for is done
        if fate == "cut":
            writer.write(head + body[: len(body) // 2])
            await writer.drain()


@contextmanager
def led_by(endpoint: str, functions: "LambdaClient") -> Iterator[None]:
    """Lead every function of a stack to S3 and SQS by another address."""
    pages = functions.get_paginator("list_functions").paginate()
    given = {each["FunctionName"]: each["Environment"]["Variables"] for page in pages for each in page["Functions"]}

    def set_all(more: dict[str, str]) -> None:
        for name, variables in given.items():
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": {**variables, **more}})
        for name in given:
            functions.get_waiter("function_updated_v2").wait(FunctionName=name)

    set_all(dict.fromkeys(SERVICES, endpoint))
    yield
    set_all({})


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(PIECE):
        sink.write(piece)
        await sink.drain()


async def _final_head(answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Read the head of the answer itself; the "100 Continue" before it goes on, or no body would come."""
    while (head := await answers.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].startswith(b"1"):
        writer.write(head)
        await writer.drain()
    return head


def _alone(head: bytes) -> bytes:
    """Ask the store to close the connection after this request."""
    without = re.sub(rb"\r\nConnection:[^\r]*", b"", head, flags=re.IGNORECASE)
    return without[:-2] + b"Connection: close\r\n\r\n"


def _answer(status: HTTPStatus, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
