"""What all commands share: their options, their parts, and how they write."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console

from .client import Client
from .config import Config
from .items import Item, Note
from .screen import Screen
from .server import Server

WIDE: Final = 200  # columns of a list that is not read in a terminal
NO_BOTO3: Final = "This needs boto3: `uv tool install '.[library]'` in a checkout, or `pip install boto3`."
CODES: Final = """\b
Exit codes:
  0  done
  1  refused by the server, rejected, or failed
  2  not understood, or no server known
  3  the server cannot be reached
  130  stopped by Ctrl-C
"""  # \b: click is to keep the lines


@dataclass(frozen=True)
class Asked:
    """What every command takes."""

    server: str | None
    client: str | None
    as_json: bool


@dataclass(frozen=True)
class Reel:
    """The command's parts."""

    client: Client
    screen: Screen
    config: Config

    def upload(self, path: Path, note: Note, preset: str | None = None, *, checksum: bool = False) -> Item:
        """Send one file with its note, and show how it goes."""
        with self.screen.moving(path.name, path.stat().st_size) as moved:
            return self.client.upload(path, note, preset, lambda _: moved, checksum=checksum)

    def awaited(self, item: Item, *, until_watchable: bool) -> Item:
        """Wait for an item, and show how it goes."""
        with self.screen.following(item.file_name) as tell:
            return self.client.wait(item, tell, until_watchable=until_watchable)


@click.group(epilog=CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def reel() -> None:
    """Send videos to a reelbucket server, follow how they are encoded, and fetch what was made of them."""


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every command takes, and give them as one value."""

    @click.option("--server", metavar="URL", help="The site's address; else REEL_SERVER, the configuration, the local stack.")
    @click.option("--client", metavar="NAME", help="Whose items; else REEL_CLIENT, the configuration, the token's.")
    @click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output, for programs.")
    @functools.wraps(command)
    def run(*, server: str | None, client: str | None, as_json: bool, **rest: object) -> None:
        command(asked=Asked(server, client, as_json), **rest)

    return run


def open_reel(asked: Asked) -> Reel:
    """Put the command's parts together. Raises Failed."""
    config = Config.read(os.environ)
    return Reel(Client.found(dict(os.environ), config, asked.server, asked.client), open_screen(), config)


def open_screen() -> Screen:
    """Open standard output and standard error."""
    out, err = Console(), Console(stderr=True)
    if not out.is_terminal:
        out.width = WIDE
    return Screen(out, err)


def plain(item: Item, server: Server) -> dict[str, object]:
    """Give an item as the server told it, with the whole address of its page."""
    return {**msgspec.to_builtins(item), "address": server.page(item.page)}


def write_json(value: object) -> None:
    """Write a result for programs."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)))
