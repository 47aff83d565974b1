"""Puts a sample video into the inbox and waits until its page plays it."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from functions.common import keys, schema
from functions.common.model import Manifest
from infra.local.account import Account
from infra.local.command import LocalError, run, say
from infra.local.places import ROOT

if TYPE_CHECKING:
    from infra.local.stack import Stack

STEM = "demo"
NOTE = {
    "title": "A sample video",
    "description": "Half a minute of a test picture with a frame counter and a beep for each second.",
    "tags": ["sample"],
}
WAIT_SECONDS = 300  # the first three segments of 1080p in four heights take 20 s on two processors
POLL_SECONDS = 0.5


def show_demo(stack: "Stack") -> str:
    """Make and upload the sample, wait until its page plays; give the page's address. A second call uploads nothing.

    The rest of it is encoded while somebody watches.
    """
    account, video = Account.at(stack.endpoint), keys.video_id(STEM)
    if not _manifest(account, stack, video):
        _upload(account, stack, _clip())
    _await(account, stack, video)
    return stack.site_url + keys.WATCH_PAGE.key(id=video)


def _clip() -> Path:
    say("making the sample video")
    made = run([sys.executable, "-m", "tests.media", "demo"], cwd=ROOT)
    return Path(made.strip().splitlines()[-1])


def _upload(account: Account, stack: "Stack", clip: Path) -> None:
    say("putting the sample video and its note into the inbox")
    account.s3.put_object(Bucket=stack.inbox_bucket, Key=f"{STEM}.json", Body=json.dumps(NOTE).encode())
    account.s3.upload_file(str(clip), stack.inbox_bucket, f"{STEM}{clip.suffix}")


def _await(account: Account, stack: "Stack", video: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        manifest = _manifest(account, stack, video)
        if manifest and manifest.playable and _is_there(account, stack.site_bucket, keys.WATCH_PAGE.key(id=video)):
            return
        if manifest and manifest.status in {"failed", "rejected"}:
            raise LocalError(f"the sample video was not made: {manifest.status}, {manifest.error}")
        time.sleep(POLL_SECONDS)
    raise LocalError(f"the sample video could not be played after {WAIT_SECONDS} s; the functions' logs are in .local/run/logs")


def _is_there(account: Account, bucket: str, key: str) -> bool:
    return any(found["Key"] == key for found in account.s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", []))


def _manifest(account: Account, stack: "Stack", video: str) -> Manifest | None:
    try:
        found = account.s3.get_object(Bucket=stack.media_bucket, Key=keys.MANIFEST.key(id=video))
    except account.s3.exceptions.NoSuchKey:
        return None
    manifest: Manifest = schema.load(Manifest, found["Body"].read())
    return manifest
