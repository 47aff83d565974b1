"""9. A first deployment that fails, one that succeeds, its removal, one over kept buckets, and the end: in stacks of its own."""

import os
import secrets
import subprocess
import sys
from typing import Final

from client.reel.account import BUCKETS, Account
from client.reel.parameters import Wish
from infra.cloud.installation import Installation
from infra.local.places import ROOT
from tests.benchmarks.figures import Figure, timed
from tests.cloud.lab import Lab, puts

PATIENCE_S: Final = 3600  # a distribution goes in twenty minutes


def measure(lab: Lab) -> list[Figure]:
    """Go through a stack's life; parameters are those of PARAMETERS, as `make deploy` takes them."""
    puts(lab.purse, 1000, "some hundred pages of a site, four times")
    failing, own = _named(lab), _named(lab)
    name, account = own.name, own.account
    taken = lab.sqs.create_queue(QueueName=f"{failing.name}-index")["QueueUrl"]  # the stack wants this name
    lab.after.callback(lab.sqs.delete_queue, QueueUrl=taken)
    failed, failed_s = _timed("deploy", failing.name)
    left = _kept(failing)
    first, first_s = _timed("deploy", name)
    again, again_s = _timed("deploy", name)
    own.session.client("s3").put_object(Bucket=account.bucket("media"), Key="kept", Body=b"kept")
    removed, removed_s = _timed("undeploy", name)
    kept = _kept(own)
    over, _ = _timed("deploy", name)
    emptied, _ = _timed("undeploy", name, EMPTY="yes")
    return [
        Figure(
            "life_rollback",
            float(failed != 0 and not left),
            f"1 where a failed first deployment left no bucket ({', '.join(left) or 'none'})",
        ),
        Figure("life_rollback_s", failed_s, "s until it had failed"),
        Figure("life_first_s", first_s, f"s of a first deployment after it ({first})"),
        Figure("life_again_s", again_s, f"s of a second one without a change ({again})"),
        Figure("life_removed_s", removed_s, f"s until the stack was gone ({removed})"),
        Figure("life_kept", len(kept), "buckets that it left, of four"),
        Figure("life_over_kept_refused", float(over != 0), "1 where a deployment over them is refused before it begins"),
        Figure("life_emptied", float(emptied == 0 and not _kept(own)), "1 where EMPTY=yes leaves nothing"),
    ]


def _named(lab: Lab) -> Installation:
    """Give an installation of a new name, which is removed in the end with all that is in it."""
    name = f"life{secrets.token_hex(3)}"
    lab.after.callback(_end, name)
    return Installation(Account(lab.installation.session, Wish(name)), {})


def _end(name: str) -> None:
    """Remove a stack with all that is in it; a deletion that failed is tried once more, as a person would."""
    if _make("undeploy", name, EMPTY="yes"):
        _make("undeploy", name, EMPTY="yes")


def _timed(command: str, name: str, **more: str) -> tuple[int, float]:
    with timed() as watch:
        code = _make(command, name, **more)
    return code, watch.seconds


def _make(command: str, name: str, **more: str) -> int:
    """Run what `make` runs; what it says is shown."""
    environment = {**os.environ, "EMPTY": "", "NAME": name, **more}
    return subprocess.run(
        [sys.executable, "-m", "infra.cloud", command], cwd=ROOT, env=environment, check=False, timeout=PATIENCE_S
    ).returncode


def _kept(own: Installation) -> list[str]:
    there = {found["Name"] for found in own.session.client("s3").list_buckets()["Buckets"]}
    return [kind for kind in BUCKETS if own.account.bucket(kind) in there]
