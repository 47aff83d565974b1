"""The budget: nothing is done that has not been paid for, and what was spent is remembered from run to run."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Dollars, US East (Northern Virginia), x86_64, without the free part: what is reckoned is the most that it costs.
PUT: Final = 0.005 / 1000
GET: Final = 0.0004 / 1000
MESSAGE: Final = 0.4e-6
GB_SECOND: Final = 0.0000166667
CDN_GB: Final = 0.085
CDN_REQUEST: Final = 1e-6
ENCODED_SECOND: Final = 3.65 / (100 * 600)  # docs/deploy.md: 100 videos of ten minutes
BILL_CALL: Final = 0.01  # Cost Explorer


class TooDearError(Exception):
    """The budget does not allow it."""


@dataclass(frozen=True)
class Purse:
    """Dollars that may be spent in all, and the file that remembers those that were."""

    dollars: float
    path: Path

    def pay(self, dollars: float, what: str) -> None:
        """Note what something will cost at most. Raises TooDearError before it is done."""
        spent = self.spent()
        if spent + dollars > self.dollars:
            raise TooDearError(f"{what} may cost ${dollars:.4f}; ${spent:.4f} of ${self.dollars:.2f} are spent ({self.path})")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"dollars": spent + dollars}))

    def spent(self) -> float:
        """Give what was spent so far."""
        return float(json.loads(self.path.read_text())["dollars"]) if self.path.exists() else 0.0
