"""What goes wrong, and how often."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True)
class Faults:
    """Rates, by call or by message."""

    refused: float = 0.0  # 409, 5xx: nothing happened
    lost: float = 0.0  # it happened, and no answer came
    late: float = 0.0  # no answer came, and it happens later
    killed: float = 0.0  # before or after the call
    event_lost: float = 0.0
    doubled: float = 0.0  # messages; and as often one is delivered after its success
    delayed: float = 0.0  # messages, by up to a minute
    runs_out: float = 0.0  # visibility, while the worker works
    stalled: float = 0.0  # a worker stands still before the call, while others do a hundred
    swept: float = 0.01  # how eagerly a sweep begins beside live work

    def without(self, name: str) -> Self:
        """Give the same rates, but one of them as in a quiet run."""
        return type(self)(**{field.name: getattr(self, field.name) for field in fields(self) if field.name != name})


QUIET = Faults()
MIXED = Faults(
    refused=0.03, lost=0.03, late=0.02, killed=0.02, event_lost=0.1, doubled=0.1, delayed=0.2, runs_out=0.1, stalled=0.02
)
ONLY_DOUBLES = Faults(doubled=0.15, delayed=0.1, runs_out=0.2, stalled=0.05)
HEAVY = Faults(refused=0.08, lost=0.06, late=0.05, killed=0.02, doubled=0.1, delayed=0.2, runs_out=0.2)
FORGETFUL = Faults(event_lost=0.2, doubled=0.05, delayed=0.2, killed=0.01)
PROFILES = (MIXED, ONLY_DOUBLES, HEAVY, FORGETFUL)
NO_EVENT_LOST = Faults(refused=0.01, lost=0.02, late=0.02, killed=0.005, doubled=0.1, delayed=0.2, runs_out=0.1)
UNORDERED = Faults(delayed=0.2, stalled=0.1)  # nothing comes twice: a second delivery repairs much
UNSWEPT = (NO_EVENT_LOST, ONLY_DOUBLES, UNORDERED)


@dataclass(frozen=True)
class Crash:
    """One kill in an otherwise quiet run: before or after call number `at`."""

    at: int
    after: bool
