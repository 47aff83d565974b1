"""What it costs an upload that its page, or the whole browser, is killed twenty times, each at a random byte."""

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from infra.local.browser import link_browser
from infra.local.command import LocalError
from infra.local.places import BIN
from tests.benchmarks.figures import Figure
from tests.benchmarks.library import library
from tests.benchmarks.sending import SIZE, write
from tests.browser.deaths import LANES, After, send_dying
from tests.browser.profile import Profile
from tests.browser.proxy import Proxy, proxy
from tests.stack.library import Library

KILLS: Final = 20
SEED: Final = 20
BLOCK: Final = 10_000_000  # bytes that are compared at once


def measure() -> list[Figure]:
    """Kill one upload, by turns its browser and its page, and send it to the end."""
    link_browser(BIN / "chromium")
    chance = random.Random(SEED)  # noqa: S311  # the same bytes each time
    with tempfile.TemporaryDirectory() as folder, library() as found, proxy() as line, sync_playwright() as driver:
        file = Path(folder) / "large.mp4"
        write(file)
        person = Profile(driver.chromium, Path(folder) / "profile", line.url)
        after = send_dying(found.stack, person, line, file, sorted(chance.sample(range(SIZE), KILLS)))
        person.close()
        _compare(found, file)
    return _figures(after, line)


def _compare(found: Library, file: Path) -> None:
    """Read the object beside the file; LocalError where a byte differs."""
    (key,) = found.keys(found.stack.inbox_bucket, "")
    body = found.s3.get_object(Bucket=found.stack.inbox_bucket, Key=key)["Body"]
    with file.open("rb") as bytes_:
        while block := bytes_.read(BLOCK):
            if body.read(len(block)) != block:
                raise LocalError(f"{key} is not the file that was sent: it differs before byte {bytes_.tell():,}")
    if body.read(1):
        raise LocalError(f"{key} is longer than the file that was sent")


def _figures(after: Sequence[After], line: Proxy) -> list[Figure]:
    begun_anew = len([each for each in after if not each.resumed])
    again, needless = max(each.again for each in after), sum(each.needless for each in after)
    return [
        Figure("kills", len(after), "times that the upload of 1 GB in 60 parts was killed, by turns its browser and its page"),
        Figure("kills_not_resumed", begun_anew, "times that the next page began another upload", 0),
        Figure("kills_parts_again", again, "parts that were sent again after one kill, at most", LANES),
        Figure("kills_parts_needless", needless, "parts that were sent again though the store had them", 0),
        Figure("kills_bytes_ratio", line.received / SIZE, "bytes of parts that left the browser, of the file's"),
    ]
