"""An upload by the upload page whose page, or whole browser, dies at given bytes; and what that costs it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from infra.local.stack import Stack
from tests.browser.conftest import PATIENCE_MS
from tests.browser.profile import Profile
from tests.browser.proxy import Proxy, Put

LANES: Final = 4  # parts on their way at once, as frontend/uploader.js has it


@dataclass(frozen=True)
class After:
    """What a page sent that came after a death.

    `resumed`: it went on with the same upload. `again`: parts that had been begun before; `needless`: those that the store had.
    """

    resumed: bool
    again: int
    needless: int


def send_dying(stack: Stack, person: Profile, line: Proxy, file: Path, deaths: Sequence[int]) -> list[After]:
    """Send a file that is no video, and kill by turns the browser and its page at these bytes; then send it to the end.

    The person is behind the line, which counts bytes of parts, sent again or not. The end is the server's verdict, for which it
    has read the whole.
    """
    begins = []
    for number, byte in enumerate(deaths):
        begins.append(len(line.puts))
        page = _opened(stack, person)
        line.at(byte, person.killer(whole=number % 2 == 0))
        page.set_input_files("input[type=file]", file)
        line.await_act()
        if number % 2 == 0:
            person.close()
    begins.append(len(line.puts))
    page = _opened(stack, person)
    expect(page.locator(".unfinished")).to_contain_text(file.name, timeout=PATIENCE_MS)
    page.set_input_files("input[type=file]", file)
    expect(page.locator("li.file.bad .does")).to_contain_text("This file cannot be used", timeout=PATIENCE_MS)
    return list(_costs([line.puts[begin:end] for begin, end in pairwise([*begins, len(line.puts)])]))


def _opened(stack: Stack, person: Profile) -> Page:
    """Open the page; the person is known there, whether or not the browser before died as it kept that."""
    page = person.page()
    page.goto(f"{stack.site_url}upload.html")
    page.evaluate("token => localStorage.setItem('reelbucket.token', token)", stack.api_token)
    return page


def _costs(pages: Sequence[Sequence[Put]]) -> Iterable[After]:
    before = list(pages[0])
    for puts in pages[1:]:
        begun, there = {put.part for put in before}, {put.part for put in before if put.arrived}
        yield After(
            resumed={put.upload for put in puts} == {before[0].upload},
            again=len([put for put in puts if put.part in begun]),
            needless=len([put for put in puts if put.part in there]),
        )
        before += puts
