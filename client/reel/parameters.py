"""The parameters of a deployment, as a person writes them."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .failures import Misused

NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,18}[a-z0-9]")  # as the template's Name; a test holds them together


@dataclass(frozen=True)
class Wish:
    """What is to be deployed, as far as it makes a difference here."""

    name: str = "reelbucket"
    cdn: bool = True
    alarms: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Wish":
        """Read the template's parameters. Raises Misused."""
        name = parameters.get("Name", cls.name)
        if not NAME.fullmatch(name):
            raise Misused(f"{name!r} begins no bucket's name: 3 to 20 lower-case letters, digits and hyphens, a letter first.")
        return cls(name, parameters.get("Cdn") != "none", bool(parameters.get("AlarmEmail")))


def read_parameters(text: str) -> dict[str, str]:
    """Read `Cdn=none SiteTitle='My films'`; `@FILE` is what stands in a file, which may have lines and comments. Raises Misused."""
    found: dict[str, str] = {}
    for word in _words(text):
        name, sign, value = word.partition("=")
        if word.startswith("@"):
            found |= read_parameters(_content(Path(word[1:]).expanduser()))
        elif sign and name.isalnum():
            found[name] = value
        else:
            raise Misused(f"{word!r} is no parameter. Write Name=value, with quotes around a value with spaces, or @FILE.")
    return found


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError as error:
        raise Misused(f"The parameters cannot be read: {error}.") from error


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError) as error:
        raise Misused(f"{path} cannot be read: {error}.") from error
