"""What it costs an upload that its page, or the whole browser, is killed twenty times, each at a random byte."""

import random
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect, sync_playwright

from infra.local.browser import link_browser
from infra.local.command import LocalError
from infra.local.places import BIN
from tests.benchmarks.figures import Figure
from tests.benchmarks.library import library
from tests.benchmarks.sending import SIZE, write
from tests.browser.conftest import PATIENCE_MS
from tests.browser.profile import Profile
from tests.browser.proxy import Proxy, Put, proxy
from tests.stack.library import Library

KILLS: Final = 20
LANES: Final = 4  # parts on their way at once, as frontend/uploader.js has it
SEED: Final = 20
BLOCK: Final = 10_000_000  # bytes that are compared at once


def measure() -> list[Figure]:
    """Kill one upload, by turns its browser and its page, and send it to the end."""
    link_browser(BIN / "chromium")
    with tempfile.TemporaryDirectory() as folder, library() as found, proxy() as line, sync_playwright() as driver:
        file = Path(folder) / "large.mp4"
        write(file)
        person = Profile(driver.chromium, Path(folder) / "profile", line.url)
        begins = _sent(found, line, person, file)
        person.close()
        _compare(found, file)
    return _figures([line.puts[begin:end] for begin, end in pairwise([*begins, len(line.puts)])])


def _sent(found: Library, line: Proxy, person: Profile, file: Path) -> list[int]:
    """Send a file in spite of its kills; give for each page how many parts had been begun before it."""
    chance = random.Random(SEED)  # noqa: S311  # the same bytes each time
    begins = []
    for number, byte in enumerate(sorted(chance.sample(range(SIZE), KILLS))):
        begins.append(len(line.puts))
        page = _opened(found, person)
        line.at(byte, person.killer(whole=number % 2 == 0))
        _choose(found, page, file)
        line.await_act()
        if number % 2 == 0:
            person.close()
    begins.append(len(line.puts))
    page = _opened(found, person)
    _choose(found, page, file)
    # it is no video, and what refuses it has read it
    expect(page.locator("li.file.bad .does")).to_contain_text("This file cannot be used", timeout=PATIENCE_MS)
    return begins


def _opened(found: Library, person: Profile) -> Page:
    page = person.page()
    page.goto(f"{found.stack.site_url}upload.html")
    return page


def _choose(found: Library, page: Page, file: Path) -> None:
    """Choose the file, and give the token where this browser has none."""
    known = page.evaluate("localStorage.getItem('reelbucket.token')")
    page.set_input_files("input[type=file]", file)
    if not known:
        page.fill("#token", found.stack.api_token)
        page.click("form.token button")


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


def _figures(sessions: Sequence[Sequence[Put]]) -> list[Figure]:
    """Tell what was sent again by the pages after the first one."""
    before: list[Put] = []
    again, needless, resumed = [], 0, 0
    for puts in sessions:
        begun, there = {put.part for put in before}, {put.part for put in before if put.arrived}
        again.append(len([put for put in puts if put.part in begun]))
        needless += len([put for put in puts if put.part in there])
        resumed += bool(before) and {put.upload for put in puts} == {before[0].upload}
        before += puts
    return [
        Figure(
            "kills", len(sessions) - 1, "times that the upload of 1 GB in 60 parts was killed, by turns its browser and its page"
        ),
        Figure("kills_not_resumed", len(sessions) - 1 - resumed, "times that the next page began another upload", 0),
        Figure("kills_parts_again", max(again), "parts that were sent again after one kill, at most", LANES),
        Figure("kills_parts_needless", needless, "parts that were sent again though the store had them", 0),
        Figure(
            "kills_bytes_ratio", sum(put.received for put in before) / SIZE, "bytes of parts that left the browser, of the file's"
        ),
    ]
