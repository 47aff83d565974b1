"""The commands of whoever runs a server or sets `reel` up: queue, tokens, invitations, copies, configuration, completion."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import get_completion_class

from .config import KEYS, Config
from .failures import Misused, Refused
from .items import Token
from .screen import amount
from .server import local_stack
from .shell import CODES, NO_BOTO3, Asked, Reel, common, open_reel, open_screen, reel, write_json

if TYPE_CHECKING:
    from .library import Library

BUCKETS: Final = ("inbox", "work", "media")
STACK: Final = click.option(
    "--stack", metavar="NAME", help="A stack in AWS, with the credentials of the AWS command line; else the local one."
)
VIDEO: Final = re.compile(r"\b([a-z2-7]{16})(?:\.html)?$")  # at the end of a page's address
ACTIONS: Final = ("read", "send", "delete")


@reel.command(epilog=CODES)
@common
def queue(asked: Asked) -> None:
    """Tell what is to do, in progress, failed, done lately."""
    running = open_reel(asked)
    found = running.client.api.queue()
    write_json(found) if asked.as_json else running.screen.queue(found)


@reel.group()
def token() -> None:
    """Make, list and revoke tokens.

    By them others use the server. Only its operator makes them.
    """


@token.command("make", epilog=CODES)
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How long it is in force.")
@click.option(
    "--may", type=click.Choice(ACTIONS), multiple=True, default=ACTIONS, help="What it allows; else all. Several times for several."
)
@click.option("--most-bytes", type=click.IntRange(1), help="The largest file.")
@click.option("--quota-bytes", type=click.IntRange(1), help="All files of the client together.")
@common
def make(asked: Asked, name: str, **wish: object) -> None:
    """Make a token for the client NAME. It goes to standard output, once: nobody can look it up later."""
    running = open_reel(asked)
    made = running.client.api.issue({"client_id": name} | {field: value for field, value in wish.items() if value is not None})
    if asked.as_json:
        write_json(made)
        return
    running.screen.say(f"For {name}, until {made.note.expires_at}; `reel token revoke {made.note.id}` ends it before:")
    running.screen.give(made.token)


@token.command("list", epilog=CODES)
@common
def list_(asked: Asked) -> None:
    """List the tokens in force."""
    running = open_reel(asked)
    found = running.client.api.tokens().tokens
    if asked.as_json:
        write_json(found)
    elif found:
        running.screen.table(
            [(note.id, note.client_id, f"may {', '.join(note.may)}", f"until {note.expires_at}", _bounds(note)) for note in found]
        )
    else:
        running.screen.say("There is no token but yours. `reel token make NAME` makes one.")


@token.command("revoke", epilog=CODES)
@click.argument("token_id", metavar="ID")
@common
def revoke(asked: Asked, token_id: str) -> None:
    """End a token before its time. It has no more effect from now on."""
    running = open_reel(asked)
    if token_id not in {note.id for note in running.client.api.tokens().tokens}:
        raise Refused(f"No token in force has the id {token_id!r}. `reel token list` lists them.")
    running.client.api.revoke(token_id)
    running.screen.say(f"The token {token_id} is revoked.")


def _bounds(note: Token) -> str:
    bounds = ((note.most_bytes, "a file"), (note.quota_bytes, "in all"))
    return ", ".join(f"{amount(bytes_)} {of}" for bytes_, of in bounds if bytes_)


@reel.command(epilog=CODES)
@click.argument("video", required=False)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How long the link lets in.")
@common
def invite(asked: Asked, video: str | None, days: int) -> None:
    """Make a link that lets a browser into a private library, or to one VIDEO of it. It goes to standard output.

    VIDEO is an item's id, or the address of a page. Whoever has the link comes in until it is over; docs/private.md tells how to
    end all links before.
    """
    running = open_reel(asked)
    site = running.client.server.site
    if site is None:
        raise Misused("Where the site is, is not known. Give --server with the site's address, not the API's.")
    which: dict[str, object] = {"video_id": _video(running, video)} if video else {}
    made = running.client.api.invite({"site": site, "days": days} | which)
    if asked.as_json:
        write_json(made)
        return
    running.screen.say(f"Until {made.expires_at}, for everybody who has it:")
    running.screen.give(made.link)


def _video(running: Reel, name: str) -> str:
    page = VIDEO.search(name)
    return page[1] if page else running.client.named(name).video_id


@reel.command(epilog=CODES)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@STACK
def backup(folder: Path, stack: str | None) -> None:
    """Copy a whole library into FOLDER.

    Everything: what was sent, what was made of it, and what the stages know. What is in FOLDER already is not copied again.
    """
    screen = open_screen()
    count = _library(stack).backup(folder, screen.say)
    screen.say(f"{count} objects are in {folder}.")


@reel.command(epilog=CODES)
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@STACK
def restore(folder: Path, stack: str | None) -> None:
    """Put a library from FOLDER into an empty stack.

    Nothing is encoded again.
    """
    screen = open_screen()
    count = _library(stack).restore(folder, screen.say)
    screen.say(f"{count} objects are back.")


def _library(stack: str | None) -> "Library":
    """Open the buckets of a stack. Raises Misused."""
    try:
        import boto3  # noqa: PLC0415  # who only sends needs it not

        from .account import open_session  # noqa: PLC0415
        from .library import Library  # noqa: PLC0415
    except ImportError as error:
        raise Misused(NO_BOTO3) from error
    if stack is None:
        found = local_stack(os.environ)
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=found["region"])  # noqa: S106  # LocalStack's
        s3 = session.client("s3", endpoint_url=found["endpoint"])
        return Library(s3, {name: found[f"{name}_bucket"] for name in BUCKETS})
    session = open_session(None, os.environ)
    (described,) = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    return Library(session.client("s3"), {name: outputs[f"{name.title()}BucketName"] for name in BUCKETS})


@reel.command(epilog=CODES)
@click.argument("setting", required=False, type=click.Choice(list(KEYS)))
@click.argument("value", required=False)
@click.option("--unset", is_flag=True, help="Take SETTING out.")
def config(setting: str | None, value: str | None, *, unset: bool) -> None:
    """Show or change the configuration.

    Shows one SETTING, or sets it to VALUE.
    """
    known, screen = Config.read(os.environ), open_screen()
    if setting is None:
        screen.say(str(known.path))
        screen.table([(name, _shown(name, known.get(name)), said) for name, said in KEYS.items()])
    elif unset or value is not None:
        known.put(setting, None if unset else value)
        screen.say(f"{known.path}: {setting} is {'taken out' if unset else 'set'}.")
    elif (found := known.get(setting)) is not None:
        screen.give(found)
    else:
        raise Misused(f"{setting} is not set. `reel config {setting} VALUE` sets it: {KEYS[setting]}.")


def _shown(name: str, value: str | None) -> str:
    """Show a setting; of a token only its end, for somebody may look over one's shoulder."""
    return "" if value is None else f"…{value[-4:]}" if name == "token" else value


@reel.command(epilog=CODES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Write what makes SHELL complete the command.

    reel completion bash > ~/.local/share/bash-completion/completions/reel
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise Misused(f"There is no completion for {shell}.")
    click.echo(kind(reel, {}, "reel", "_REEL_COMPLETE").source())
