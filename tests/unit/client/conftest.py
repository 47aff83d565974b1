"""A real server on the loopback interface, and a client for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.reel.api import Api
from client.reel.client import Client
from client.reel.downloading import Downloader
from client.reel.sending import Sender
from client.reel.server import Server, connections
from tests.command import Runs, runs
from tests.unit.client.loopback import TOKEN, Loopback, open_loopback

type Filed = Callable[..., Path]


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with open_loopback() as opened:
        yield opened


@pytest.fixture
def running(loopback: Loopback) -> Iterator[Client]:
    """Give a client of the server; nothing waits."""
    with connections() as pool:
        server = Server(f"{loopback.address}/v1/api/v1", TOKEN, f"{loopback.address}/", f"{loopback.address}/media/")
        api = Api(server, "ann", pool)
        yield Client(server, api, Sender(api, pause=lambda _: 0), Downloader(pool, server), waits=lambda _: None)


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    """Make files to send."""

    def write(name: str = "talk.mp4", body: bytes = b"hello") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
        return path

    return write


@pytest.fixture
def reel(loopback: Loopback, tmp_path: Path) -> Runs:
    """Run `reel` as a program, in a folder that is not the checkout's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return runs(tmp_path, folder, {"REEL_SERVER": loopback.address, "REEL_TOKEN": TOKEN, "REEL_CLIENT": "ann"})
