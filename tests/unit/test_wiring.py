"""What a function has given away before the first stranger's file is decoded: nothing that its child could read."""

import subprocess
import sys

import pytest

from infra.local.places import ROOT

SETTINGS = {name: name.lower() for name in ("INBOX", "WORK", "MEDIA", "SITE", "ADDRESSING")} | {
    "QUEUE_URL": "http://localhost/queue",
    "HEARTBEAT_S": "15",
    "PRESET": "web",
    "RUNGS": "240p",
    "MAX_SOURCE_BYTES": "1",
    "MAX_SOURCE_SECONDS": "1",
}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "5ecret", "AWS_SECRET_ACCESS_KEY": "5ecret", "AWS_SESSION_TOKEN": "5ecret"}
# Root may read everything, so both give up root's rights first (capset(2), version 3): a function has none.
DROP = "import ctypes, os; ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())"
SPY = f"""
{DROP}
for name in ("environ", "mem", "maps"):
    try:
        print(name, b"5ecret" in open(f"/proc/{{os.getppid()}}/{{name}}", "rb").read())
    except OSError as error:
        print(name, type(error).__name__)
"""
FUNCTION = f"""
{DROP}
import sys
from functions.{{stage}} import handler
from functions.common.process import Limits, private_folder, run
handler._stage()
with private_folder() as folder:
    print(run([sys.executable, "-c", sys.argv[1]], Limits(20, 2**30, 0), folder).stdout.decode(), end="")
print(*sorted(name for name in os.environ if name in {tuple(CREDENTIALS)}))
"""


def told(code: str) -> str:
    """Run a function's process as Lambda starts it; give what it prints."""
    environment = {f"REELBUCKET_{name}": value for name, value in SETTINGS.items()}
    environment |= {**CREDENTIALS, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, SPY], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("stage", ["ingest", "transcode"])
def test_a_decoder_that_was_taken_over_reads_nothing_of_its_parent(stage: str) -> None:
    said = told(FUNCTION.format(stage=stage))
    assert said == "environ PermissionError\nmem PermissionError\nmaps PermissionError\n\n"


def test_the_spy_reads_a_parent_that_has_not_hardened_itself() -> None:
    said = told(FUNCTION.format(stage="transcode").replace("handler._stage()", ""))
    assert "environ True" in said
