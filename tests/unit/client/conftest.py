"""A real server on the loopback interface, and a client for it."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from client.reel.api import Api
from client.reel.commands import Reel
from client.reel.screen import Screen
from client.reel.sending import Sender
from client.reel.server import Server, connections
from tests.unit.client.loopback import TOKEN, Loopback, open_loopback

type Filed = Callable[..., Path]


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with open_loopback() as opened:
        yield opened


@pytest.fixture
def running(loopback: Loopback) -> Iterator[Reel]:
    """Give the command's parts; nothing waits."""
    with connections() as pool:
        server = Server(f"{loopback.address}/v1/api/v1", TOKEN, f"{loopback.address}/")
        api = Api(server, "ann", pool)
        screen = Screen(Console(file=io.StringIO(), width=200), Console(file=io.StringIO(), width=200))
        yield Reel(server, api, screen, Sender(api, pause=lambda _: 0), waits=lambda _: None)


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    """Make files to send."""

    def write(name: str = "talk.mp4", body: bytes = b"hello") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
        return path

    return write
