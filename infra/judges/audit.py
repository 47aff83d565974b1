"""Asks which of the pinned versions have become known as vulnerable: `make audit`.

The only judge that needs a network: such lists change without us. Status 1 is a vulnerability, 2 a list that could not be asked.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from infra.local.command import say
from infra.local.places import FRONTEND, REQUIREMENTS, ROOT, TOOLS

PIP_AUDIT: Final = TOOLS / "judges" / "bin" / "pip-audit"
OSV: Final = "https://api.osv.dev/v1/query"
# What is deployed, and what runs with somebody's credentials. The emulator and the judges have none, and pin what they must.
LISTINGS: Final = (
    *sorted(ROOT.glob("functions/*/requirements.txt")),
    *(REQUIREMENTS / f"{name}.txt" for name in ("function", "dev", "sam")),
)

FOUND, UNASKED = 1, 2


class Unasked(Exception):  # noqa: N818 - it says what happened
    """A list of vulnerabilities gave no answer; the text is the last that was heard."""


def python_packages(service: str = OSV, listings: Sequence[Path] = LISTINGS) -> list[str]:
    """Give a line for each vulnerability of Python's packages. Raises Unasked."""
    return sorted({line for listing in listings for line in _python_packages(service, listing)})


def _python_packages(service: str, listing: Path) -> Iterator[str]:
    options = ("--disable-pip", "--require-hashes", "--strict", "--format", "json", "--progress-spinner", "off", "--desc", "off")
    asked = ("--vulnerability-service", "osv", "--osv-url", service, "--requirement", str(listing))
    for package in _run("dependencies", str(PIP_AUDIT), *asked, *options):
        for flaw in package["vulns"]:
            mended = ", ".join(flaw["fix_versions"]) or "no version"
            yield f"{package['name']} {package['version']}: {flaw['id']}, mended in {mended}"


def npm_packages(*options: str) -> list[str]:
    """Give a line for each of npm's packages that has a vulnerability, or needs one that has. Raises Unasked."""
    packages = _run("vulnerabilities", "npm", "audit", "--json", *options)
    reasons = {name: [via["url"] if isinstance(via, dict) else via for via in one["via"]] for name, one in packages.items()}
    return sorted(f"{name}: {packages[name]['severity']}, {', '.join(why)}" for name, why in reasons.items())


def audit(lists: dict[str, Callable[[], list[str]]]) -> int:
    """Ask every list and tell what it says; give the status."""
    statuses = {_asked(name, ask) for name, ask in lists.items()}
    return FOUND if FOUND in statuses else max(statuses)


def _asked(name: str, ask: Callable[[], list[str]]) -> int:
    try:
        found = ask()
    except Unasked as error:
        say(f"audit: {name} was not asked, so nobody knows whether a pinned version has become vulnerable: {error}")
        return UNASKED
    for line in found:
        say(f"audit: {name}: {line}")
    return FOUND if found else 0


def _run(key: str, *argv: str) -> Any:  # noqa: ANN401  # JSON
    """Run a program and give one key of what it writes; without that it had no answer, whatever its status."""
    done = subprocess.run(argv, cwd=FRONTEND, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError as error:
        raise Unasked((done.stderr.strip().splitlines() or ["no word"])[-1]) from error
    if key not in report:
        raise Unasked(report.get("message", "no word"))
    return report[key]


def main() -> None:
    """Ask the list of Python's packages and that of npm's."""
    sys.exit(audit({"OSV": python_packages, "npm's registry": npm_packages}))


if __name__ == "__main__":
    main()
