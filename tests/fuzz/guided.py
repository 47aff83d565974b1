"""One target, led by coverage, until its time is over: `python -m tests.fuzz.guided captions -max_total_time=60`.

Run as a program of its own, since libFuzzer ends the process; `python -m tests.fuzz` does.
"""

import random
import sys

import atheris

with atheris.instrument_imports(include=["functions", "client"]):
    from tests.fuzz.targets import TARGETS, Target

OURS = 4  # of so many inputs one is ruined by what we know of the reader, the others as libFuzzer does


def main(arguments: list[str]) -> None:
    """Run; `arguments` are a target's name and libFuzzer's own."""
    target = TARGETS[arguments[0]]
    atheris.Setup([sys.argv[0], *arguments[1:]], target.judge, custom_mutator=lambda *asked: _ruined(target, *asked))
    atheris.Fuzz()


def _ruined(target: Target, body: bytes, most: int, seed: int) -> bytes:
    if seed % OURS:
        return bytes(atheris.Mutate(body, most))
    made = bytearray(body)
    target.ruin(random.Random(seed), made)
    return bytes(made[:most])


if __name__ == "__main__":
    main(sys.argv[1:])
