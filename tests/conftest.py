"""Rules for every test: the network ends at this machine, and where CI is set no test is skipped."""

import ipaddress
import os
import sys
from collections.abc import Iterator
from typing import override

import boto3
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from infra.local.places import places
from infra.local.stack import Stack, down, up

hypothesis.settings.load_profile("ci")  # the same examples each time, however slow the machine

COMPUTING = ("tests/simulation/", "tests/inputs/")
# The stack of the tests: beside a developer's own, on a free port, and quicker to repeat itself.
STACK_PLACES = {"REEL_LOCAL": os.environ.get("REEL_TEST", ".local/test"), "REEL_PORT": "0"}
STACK_PARAMETERS = {
    "HeartbeatSeconds": "15",  # a killed worker is followed after that; a busy machine still beats in time
    "Rungs": "1080p,480p",
    "ViewersKeyGroup": "of-no-cdn",  # with a key, so that there are invitations; a test is the CDN that takes them
    "ViewersGraceSeconds": "0",
    "SweepFirstAgeSeconds": "5",  # tests call the sweep themselves,
    "SweepRate": "rate(30 days)",  # and nobody else does;
    "SearchRate": "rate(30 days)",  # the search as well
}


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack for all tests; REEL_KEEP=1 leaves it running, and the next run then starts in seconds."""
    from tests.unit.api.desk import keep_viewers_key  # noqa: PLC0415  # with moto, which few tests need

    where = places(STACK_PLACES)
    stack = up(where, STACK_PARAMETERS)
    session = boto3.Session("test", "test", region_name=stack.region)
    keep_viewers_key(session.client("ssm", endpoint_url=stack.endpoint))
    yield stack
    if not os.environ.get("REEL_KEEP"):
        down(where)


class NetworkReached(Exception):  # noqa: N818 - it says what happened
    """A test tried to leave this machine."""


def refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Raise NetworkReached for a connection or a look-up of a name that leads elsewhere (an audit hook, PEP 578)."""
    match event, arguments:
        case ("socket.connect", (_, (str(host), *_))) | ("socket.getaddrinfo", (str(host), *_)) if not is_local(host):
            raise NetworkReached(f"{event} to {host!r}: tests run without a network")


def is_local(host: str) -> bool:
    """Tell whether a name or an address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


sys.addaudithook(refuse_network)


class BesideTheStack(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Two workers: one for what computes (tests/humble.py), one for all tests of the stack, which share it and wait."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return "computing" if nodeid.startswith(COMPUTING) else "stack"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Answer to `--dist loadscope`."""
    return BesideTheStack(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test, or one that may fail, is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and any(reporter.stats.get(kind) for kind in ("skipped", "xfailed", "xpassed")):
        reporter.write_line("a test was skipped or expected to fail: in CI every test counts", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
