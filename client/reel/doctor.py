"""The command that looks whether all is well: here and at the server, in an AWS account, in a store."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import click

from .failures import Failed, Misused, Refused
from .items import Check
from .parameters import Wish, read_parameters
from .screen import amount
from .shell import CODES, NO_BOTO3, Asked, Reel, common, open_reel, open_screen, reel, write_json

SKEW_S: Final = 300  # S3 refuses a signature of another time by 15 minutes; a clock that is off by 5 will be


@reel.command(epilog=CODES)
@click.option(
    "--store",
    metavar="s3://BUCKET[/PREFIX]",
    help="Try a store itself, without a server, with the credentials of the AWS command line.",
)
@click.option("--endpoint", metavar="URL", help="Where that store is; else AWS, or what its configuration says.")
@click.option("--aws", is_flag=True, help="Look at an AWS account instead, before something is deployed to it; changes nothing.")
@click.option("--region", metavar="REGION", help="The account's region; else that of the AWS command line. With --aws.")
@click.option("--parameters", metavar="TEXT", default="", help="The deployment's, as make deploy takes them. With --aws.")
@common
def doctor(  # noqa: PLR0913  # its options
    asked: Asked, *, store: str | None, endpoint: str | None, aws: bool, region: str | None, parameters: str
) -> None:
    """Look whether all is well here and there.

    Says what to do where it is not. With the operator's token the server tries its store too. With --store a bucket is tried
    that is to hold a reelbucket, by some 2,200 small requests; what they write is removed again.
    """
    if endpoint is not None and store is None:
        raise Misused("--endpoint says where a store is. Name the store too: --store s3://BUCKET")
    if not aws and (region or parameters):
        raise Misused("--region and --parameters go with --aws.")
    if aws and store is not None:
        raise Misused("--aws looks at an account, --store at a bucket. Give one of them.")
    if store is not None:
        checks = list(_store_checks(store, endpoint))
    else:
        checks = list(_of_account(region, parameters) if aws else _checks(asked))
    if asked.as_json:
        write_json(checks)
    else:
        open_screen().checks(checks)
    if not all(check.well for check in checks):
        if store is not None:
            open_screen().fault(
                "This store cannot hold a reelbucket: work would be lost. docs/stores.md tells what each promise is for."
            )
        sys.exit(Refused.exit_code)


def _store_checks(store: str, endpoint: str | None) -> Iterator[Check]:
    """Try a store. Raises Failed."""
    try:
        from .stores import Store  # noqa: PLC0415  # who only sends needs no boto3
    except ImportError as error:
        raise Misused(NO_BOTO3) from error
    yield from Store.at(store, endpoint).checks(open_screen().say)


def _checks(asked: Asked) -> Iterator[Check]:
    try:
        running = open_reel(asked)
    except Failed as error:
        yield Check("server and token", well=False, said=str(error))
        return
    server = running.client.server
    yield Check("server", well=True, said=server.api)
    yield _clock(running)
    me = running.client.api.me()
    whose = f"of the client {me.client_id}, until {me.expires_at}" if me.client_id else "the operator's own"
    yield Check("token", well="send" in me.may, said=f"{whose}; may {', '.join(me.may)}")
    yield Check("site", well=bool(server.site), said=server.site or "not known: give the site's address, and links are told whole")
    if me.client_id is None:
        yield from running.client.api.checks().checks
    folder = Path(running.config.get("downloads") or ".").expanduser()
    if folder.is_dir():
        yield Check(
            "downloads", well=os.access(folder, os.W_OK), said=f"{folder.resolve()}, {amount(shutil.disk_usage(folder).free)} free"
        )
    else:
        yield Check("downloads", well=True, said=f"{folder} is made when something is fetched")


def _of_account(region: str | None, parameters: str) -> Iterator[Check]:
    try:
        from .account import Account, open_session  # noqa: PLC0415  # who only sends needs no boto3
    except ImportError as error:
        raise Misused(NO_BOTO3) from error
    wish = Wish.of(read_parameters(parameters))
    yield from Account(open_session(region, os.environ), wish).checks()


def _clock(running: Reel) -> Check:
    answer = running.client.api.pool.request("GET", f"{running.client.server.api}/health")
    said = answer.headers.get("Date")
    off_s = abs(parsedate_to_datetime(said).timestamp() - time.time()) if said else 0.0
    return Check(
        "clock",
        well=off_s < SKEW_S,
        said=f"{off_s:.0f} s from the server's" + ("" if off_s < SKEW_S else ": set this machine's clock"),
    )
