"""Where things lie in the checkout; the one place that spells these paths."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".local"  # environments and programs, the same for every stack of this checkout
BIN = TOOLS / "bin"
FRONTEND = ROOT / "frontend"
REQUIREMENTS = ROOT / "requirements"
EXECUTOR = ROOT / "infra" / "local" / "executor"

DEFAULT_PORT = 4566  # LocalStack's own


@dataclass(frozen=True)
class Places:
    """One local stack: its folder and the port it asks for."""

    own: Path
    port: int  # 0 is any free port
    port_is_fixed: bool  # a port that was asked for by name is not exchanged for another one

    @property
    def run(self) -> Path:
        """Give the emulator's state, deleted at each start."""
        return self.own / "run"

    @property
    def library(self) -> Path:
        """Give the folder in which the library outlives the emulator."""
        return self.own / "library"

    @property
    def token_file(self) -> Path:
        """Give the file that keeps the API's secret."""
        return self.own / "api-token"

    @property
    def stack_file(self) -> Path:
        """Give the file that tells the client and the tests where the stack is."""
        return self.own / "stack.json"

    @property
    def emulator_file(self) -> Path:
        """Give the file that names the emulator's process; outside of ``run``, to outlive its deletion."""
        return self.own / "emulator.json"


def places(environ: Mapping[str, str] = os.environ) -> Places:
    """Read REEL_LOCAL (a folder, default .local) and REEL_PORT (default 4566); ValueError for a port that is none."""
    port = environ.get("REEL_PORT", "")
    if port and not (port.isdecimal() and int(port) < 65536):  # noqa: PLR2004 - ports have 16 bits
        raise ValueError(f"REEL_PORT is {port!r}; give a number from 1 to 65535, or 0 for any free port")
    own = ROOT / (environ.get("REEL_LOCAL") or ".local")
    return Places(own, port=int(port or DEFAULT_PORT), port_is_fixed=bool(port) and port != "0")
