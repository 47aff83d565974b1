"""Measures, prints tables, and keeps the figures in .local/bench.json: `python -m tests.benchmarks [NAME…]`.

A figure says something about this machine while it did nothing else; what is compared is measured in one run.
"""

import json
import sys
from collections.abc import Callable, Mapping

from infra.local.command import LocalError, end_with
from infra.local.places import TOOLS
from tests.benchmarks import (
    burst,
    catalogue,
    efforts,
    engine,
    film,
    firefox,
    hops,
    kills,
    lengths,
    lighthouse,
    memory,
    model,
    rates,
    search,
    sending,
    shaka,
    up,
)
from tests.benchmarks.figures import Figure, table

FIGURES = TOOLS / "bench.json"
BENCHMARKS: Mapping[str, Callable[[], list[Figure]]] = {
    "up": up.measure,
    "catalogue": catalogue.measure,
    "hops": hops.measure,
    "search": search.measure,
    "sending": sending.measure,
    "kills": kills.measure,
    "film": film.measure,
    "firefox": firefox.measure,
    "lengths": lengths.measure,
    "lighthouse": lighthouse.measure,
    "engine": engine.measure,
    "shaka": shaka.measure,
    "rates": rates.measure,
    "memory": memory.measure,
    "burst": burst.measure,
    "flood": burst.flood,
    "storm": burst.storm,
    "efforts": efforts.measure,
    "model": model.measure,
}


def main(names: list[str]) -> None:
    """Run the benchmarks that are named, or all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for name in names or BENCHMARKS:
        figures = BENCHMARKS[name]()
        print(table(figures), flush=True)
        kept |= {figure.name: round(figure.value, 4) for figure in figures}
        FIGURES.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LocalError as error:
        end_with(error)
