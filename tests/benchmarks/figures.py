"""What a benchmark found, and how it is printed."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

FINE = 0.1  # smaller figures are told with four decimals


@dataclass(frozen=True)
class Figure:
    """One number. `most` is what it should be at most; None for what only explains another figure."""

    name: str
    value: float
    says: str
    most: float | None = None

    @property
    def told(self) -> str:
        """The value as a person reads it."""
        return f"{self.value:,.{2 if self.value >= FINE else 4}f}"


def table(figures: Sequence[Figure]) -> str:
    """Lay figures out as a Markdown table."""
    rows = [
        "| figure | value | at most | what it is |",
        "|---|---:|---:|---|",
        *(f"| `{each.name}` | {each.told} | {'' if each.most is None else f'{each.most:g}'} | {each.says} |" for each in figures),
    ]
    return "\n".join(rows) + "\n"


@dataclass
class Watch:
    """A stopwatch; `seconds` is what it shows in the end."""

    begun: float = field(default_factory=time.monotonic)
    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Watch]:
    """Take the time of a block."""
    watch = Watch()
    yield watch
    watch.seconds = time.monotonic() - watch.begun
