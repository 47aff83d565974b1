"""Starts and stops LocalStack as one ordinary process that listens on the loopback interface only."""

import ipaddress
import json
import os
import shutil
import socket
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from infra.local.command import LocalError, say
from infra.local.leftovers import end_functions
from infra.local.places import ROOT, TOOLS, Places

HOST = "127.0.0.1"
LAUNCH = ROOT / "infra" / "local" / "launch.py"
PYTHON = TOOLS / "localstack" / "bin" / "python"
FUNCTION_PYTHON = TOOLS / "function" / "bin" / "python"

# What the template needs. Without cloudwatch, which makes each invocation slower, and dynamodb, which downloads itself.
SERVICES = "s3,lambda,iam,sts,logs,cloudformation,sqs,sns,events,apigateway,ssm,scheduler"

START_SECONDS = 300  # ready after 1.5 s, 4 s the first time; a busy machine takes longer
STOP_SECONDS = 15  # LocalStack takes 3 to 12 s to end
CLOCK_SECONDS = 2  # by which a process's start time may be told differently after the clock was set

# Lines of the log that mean that the deployed stack is not the one of the template, though LocalStack says it is.
BAD_SIGNS = ("No resource provider found for", 'Falling back to "docker"')


@dataclass(frozen=True)
class Emulator:
    """A process named for ever: a pid is used again, a pid with its start time (seconds since the epoch) is not."""

    pid: int
    created: float
    port: int

    @property
    def endpoint(self) -> str:
        """Give the address of every service."""
        return f"http://{HOST}:{self.port}"

    def process(self) -> psutil.Process | None:
        """Give the process, if it still runs and is no other one that got its pid."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < CLOCK_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def is_healthy(self) -> bool:
        """Tell whether it answers."""
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", "/_localstack/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def running(places: Places) -> Emulator | None:
    """Give the emulator that was started for these places, if it still runs."""
    try:
        emulator = Emulator(**json.loads(places.emulator_file.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # none was started, or the file was cut short by a crash
    return emulator if emulator.process() else None


def start(places: Places) -> Emulator:
    """Start on an empty state; LocalError says why it did not start or is not safe."""
    end_functions(places)
    shutil.rmtree(places.run, ignore_errors=True)
    (places.run / "tmp").mkdir(parents=True, exist_ok=True)
    port = _free_port(places)
    say(f"starting LocalStack on {HOST}:{port}; its log is {_log(places)}")
    pid = _spawn(places, port)
    emulator = Emulator(pid, psutil.Process(pid).create_time(), port)
    places.emulator_file.write_text(json.dumps(asdict(emulator)))
    try:
        _await_health(emulator, places)
        _require_loopback(emulator)
    except LocalError:
        stop(places)
        raise
    return emulator


def stop(places: Places) -> bool:
    """End the emulator and all functions that it started, and nothing else; tell whether one was running."""
    emulator = running(places)
    if emulator and (process := emulator.process()):
        _end(process)
    end_functions(places)
    places.emulator_file.unlink(missing_ok=True)
    return emulator is not None


def require_clean_log(places: Places) -> None:
    """Fail where the emulator's log tells of something that it has silently left out."""
    lines = _log(places).read_text(errors="replace").splitlines()
    bad = [line for line in lines if any(sign in line for sign in BAD_SIGNS)]
    if bad:
        raise LocalError("LocalStack did not deploy the template as it is:\n" + "\n".join(bad))


def _end(process: psutil.Process) -> None:
    try:
        process.terminate()
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    except psutil.NoSuchProcess:
        return


def _log(places: Places) -> Path:
    return places.run / "localstack.log"


def _spawn(places: Places, port: int) -> int:
    """Start the process in a session of its own, so that Ctrl-C in the terminal does not reach it; give its pid."""
    log = str(_log(places))
    return os.posix_spawn(
        PYTHON,
        [str(PYTHON), str(LAUNCH)],
        _environ(places, port),
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def _environ(places: Places, port: int) -> dict[str, str]:
    """Give the whole environment: AWS_*, proxies and DEBUG of the caller must not leak in."""
    run = places.run
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(run),
        "LANG": "C.UTF-8",
        "SERVICES": SERVICES,
        "GATEWAY_LISTEN": f"{HOST}:{port}",  # LocalStack takes the port from it; launch.py sees to the host
        "LOCALSTACK_HOST": f"localhost:{port}",  # begins the addresses that it gives
        "OVERRIDE_IN_DOCKER": "0",  # a container around us is not LocalStack's own image
        "FILESYSTEM_ROOT": str(run / "state"),
        "TMPDIR": str(run / "tmp"),  # functions are unpacked there; it warns of this variable, and that is harmless
        "DNS_ADDRESS": "0",  # no name server: port 53 is not ours
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",  # sends nothing to its makers
        "SQS_ENDPOINT_STRATEGY": "path",  # queue addresses that resolve without a name server
        "S3_SKIP_SIGNATURE_VALIDATION": "0",  # presigned addresses are checked as in the cloud
        "EXTRA_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",  # the site's origin
        # Between two polls; a poll itself waits for a message (executor/reelbucket_executor/polling.py).
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.01",
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.01",
        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": "300",  # a first start on a busy machine; what it cuts short comes back after hours
        "CFN_NO_WAIT_ITERATIONS": "40",  # looks at a new function before it sleeps a second between two; the default is 5
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "REELBUCKET_FUNCTION_PYTHON": str(FUNCTION_PYTHON),
        "REELBUCKET_RUN": str(run),
    }


def _free_port(places: Places) -> int:
    if places.port == 0:
        return _any_port()
    if _is_free(places.port):
        return places.port
    if places.port_is_fixed:
        raise LocalError(f"port {places.port} is taken by another program; stop it, or set REEL_PORT to another port (0: any)")
    port = _any_port()
    say(f"port {places.port} is taken by another program; using {port} (REEL_PORT chooses one)")
    return port


def _is_free(port: int) -> bool:
    """Tell whether nobody answers there; a port that was just closed is free, though one could not bind it at once."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _await_health(emulator: Emulator, places: Places) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and emulator.process():
        if emulator.is_healthy():
            return
        time.sleep(0.1)
    last = "\n".join(_log(places).read_text(errors="replace").splitlines()[-20:])
    raise LocalError(f"LocalStack did not start; the last lines of {_log(places)}:\n{last}")


def _require_loopback(emulator: Emulator) -> None:
    """Hold it to what launch.py promises: it asks nobody for a password and runs what it is given."""
    open_to_all = [
        f"{listener.laddr.ip}:{listener.laddr.port}"
        for listener in psutil.Process(emulator.pid).net_connections("tcp")
        if listener.status == psutil.CONN_LISTEN and not ipaddress.ip_address(listener.laddr.ip).is_loopback
    ]
    if open_to_all:
        raise LocalError(f"LocalStack listens on {', '.join(open_to_all)}, where the network reaches it; it was stopped")
