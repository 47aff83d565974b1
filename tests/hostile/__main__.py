"""Many files: `python -m tests.hostile --files 5000`. A file that shows a fault is printed as the line that runs it alone."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator

from tests.hostile.corpus import Hostile, made_by_hand, mutated
from tests.hostile.exam import Exam, Outcome, examining
from tests.unit.transcode.store import serving

TOLD_EVERY = 250


def main(arguments: list[str]) -> int:
    """Run them; the exit code is 1 when there was a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description="Hostile files through ingest and transcode.")
    parser.add_argument("--files", type=int, default=5000, help="so many mutated ones, beside those made by hand")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--name", help="this file alone, such as m17 or h4")
    asked = parser.parse_args(arguments)
    counted: Counter[str] = Counter()
    slowest: list[tuple[float, str]] = []
    faults = 0
    with serving() as store, examining(store) as exam:
        for number, (file, outcome) in enumerate(_judged(exam, asked), 1):
            counted[f"{outcome.status} {outcome.code}".strip()] += 1
            slowest = sorted([*slowest, (outcome.seconds, file.name)], reverse=True)[:5]
            if outcome.fault:
                faults += 1
                print(f"python -m tests.hostile --name {file.name.partition('.')[0]}\n{outcome.fault}", flush=True)
            if number % TOLD_EVERY == 0:
                print(f"{number} files, {faults} faults", file=sys.stderr, flush=True)
    for what, count in counted.most_common():
        print(f"{count:6}  {what}")
    print("slowest:", ", ".join(f"{name} {seconds:.1f} s" for seconds, name in slowest))
    return 1 if faults else 0


def _judged(exam: Exam, asked: argparse.Namespace) -> Iterator[tuple[Hostile, Outcome]]:
    for file in _files(exam, asked):
        yield file, exam.judge(file)


def _files(exam: Exam, asked: argparse.Namespace) -> Iterator[Hostile]:
    by_hand = made_by_hand(exam.canary)
    if asked.name and asked.name.startswith("m"):
        yield mutated(int(asked.name[1:]))
    elif asked.name:
        yield from (file for file in by_hand if file.name.partition(".")[0] == asked.name)
    else:
        yield from by_hand
        yield from (mutated(seed) for seed in range(asked.first, asked.first + asked.files))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
