"""The command line: `reel upload` and `reel status`.

`CODES` tells the exit codes.
"""

import functools
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console

from .api import Api
from .failures import Failed, Misused, Refused
from .items import BAD, LAST, Item, Note
from .screen import Screen
from .sending import Sender, patience
from .server import Server, connections, default_client, find_server

LOOK_S: Final = 1.0  # seconds between two looks at an item that is awaited
STOPPED: Final = 130  # as shells say it of Ctrl-C
WIDE: Final = 200  # columns of a list that is not read in a terminal
CODES: Final = """\b
Exit codes:
  0  done
  1  refused by the server, or rejected
  2  not understood, or no server known
  3  the server cannot be reached
  130  stopped by Ctrl-C
"""  # \b: click is to keep the lines


@dataclass(frozen=True)
class Reel:
    """The command's parts. `waits` sleeps for so many seconds."""

    server: Server
    api: Api
    screen: Screen
    sender: Sender
    waits: Callable[[float], None]

    def upload(self, path: Path, note: Note, preset: str | None = None) -> Item:
        """Send one file with its note. `preset`: what is to be made of it."""
        if not path.stat().st_size:
            raise Refused("The file is empty. Choose another one.")
        item, upload = self.sender.begin(path, preset)
        if not note.is_empty():
            self.api.annotate(item.item_id, note)
        with self.screen.sending(path.name, item.file_size) as moved:
            return self.sender.send(path, item, upload, moved)

    def watchable(self, item: Item) -> Item:
        """Wait until something of an item can be watched, or nothing ever will."""
        with self.screen.following(item.file_name) as tell:
            tell(item)
            while not item.watchable and item.phase not in LAST:
                self.waits(LOOK_S)
                item = self.api.item(item.item_id)
                tell(item)
        return item

    def named(self, item_id: str) -> Item:
        """Find an item by its id, or by the first characters of it."""
        if len(item_id) == len("00000000-0000-0000-0000-000000000000"):
            return self.api.item(item_id)
        found = [item for item in self.api.items() if item.item_id.startswith(item_id.lower())]
        if len(found) != 1:
            what = f"{len(found)} items begin" if found else "No item begins"
            raise Refused(f"{what} with {item_id!r}. `reel status --all` lists them all.")
        return self.api.item(found[0].item_id)


@click.group(epilog=CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def reel() -> None:
    """Send videos to a reelbucket server, and see how they are."""


@dataclass(frozen=True)
class Asked:
    """What every command takes."""

    server: str | None
    client: str | None
    as_json: bool


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every command takes, and give them as one value."""

    @click.option(
        "--server", metavar="URL", help="The site's address; else REEL_SERVER, else the local stack. REEL_TOKEN lets you in."
    )
    @click.option("--client", metavar="NAME", help="Whose items; else REEL_CLIENT, else you on this machine.")
    @click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output, for programs.")
    @functools.wraps(command)
    def run(*, server: str | None, client: str | None, as_json: bool, **rest: object) -> None:
        command(asked=Asked(server, client, as_json), **rest)

    return run


def _noted(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that make a note, and give them as one value."""

    @click.option("--title", help="The title on its page; else the file's name. For one FILE.")
    @click.option("--description", help="A text for its page.")
    @click.option("--tag", "tags", multiple=True, help="A tag; may be given several times.")
    @functools.wraps(command)
    def run(*, title: str | None, description: str | None, tags: tuple[str, ...], **rest: object) -> None:
        command(note=Note(title=title, description=description, tags=tags), **rest)

    return run


@reel.command(epilog=CODES)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--wait", is_flag=True, help="Wait until it can be watched.")
@click.option("--preset", metavar="NAME", help="What is made of it, such as modern; else what the server makes of all.")
@_noted
@_common
def upload(asked: Asked, files: Sequence[Path], *, wait: bool, preset: str | None, note: Note) -> None:
    """Send files. Each begins to play while it is still being encoded.

    Run it again after an interruption: what has arrived is not sent twice. The page's address goes to standard output.
    """
    if note.title is not None and len(files) > 1:
        raise Misused("--title is for one video. Send one FILE at a time with it.")
    running = _reel(asked)
    sent = []
    for item in _sent(running, files, note, preset, wait=wait):
        sent.append(item)
        if not asked.as_json:
            _tell(running, item)
    if asked.as_json:
        _write_json([_plain(item, running.server) for item in sent])
    if len(sent) < len(files) or any(item.phase in BAD for item in sent):
        sys.exit(Refused.exit_code)


def _sent(running: Reel, files: Sequence[Path], note: Note, preset: str | None, *, wait: bool) -> Iterator[Item]:
    """Send files one after the other. One that is refused does not keep the next from being sent."""
    for path in files:
        try:
            item = running.upload(path, note, preset)
            yield running.watchable(item) if wait else item
        except Refused as error:
            if error.status == HTTPStatus.UNAUTHORIZED:
                raise  # the next file would fare no better
            running.screen.fault(f"{path.name}: {error}")


def _tell(running: Reel, item: Item) -> None:
    """Say what became of a file that was sent."""
    for fault in item.faults():
        running.screen.fault(f"{item.file_name} was {item.phase}: {fault.message} {fault.todo}")
    if item.phase in BAD:
        return
    then = "can be watched:" if item.watchable else "is sent, and can be watched as soon as its first seconds are encoded:"
    running.screen.say(f"{item.file_name} {then}", "green")
    running.screen.give(running.server.page(item.page))


@reel.command(epilog=CODES)
@click.argument("item", required=False)
@click.option("--all", "everything", is_flag=True, help="List all items, not the newest alone.")
@_common
def status(asked: Asked, item: str | None, *, everything: bool) -> None:
    """Tell how what you sent is: the newest items, or one ITEM (the first characters of its id will do)."""
    running = _reel(asked)
    if item:
        found = running.named(item)
        _write_json(_plain(found, running.server)) if asked.as_json else running.screen.show(found, running.server)
        return
    items = list(running.api.items()) if everything else running.api.newest()
    if asked.as_json:
        _write_json([_plain(each, running.server) for each in items])
    elif items:
        running.screen.list(items)
    else:
        running.screen.say(f"{running.api.client} has sent nothing yet. `reel upload FILE` sends a video.")


def _reel(asked: Asked) -> Reel:
    pool = connections()
    server = find_server(asked.server, os.environ, pool)
    api = Api(server, asked.client or default_client(os.environ), pool)
    return Reel(server, api, _screen(), Sender(api, patience), time.sleep)


def _screen() -> Screen:
    out, err = Console(), Console(stderr=True)
    if not out.is_terminal:
        out.width = WIDE
    return Screen(out, err)


def _plain(item: Item, server: Server) -> dict[str, object]:
    """Give an item as the server told it, with the whole address of its page."""
    return {**msgspec.to_builtins(item), "address": server.page(item.page)}


def _write_json(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value)))


def main() -> None:
    """Run the command, and end the process with its exit code."""
    try:
        reel.main(prog_name="reel", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Failed as error:
        _screen().fault(str(error))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _screen().say("Stopped. Run the same command again to go on; what has arrived is not sent twice.")
        sys.exit(STOPPED)
