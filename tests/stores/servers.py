"""Servers of S3 that a test starts: a process each, on this machine's own interface, with a folder of its own."""

import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import psutil
from botocore.config import Config

from infra.local.places import TOOLS
from tests.stack.library import until

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HOST = "127.0.0.1"
REGION = "us-east-1"
STOP_S = 10
# One answer is one answer; addresses without a host of the bucket's own.
ONCE = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, max_pool_connections=16)


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials."""

    key: str
    secret: str
    token: str | None = None


@dataclass(frozen=True)
class Server:
    """A server that runs, and the one for whom nothing is refused."""

    process: psutil.Process
    port: int
    owner: Caller
    session: boto3.Session = field(default_factory=partial(boto3.Session, region_name=REGION))

    @property
    def endpoint(self) -> str:
        """Give its address."""
        return f"http://{HOST}:{self.port}"

    def client(self, service: str, caller: Caller | None = None) -> Any:  # noqa: ANN401  # of any service
        """Give a client of the owner or of another. All are of one session, which reads the services' models once."""
        who = caller or self.owner
        return self.session.client(  # type: ignore[call-overload]  # the stubs want a literal
            service,
            endpoint_url=self.endpoint,
            config=ONCE if service == "s3" else None,
            aws_access_key_id=who.key,
            aws_secret_access_key=who.secret,
            aws_session_token=who.token,
        )

    def s3(self, caller: Caller | None = None) -> "S3Client":
        """Give such a client of S3."""
        return cast("S3Client", self.client("s3", caller))

    def listeners(self) -> set[str]:
        """Give the addresses on which it and its children wait."""
        processes = (self.process, *self.process.children(recursive=True))
        return {found.laddr.ip for each in processes for found in each.net_connections() if found.status == psutil.CONN_LISTEN}


@contextmanager
def ministack(folder: Path) -> Iterator[Server]:
    """Start ministack so that it enforces rights. It persists nothing; the owner's credentials are its own default."""
    environment = {
        "AUTH": "true",
        "BIND_HOST": HOST,  # else every interface
        "IOT_MTLS_ENABLED": "0",  # else it listens on port 8883 too
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
    }

    def argv(port: int) -> Sequence[object]:
        environment["GATEWAY_PORT"] = str(port)
        return (TOOLS / "ministack" / "bin" / "ministack",)

    with _serve(argv, environment, folder) as (process, port):
        yield Server(process, port, Caller("test", "test"))


@contextmanager
def rclone(folder: Path) -> Iterator[Server]:
    """Start `rclone serve s3` on a folder: an S3 in front of files, as people run it at home."""
    key, secret, data = "reelaccess", "reelsecret", folder / "data"
    data.mkdir()

    def argv(port: int) -> Sequence[object]:
        said = ("--auth-key", f"{key},{secret}", "--addr", f"{HOST}:{port}", "--config", "/dev/null")
        return (TOOLS / "rclone" / "bin" / "rclone", "serve", "s3", *said, data)

    with _serve(argv, {}, folder) as (process, port):
        yield Server(process, port, Caller(key, secret))


@contextmanager
def _serve(
    argv: Callable[[int], Sequence[object]], environment: Mapping[str, str], folder: Path
) -> Iterator[tuple[psutil.Process, int]]:
    """Run a server on a free port until the test is done; it finds no credentials and no settings of whoever runs the tests."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    log = folder / "log"
    with log.open("wb") as out, _ended(list(map(str, argv(port))), {**plain, **environment}, folder, out.fileno()) as process:
        until(lambda: _answers(process, port, log), log.read_text)
        yield psutil.Process(process.pid), port


@contextmanager
def _ended(argv: Sequence[str], environment: Mapping[str, str], folder: Path, out: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, and end it, whatever happens."""
    process = subprocess.Popen(argv, cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(process: subprocess.Popen[bytes], port: int, log: Path) -> bool | None:
    """Tell whether it answers; None while it does not. Fails where it has ended."""
    assert process.poll() is None, log.read_text()
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex((HOST, port)) == 0 or None
