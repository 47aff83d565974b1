"""The commands on items: sending them, following them, fetching what was made of them. `shell.CODES` tells the exit codes."""

import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Final

import click

from . import doctor, operating
from .failures import Failed, Misused, Refused
from .gathering import gathered
from .items import BAD, Item, Note
from .shell import CODES, Asked, Reel, common, open_reel, open_screen, plain, reel, write_json

STOPPED: Final = 130  # as shells say it of Ctrl-C


def _noted(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that make a note, and give them as one value."""

    @click.option("--title", help="The title on its page; else the file's name. For one FILE.")
    @click.option("--description", help="A text for its page.")
    @click.option("--tag", "tags", multiple=True, help="A tag; may be given several times.")
    @click.option("--channel", help="The channel that it belongs to.")
    @click.option("--date", metavar="TIME", help="When it was made, as 2026-03-05T10:00:00Z; else when it came.")
    @click.option("--language", metavar="TAG", help="The language that is spoken, as en or pt-BR.")
    @click.option("--unlisted", is_flag=True, help="Reached by its link alone: in no list, search or feed.")
    @wraps(command)
    def run(*, tags: tuple[str, ...], unlisted: bool, **rest: object) -> None:
        words = {name: rest.pop(name) for name in ("title", "description", "channel", "date", "language")}
        note = Note(tags=tags, visibility="unlisted" if unlisted else None, **words)  # type: ignore[arg-type]  # texts, all of them
        command(note=note, **rest)

    return run


@dataclass(frozen=True)
class Way:
    """How files are sent. `name` is that of what comes from standard input."""

    wait: bool
    preset: str | None
    checksum: bool
    name: str | None


def _sent_so(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how files are sent, and give them as one value."""

    @click.option("--wait", is_flag=True, help="Wait until it can be watched.")
    @click.option("--preset", metavar="NAME", help="What is made of it, such as modern; else what the server makes of all.")
    @click.option("--checksum", is_flag=True, help="Have the server compare the SHA-512 of the whole file before it does any work.")
    @click.option("--name", metavar="FILE", help="The file's name, where FILE is - and comes from standard input.")
    @wraps(command)
    def run(*, wait: bool, preset: str | None, checksum: bool, name: str | None, **rest: object) -> None:
        command(way=Way(wait, preset, checksum, name), **rest)

    return run


@reel.command(epilog=CODES)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@_sent_so
@_noted
@common
def upload(asked: Asked, files: Sequence[Path], way: Way, note: Note) -> None:
    """Send files or folders.

    Of a folder all videos, sounds and pictures are sent; - is what comes from standard input. Each begins to play while it is still
    being encoded. Run it again after an interruption: what has arrived is not sent twice. The page's address goes to standard
    output.
    """
    with gathered(files, way.name) as paths:
        if note.title is not None and len(paths) > 1:
            raise Misused("--title is for one video. Send one FILE at a time with it.")
        running = open_reel(asked)
        preset = way.preset or running.config.get("preset")
        sent = []
        for item in _sent(running, paths, lambda path: running.upload(path, note, preset, checksum=way.checksum), wait=way.wait):
            sent.append(item)
            if not asked.as_json:
                _tell(running, item)
    if asked.as_json:
        write_json([plain(item, running.client.server) for item in sent])
    if len(sent) < len(paths) or any(item.phase in BAD for item in sent):
        sys.exit(Refused.exit_code)


def _sent(running: Reel, paths: Sequence[Path], send: Callable[[Path], Item], *, wait: bool) -> Iterator[Item]:
    """Send files one after the other. One that is refused does not keep the next from being sent."""
    for path in paths:
        try:
            item = send(path)
            yield running.awaited(item, until_watchable=True) if wait else item
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
    running.screen.give(running.client.server.page(item.page))


@reel.command(epilog=CODES)
@click.argument("item", required=False)
@common
def status(asked: Asked, item: str | None) -> None:
    """Tell how one ITEM is.

    The last characters of its id will do. Without ITEM, all that you sent lately.
    """
    running = open_reel(asked)
    if item is None:
        _list(running, running.client.api.newest(), as_json=asked.as_json)
        return
    found = running.client.named(item)
    write_json(plain(found, running.client.server)) if asked.as_json else running.screen.show(found, running.client.server)


@reel.command("list", epilog=CODES)
@click.option("--all", "everything", is_flag=True, help="All of them, not the newest hundred alone.")
@common
def list_(asked: Asked, *, everything: bool) -> None:
    """Tell how what you sent is, the newest first."""
    running = open_reel(asked)
    _list(running, list(running.client.items()) if everything else running.client.api.newest(), as_json=asked.as_json)


def _list(running: Reel, items: Sequence[Item], *, as_json: bool) -> None:
    if as_json:
        write_json([plain(each, running.client.server) for each in items])
    elif items:
        running.screen.list(items)
    else:
        running.screen.say(f"{running.client.api.client} has sent nothing yet. `reel upload FILE` sends a video.")


@reel.command(epilog=CODES)
@click.argument("items", nargs=-1, required=True, metavar="ITEM…")
@click.option("--watchable", is_flag=True, help="Only until it can be watched.")
@common
def wait(asked: Asked, items: Sequence[str], *, watchable: bool) -> None:
    """Wait until ITEMs are ready.

    Fails when one of them fails, or was rejected.
    """
    running = open_reel(asked)
    done = [running.awaited(running.client.named(item), until_watchable=watchable) for item in items]
    if asked.as_json:
        write_json([plain(item, running.client.server) for item in done])
    else:
        running.screen.list(done)
    if any(item.phase in BAD for item in done):
        sys.exit(Refused.exit_code)


@reel.command(epilog=CODES)
@click.argument("items", nargs=-1, required=True, metavar="ITEM…")
@click.option(
    "--as",
    "kind",
    metavar="KIND",
    help="mp4, webm, mkv, hls, of a picture webp, avif or jpg, or original; else the best single file that there is.",
)
@click.option("--to", "folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path), help="Where to; else here.")
@common
def download(asked: Asked, items: Sequence[str], *, kind: str | None, folder: Path | None) -> None:
    """Fetch what was made of ITEMs.

    Run it again after an interruption: what has arrived is not fetched twice. All that arrives is checked. The file's name goes to
    standard output.
    """
    running = open_reel(asked)
    into = folder or Path(running.config.get("downloads") or ".").expanduser()
    paths = []
    for name in items:
        item = running.client.named(name)
        with running.screen.fetching(item.file_name) as moved:
            paths.append(running.client.download(item, into, kind, moved))
        if not asked.as_json:
            running.screen.give(str(paths[-1]))
    if asked.as_json:
        write_json([str(path) for path in paths])


@reel.command(epilog=CODES)
@click.argument("items", nargs=-1, required=True, metavar="ITEM…")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def delete(asked: Asked, items: Sequence[str], *, yes: bool) -> None:
    """Delete ITEMs with their videos.

    Whatever is being done with them ends.
    """
    running = open_reel(asked)
    for item in [running.client.named(name) for name in items]:
        if not yes and not click.confirm(f"Delete {item.file_name} with its video, for good?", err=True):
            continue
        running.client.delete(item)
        running.screen.say(f"{item.file_name} is deleted.")


@reel.command(epilog=CODES)
@click.argument("items", nargs=-1, required=True, metavar="ITEM…")
@common
def retry(asked: Asked, items: Sequence[str]) -> None:
    """Try again what failed of ITEMs.

    What is done stays done.
    """
    running = open_reel(asked)
    tried = [running.client.retry(running.client.named(item)) for item in items]
    write_json([plain(item, running.client.server) for item in tried]) if asked.as_json else running.screen.list(tried)


@reel.command(epilog=CODES)
@click.argument("items", nargs=-1, metavar="ITEM…")
@click.option("--all", "everything", is_flag=True, help="All that is ready.")
@click.option("--preset", metavar="NAME", help="What is made of it, such as modern; else the same, as the server makes it today.")
@common
def reencode(asked: Asked, items: Sequence[str], *, everything: bool, preset: str | None) -> None:
    """Encode ITEMs again.

    The old one plays until the new one is ready, and links stay. Nothing is encoded again unless somebody asks.
    """
    if bool(items) is everything:
        raise Misused("Name ITEMs, or give --all.")
    running = open_reel(asked)
    found = [item for item in running.client.items() if item.phase == "ready"] if everything else map(running.client.named, items)
    begun = [running.client.reencode(item, preset) for item in found]
    if asked.as_json:
        write_json([plain(item, running.client.server) for item in begun])
    else:
        running.screen.say(f"{len(begun)} will be encoded again.")


@reel.command("open", epilog=CODES)
@click.argument("item")
@common
def open_(asked: Asked, item: str) -> None:
    """Open an ITEM's page in the browser."""
    running = open_reel(asked)
    address = running.client.server.page(running.client.named(item).page)
    running.screen.give(address)
    webbrowser.open(address)


def main() -> None:
    """Run the command, and end the process with its exit code."""
    try:
        reel.main(prog_name="reel", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Failed as error:
        open_screen().fault(str(error))
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        open_screen().say("Stopped. Run the same command again to go on; what has arrived is not sent twice.")
        sys.exit(STOPPED)


__all__ = ["doctor", "main", "operating", "reel"]
