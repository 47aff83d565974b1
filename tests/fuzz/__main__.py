"""Long runs: `python -m tests.fuzz --seconds 60 captions`. An input that shows a fault is printed, to be put with its target."""

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.targets import KEPT, LONGEST, TARGETS

SLOWEST_S: Final = 60  # of wall time, after which libFuzzer takes an input for one that never ends
RAN: Final = re.compile(r"Done (\d+) runs")
COVERED: Final = re.compile(r"cov: (\d+)")


@dataclass(frozen=True)
class Told:
    """What came of a run: how many inputs, how many places in the code they reached, and what was wrong."""

    runs: int
    edges: int
    fault: str = ""


def run(name: str, seconds: int, program: tuple[str, ...] = ("-m", "tests.fuzz.guided")) -> Told:
    """Run one target for so long, from its seeds and from what earlier runs have come upon."""
    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        seeds, wrong = Path(place) / "seeds", Path(place) / "wrong"
        seeds.mkdir()
        for number, body in enumerate((*TARGETS[name].seeds, *TARGETS[name].found)):
            (seeds / str(number)).write_bytes(body)
        options = (f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST_S}", f"-exact_artifact_path={wrong}")
        argv = [sys.executable, *program, name, *options, str(kept), str(seeds)]
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
        found = repr(wrong.read_bytes()) if wrong.exists() else ""
    covered = [int(edges) for edges in COVERED.findall(done.stderr)]
    ran = RAN.search(done.stderr)
    fault = "" if done.returncode == 0 else f"{_said(done.stdout) or done.stderr[-2000:]}\n{found}"
    return Told(int(ran[1]) if ran else 0, max(covered, default=0), fault)


def _said(output: str) -> str:
    """Give the traceback, without libFuzzer's own words after it."""
    return output.partition("Uncaught Python exception: ===")[2].partition("==")[0].strip()


def main(arguments: list[str]) -> int:
    """Run the targets one after another; the exit code is 1 when one has a fault."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Our readers against bytes that nobody meant for them."
    )
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", metavar="target", help=f"these alone, of {', '.join(TARGETS)}")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    print(f"{'target':10} {'inputs':>10} {'places reached':>15}  fault")
    faults = 0
    for name in asked.targets or TARGETS:
        told = run(name, asked.seconds)
        faults += bool(told.fault)
        print(f"{name:10} {told.runs:>10,} {told.edges:>15,}  {told.fault or 'none'}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
