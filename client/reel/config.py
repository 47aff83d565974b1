"""What is set once and for all: a TOML file in the user's folder for such things."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
import tomlkit

from .failures import Misused

KEYS: Final = {
    "server": "the site's address",
    "token": "what its operator gave you",
    "client": "whose items; else the token's client, or you on this machine",
    "preset": "what is made of what you send; else what the server makes of all",
    "downloads": "the folder that downloads go into; else the one you are in",
}


@dataclass(frozen=True)
class Config:
    """The file, as it was read. `said` has KEYS only."""

    path: Path
    said: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Config":
        """Read the file that REEL_CONFIG names, or the usual one. Raises Misused."""
        path = Path(environment.get("REEL_CONFIG") or Path(click.get_app_dir("reel")) / "config.toml")
        try:
            said = tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, RecursionError) as error:  # the last: a thousand brackets
            raise Misused(f"{path} cannot be read: {error}.") from error
        for name, value in said.items():
            if name not in KEYS or not isinstance(value, str):
                raise Misused(f"{path}: {name!r} is no setting with a text. There are {', '.join(KEYS)}.")
        return cls(path, said)

    def get(self, name: str) -> str | None:
        """Give a setting."""
        return self.said.get(name)

    def put(self, name: str, value: str | None) -> None:
        """Write a setting, or take it out; what else stands in the file stays as it is. Nobody else may read it: it has a token.

        Raises Misused for what is no text.
        """
        document = tomlkit.parse(self.path.read_text("utf-8")) if self.path.exists() else tomlkit.document()
        if value is None:
            document.pop(name, None)
        else:
            document[name] = value
        try:
            text = tomlkit.dumps(document).encode()
        except UnicodeEncodeError as error:  # how Python keeps an argument that is not UTF-8
            raise Misused(f"The {name} must be text in UTF-8.") from error
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
        beside.replace(self.path)
