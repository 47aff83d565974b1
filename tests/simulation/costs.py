"""What a video costs in store calls, when nothing goes wrong (I11)."""

from typing import TYPE_CHECKING

from tests.simulation.faults import QUIET
from tests.simulation.runner import Outcome, Recipe, follow
from tests.simulation.scripts import put

if TYPE_CHECKING:
    from collections import Counter

STAGES = ("ingest", "transcode", "index", "catalogue")
VERBS = ("list", "get", "put", "delete")
CHUNKS = (1, 3, 10, 30)


def undisturbed(chunks: int) -> Outcome:
    """Run one video of so many chunks, each of one segment, in two rungs, without the sweep."""
    return follow(Recipe(1, (put("a.mp4", f"good 1 {chunks}"),), QUIET, sweeping=False))


def table() -> str:
    """Lay out the calls of each stage for videos of several lengths."""
    rows = ["chunks  stage      " + "".join(f"{verb:>8}" for verb in VERBS)]
    for chunks in CHUNKS:
        kinds: Counter[tuple[str, str]] = undisturbed(chunks).kinds
        rows += [f"{chunks:6}  {stage:11}" + "".join(f"{kinds[stage, verb]:8}" for verb in VERBS) for stage in (*STAGES, "search")]
    return "\n".join(rows)
