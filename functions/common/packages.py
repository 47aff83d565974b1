"""Where the packages lie that are run and not imported. EFFECT: looks at the installation."""

from importlib.util import find_spec
from pathlib import Path


def folder(package: str) -> Path:
    """Find where a package is installed. Raises FileNotFoundError."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).parent
