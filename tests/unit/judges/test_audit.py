"""The audit by pip-audit and npm themselves; the lists are on this machine, and call two packages vulnerable."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.judges.audit import FOUND, PIP_AUDIT, UNASKED, Unasked, audit, npm_packages, python_packages
from infra.local.places import ROOT

CATALOGUE = ROOT / "functions" / "catalogue" / "requirements.txt"  # it has jinja2
NOBODY = "http://127.0.0.1:1/"  # tcpmux, which nobody listens on
JINJA = {
    "id": "PYSEC-2099-1",
    "modified": "2099-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}],
        }
    ],
}
ESBUILD = {"id": 1, "url": "https://example.org/1", "title": "bad", "severity": "high", "vulnerable_versions": "<99"}


class Lists(BaseHTTPRequestHandler):
    """Answers as OSV and as npm's registry do."""

    def do_POST(self) -> None:
        """Tell of jinja2 and of esbuild."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/query":
            self.reply({"vulns": [JINJA]} if json.loads(asked)["package"]["name"] == "jinja2" else {})
        else:
            self.reply({"esbuild": [ESBUILD]})

    def do_GET(self) -> None:
        """Know no package; npm asks for what may mend one."""
        self.send_error(404)

    def reply(self, body: object) -> None:
        """Send JSON."""
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the server gives
        """Say nothing."""


@pytest.fixture
def lists() -> Iterator[str]:
    """The address of the lists."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Lists) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def judges() -> None:
    """The environment that has pip-audit."""
    if not PIP_AUDIT.exists():
        pytest.skip("`make check` brings the judges")


def test_a_vulnerable_package_of_pythons_is_named_with_what_mends_it(lists: str) -> None:
    (line,) = python_packages(f"{lists}v1/query", [CATALOGUE])

    assert line.startswith("jinja2 ")
    assert line.endswith(": PYSEC-2099-1, mended in 99")


def test_a_vulnerable_package_of_npms_is_named(lists: str) -> None:
    assert npm_packages("--registry", lists) == ["esbuild: high, https://example.org/1"]


def test_a_list_of_pythons_packages_that_does_not_answer_is_not_taken_for_a_clean_one() -> None:
    with pytest.raises(Unasked, match="refused"):
        python_packages(NOBODY, [CATALOGUE])


def test_a_list_of_npms_packages_that_does_not_answer_is_not_taken_for_a_clean_one() -> None:
    with pytest.raises(Unasked, match="REFUSED"):
        npm_packages("--registry", NOBODY, "--fetch-retries", "0")


def clean() -> list[str]:
    return []


def tell() -> list[str]:
    return ["jinja2 1: bad"]


def refuse() -> list[str]:
    raise Unasked("connection refused")


@pytest.mark.parametrize(
    ("python", "npm", "status"),
    [(clean, clean, 0), (clean, refuse, UNASKED), (refuse, tell, FOUND), (tell, clean, FOUND)],
)
def test_a_vulnerability_outweighs_a_list_that_was_not_asked(
    python: Callable[[], list[str]], npm: Callable[[], list[str]], status: int
) -> None:
    assert audit({"OSV": python, "npm": npm}) == status


def test_a_list_that_was_not_asked_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    audit({"OSV": refuse})

    assert capsys.readouterr().out == (
        "audit: OSV was not asked, so nobody knows whether a pinned version has become vulnerable: connection refused\n"
    )
