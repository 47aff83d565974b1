"""The local stack as a whole: up, down, and where it is."""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from client.reel.failures import Failed
from client.reel.library import Library
from infra import sam
from infra.local import deployment, emulator, seed
from infra.local.account import REGION, Account, bucket_name, emulated_api
from infra.local.command import LocalError, end_with, say
from infra.local.fingerprint import fingerprint, is_stamped, put_stamp
from infra.local.places import Places, places
from infra.local.site import Site, render_anew
from infra.secret import keep_secret

BUCKETS = ("Inbox", "Work", "Media", "Site")


@dataclass(frozen=True)
class Stack:
    """A running stack, as in ``stack.json``; every URL ends with a slash, but for ``endpoint`` and ``api_url``."""

    endpoint: str
    region: str
    inbox_bucket: str
    work_bucket: str
    media_bucket: str
    site_bucket: str
    site_url: str  # another origin than media_url, as in the cloud
    media_url: str
    api_url: str  # the routes of the API follow it: /api/v1/item
    api_token: str
    queues: Mapping[str, str]  # stage → address

    @classmethod
    def read(cls, path: Path) -> "Stack":
        """Read ``stack.json``; LocalError where there is none."""
        if not path.is_file():
            raise LocalError(f"{path} is not there; `make up` starts the stack and writes it")
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        """Write ``stack.json`` for this user alone: it holds the API's secret."""
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)


def up(where: Places, parameters: Mapping[str, str] | None = None) -> Stack:
    """Start the stack, or bring a running one up to date; ``parameters`` are the template's, beside the local ones."""
    where.own.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        built = pool.submit(sam.build)
        found = _running(where)
        running = found or emulator.start(where)
        build = built.result()
    account = Account.at(running.endpoint)
    token = _token(account, where)
    addresses = {
        "SiteUrl": _site_url(running.port, bucket_name("site")),
        "MediaUrl": _media_url(running.port, bucket_name("media")),
    }
    _deploy(account, build, {**deployment.PARAMETERS, **addresses, **(parameters or {})}, where)
    stack = _described(account, running.port, token)
    stack.write(where.stack_file)
    if found is None:
        _bring_back(account, stack, where)
    _publish_site(account, stack, build, where)
    return stack


def _deploy(account: Account, build: str, parameters: Mapping[str, str], where: Places) -> None:
    stamp, mark = where.run / "deployed", fingerprint([], build, str(sorted(parameters.items())))
    if not is_stamped(stamp, mark):
        deployment.deploy(account, parameters)
        emulator.require_clean_log(where)
        put_stamp(stamp, mark)


def _publish_site(account: Account, stack: Stack, build: str, where: Places) -> None:
    site = Site(account.s3, stack.site_bucket, stack.media_url, stack.api_url)
    stamp, mark = where.run / "site", fingerprint([], build, *map(str, site.files()))
    if not is_stamped(stamp, mark):
        site.publish()
        render_anew(account.s3, stack.media_bucket, account.sqs, stack.queues["catalogue"])
        put_stamp(stamp, mark)


def keep(where: Places) -> None:
    """Copy the library beside the emulator, which forgets everything when it ends; `up` brings it back."""
    running = emulator.running(where)
    if running and running.is_healthy() and where.stack_file.is_file():
        stack = Stack.read(where.stack_file)
        count = library_of(Account.at(stack.endpoint), stack).backup(where.library, lambda _: None)
        say(f"kept {count} objects of the library in {where.library}")


def _bring_back(account: Account, stack: Stack, where: Places) -> None:
    if where.library.is_dir():
        count = library_of(account, stack).restore(where.library, lambda _: None)
        say(f"brought back {count} objects of the library")


def library_of(account: Account, stack: Stack) -> Library:
    """Give what `keep` and `up` copy."""
    return Library(account.s3, {"inbox": stack.inbox_bucket, "work": stack.work_bucket, "media": stack.media_bucket})


def down(where: Places) -> bool:
    """Stop the stack, and nothing else; tell whether one was running."""
    where.stack_file.unlink(missing_ok=True)
    return emulator.stop(where)


def _running(where: Places) -> emulator.Emulator | None:
    found = emulator.running(where)
    if found and not found.is_healthy():
        say("the emulator runs and does not answer; starting it anew")
        emulator.stop(where)
        return None
    return found


def _token(account: Account, where: Places) -> str:
    """Give the API's secret, which the emulator forgets when it ends; the tokens that it signed are in force after a restart."""

    def kept() -> str:
        if not where.token_file.is_file():
            where.token_file.touch(mode=0o600)
            where.token_file.write_text(secrets.token_urlsafe(32))
        return where.token_file.read_text()

    return keep_secret(account.ssm, deployment.TOKEN_PARAMETER, kept)


def _described(account: Account, port: int, token: str) -> Stack:
    found = deployment.resources(account)
    buckets = {name: found[f"{name}Bucket"][1] for name in BUCKETS}
    rest_api = next(physical for kind, physical in found.values() if kind == "AWS::ApiGateway::RestApi")
    return Stack(
        endpoint=account.endpoint,
        region=REGION,
        inbox_bucket=buckets["Inbox"],
        work_bucket=buckets["Work"],
        media_bucket=buckets["Media"],
        site_bucket=buckets["Site"],
        site_url=_site_url(port, buckets["Site"]),
        media_url=_media_url(port, buckets["Media"]),
        api_url=emulated_api(account.endpoint, rest_api),
        api_token=token,
        queues=_queues(found),
    )


def _site_url(port: int, bucket: str) -> str:
    return f"http://{emulator.HOST}:{port}/{bucket}/"


def _media_url(port: int, bucket: str) -> str:
    """Give another origin than the site's, as in the cloud."""
    return f"http://localhost:{port}/{bucket}/"


def _queues(found: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Give each stage's queue: IngestQueue → ingest; queues of dead letters as well: IngestDeadQueue → ingestdead."""
    queues = {name: address for name, (kind, address) in found.items() if kind == "AWS::SQS::Queue"}
    return {name.removesuffix("Queue").lower(): address for name, address in queues.items()}


def main() -> None:
    """``up`` starts or renews the stack and shows a video (SEED= leaves that out); ``down`` keeps its library (KEEP= does not)."""
    try:
        where = places()
        match sys.argv[1:]:
            case ["up"]:
                _announce(up(where), seeds=bool(os.environ.get("SEED", "demo")))
            case ["down"]:
                if os.environ.get("KEEP", "library"):
                    keep(where)
                else:
                    shutil.rmtree(where.library, ignore_errors=True)
                say("stopped" if down(where) else "nothing was running")
            case _:
                sys.exit("usage: python -m infra.local.stack up | down")
    except (LocalError, Failed, ValueError) as error:
        end_with(error)


def _announce(stack: Stack, *, seeds: bool) -> None:
    say(f"the site: {stack.site_url}index.html")
    say(f"the inbox, for any S3 tool: s3://{stack.inbox_bucket} at {stack.endpoint}")
    say("to upload: bin/reel upload FILE… --wait, or the page upload.html beside the site's front page")
    if seeds:
        say(f"a video: {seed.show_sample(stack)}")


if __name__ == "__main__":
    main()
