"""Tries one number after the other in an account: `python -m tests.cloud NAME… [--dollars 5]`, with NAME=, REGION= as for make."""

import argparse
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from client.reel.account import Account, open_session
from client.reel.failures import Failed
from client.reel.parameters import Wish
from infra.cloud.installation import Installation
from infra.local.command import LocalError, end_with
from infra.local.places import TOOLS
from tests.benchmarks.figures import Figure, table
from tests.cloud import bill, cdn, contention, heartbeat, latency, life, markers, rights, sandbox, speed
from tests.cloud.lab import Lab, open_lab
from tests.cloud.purse import Purse, TooDearError

SPENT: Final = TOOLS / "cloud-spent.json"
TRIALS: Final[Mapping[str, Callable[[Lab], list[Figure]]]] = {
    "speed": speed.measure,
    "latency": latency.measure,
    "heartbeat": heartbeat.measure,
    "rights": rights.measure,
    "sandbox": sandbox.measure,
    "contention": contention.measure,
    "markers": markers.measure,
    "cdn": cdn.measure,
    "life": life.measure,
    "bill": bill.measure,
}


def main() -> None:
    """Run what is named, and print a table for docs/benchmarks.md; what a trial made is gone by then."""
    parser = argparse.ArgumentParser(prog="python -m tests.cloud", description="See tests/cloud/README.md.")
    parser.add_argument("names", nargs="+", choices=list(TRIALS), metavar="NAME", help=", ".join(TRIALS))
    parser.add_argument(
        "--dollars", type=float, default=5, help="what all runs together may cost; what was spent stands in " + SPENT.name
    )
    asked = parser.parse_args()
    wish = Wish.of({"Name": os.environ.get("NAME") or Wish.name})
    installation = Installation(Account(open_session(os.environ.get("REGION"), os.environ), wish), {})
    installation.require_entry()
    for name in asked.names:
        with open_lab(installation, Purse(asked.dollars, SPENT)) as lab:
            figures = TRIALS[name](lab)
        title = f"`python -m tests.cloud {name}`, {datetime.now(UTC).date()}, {installation.session.region_name}:"
        print(f"\n{title}\n\n{table(figures)}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (LocalError, Failed, TooDearError, BotoCoreError, ClientError) as error:
        end_with(error)
