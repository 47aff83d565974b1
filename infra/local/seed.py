"""Puts a sample video into the inbox and waits until its page plays it."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from functions.common import keys, schema
from functions.common.model import Manifest
from functions.transcode.binaries import find_tools
from infra.local.account import Account
from infra.local.command import LocalError, run, say
from infra.local.places import TOOLS

if TYPE_CHECKING:
    from infra.local.stack import Stack

STEM = "sample"
NOTE = {
    "title": "A sample video",
    "description": "Half a minute of slowly turning colours and a quiet chord, to show that it works.",
    "tags": ["sample"],
}
PALETTE = "nb_colors=5:c0=#0b2545:c1=#13315c:c2=#8da9c4:c3=#eef4ed:c4=#ff8c61"
COLOURS = f"gradients=size=320x180:rate=25:type=spiral:speed=0.02:seed=11:{PALETTE},scale=1280:720:flags=bicubic"
CHORD = "aevalsrc='0.04*(sin(2*PI*220*t)+sin(2*PI*277*t)+sin(2*PI*330*t))':s=48000"
SECONDS = 30
WAIT_SECONDS = 300  # the first three segments take 5 s on two processors
POLL_SECONDS = 0.5


def show_sample(stack: "Stack") -> str:
    """Make and upload the sample, wait until its page plays; give the page's address. A second call uploads nothing.

    The rest of it is encoded while somebody watches.
    """
    account, video = Account.at(stack.endpoint), keys.video_id(STEM)
    if not _manifest(account, stack, video):
        _upload(account, stack, _clip())
    _await(account, stack, video)
    return stack.site_url + keys.WATCH_PAGE.key(id=video)


def _clip() -> Path:
    clip = TOOLS / "sample.mp4"
    if not clip.exists():
        say("making the sample video")
        half = clip.with_suffix(".half.mp4")
        inputs = [word for source in (COLOURS, CHORD) for word in ("-f", "lavfi", "-i", source)]
        coded = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
        run([find_tools().ffmpeg, "-v", "error", "-nostdin", "-y", *inputs, "-t", str(SECONDS), *coded, half], cwd=TOOLS)
        half.replace(clip)
    return clip


def _upload(account: Account, stack: "Stack", clip: Path) -> None:
    say("putting the sample video and its note into the inbox")
    account.s3.put_object(Bucket=stack.inbox_bucket, Key=f"{STEM}.json", Body=json.dumps(NOTE).encode())
    account.s3.upload_file(str(clip), stack.inbox_bucket, f"{STEM}{clip.suffix}")


def _await(account: Account, stack: "Stack", video: str) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        manifest = _manifest(account, stack, video)
        if manifest and manifest.playable and _has(account, stack.site_bucket, keys.WATCH_PAGE.key(id=video)):
            return
        if manifest and manifest.status in {"failed", "rejected"}:
            raise LocalError(f"the sample video was not made: {manifest.status}, {manifest.error}")
        time.sleep(POLL_SECONDS)
    raise LocalError(f"the sample video could not be played after {WAIT_SECONDS} s; the functions' logs are in .local/run/logs")


def _has(account: Account, bucket: str, key: str) -> bool:
    return any(found["Key"] == key for found in account.s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", []))


def _manifest(account: Account, stack: "Stack", video: str) -> Manifest | None:
    try:
        found = account.s3.get_object(Bucket=stack.media_bucket, Key=keys.MANIFEST.key(id=video))
    except account.s3.exceptions.NoSuchKey:
        return None
    manifest: Manifest = schema.load(Manifest, found["Body"].read())
    return manifest
