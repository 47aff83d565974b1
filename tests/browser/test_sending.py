import random
from http import HTTPStatus
from pathlib import Path

import pytest
import urllib3
from playwright.sync_api import Browser, Page, expect

from infra.local.stack import Stack
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.visitor import Visitor
from tests.media import clip

MB = 1_000_000
KILLS = 4  # of twenty, by hand, each went on as well
MB_A_SECOND = 40
SENDING = " of 200 MB"
LANES = 4  # parts on their way at once, as frontend/uploader.js has it
PART = 16 * 1024 * 1024  # bytes; the server's least part


def send(visitor: Visitor, stack: Stack, file: Path) -> None:
    """Choose a file, and give the token when the page asks for it."""
    visitor.page.set_input_files("input[type=file]", file)
    visitor.page.fill("#token", stack.api_token)
    visitor.page.click("form.token button")


def test_a_file_sent_by_the_upload_page_is_watched_by_its_link(visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    send(visitor, stack, clip("webm"))
    visitor.page.click("li.file a.watch", timeout=PATIENCE_MS)
    visitor.plays()
    before = visitor.second
    visitor.waits(f"document.querySelector('video').currentTime > {before} + 1")


def test_a_clients_token_is_enough(visit: Visit, stack: Stack) -> None:
    api = f"{stack.api_url}/api/v1"
    operator = {"Authorization": f"Bearer {stack.api_token}"}
    made = urllib3.request("POST", f"{api}/token", json={"client_id": "carol", "may": ["send"]}, headers=operator).json()
    visitor = visit("upload.html")
    visitor.page.set_input_files("input[type=file]", clip("blink"))
    visitor.page.fill("#token", made["token"])
    visitor.page.click("form.token button")

    expect(visitor.page.locator("li.file .does")).to_contain_text("Ready")
    assert urllib3.request("GET", f"{api}/item/carol", headers=operator).json()["items"][0]["file_name"] == clip("blink").name


def test_the_link_comes_when_its_page_does(visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    answers = [HTTPStatus.NOT_FOUND, HTTPStatus.OK]
    visitor.page.route("**/w/*.html", lambda look: look.fulfill(status=answers.pop(0)))
    with visitor.page.expect_response("**/w/*.html", timeout=PATIENCE_MS) as first:
        send(visitor, stack, clip("blink"))
    expect(visitor.page.locator("li.file a.watch")).to_be_hidden()

    expect(visitor.page.locator("li.file a.watch")).to_be_visible()
    assert first.value.status == HTTPStatus.NOT_FOUND
    assert answers == []


def test_a_token_that_is_wrong_is_asked_for_again(visit: Visit) -> None:
    visitor = visit("upload.html")
    visitor.page.set_input_files("input[type=file]", clip("blink"))
    visitor.page.fill("#token", "wrong")
    visitor.page.click("form.token button")

    expect(visitor.page.locator("#token-hint")).to_contain_text("The server does not take this token")


@pytest.mark.parametrize("name", ["text"])
def test_the_upload_page_tells_why_a_file_is_refused(name: str, visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    send(visitor, stack, clip(name))

    expect(visitor.page.locator("li.file.bad .does")).to_contain_text("This file cannot be used")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of many parts. It is no video: it is refused when it has arrived, and what refuses it has read it."""
    file = tmp_path_factory.mktemp("large") / "large.mp4"
    file.write_bytes(random.Random(3).randbytes(200 * MB))  # noqa: S311  # the same bytes each time
    return file


def test_an_upload_survives_the_death_of_its_page(large: Path, chromium: Browser, stack: Stack) -> None:
    chance = random.Random(11)  # noqa: S311  # a run can be repeated
    context = chromium.new_context()
    put: list[int] = []  # the parts that each page sent anew
    for kill in range(KILLS + 1):
        visitor = Visitor.at(context.new_page())
        throttle(visitor.page, MB_A_SECOND * MB)
        visitor.page.goto(f"{stack.site_url}upload.html")
        if kill:
            expect(visitor.page.locator(".unfinished")).to_contain_text("large.mp4")
        visitor.page.set_input_files("input[type=file]", large)
        if not kill:
            visitor.page.fill("#token", stack.api_token)
            visitor.page.click("form.token button")
        if kill == KILLS:
            expect(visitor.page.locator("li.file.bad .does")).to_contain_text("This file cannot be used")
        else:
            visitor.waits(f"document.querySelector('.does').textContent.includes('{SENDING}')")
            visitor.page.wait_for_timeout(chance.uniform(0, 2000))
        put.append(len([url for url in visitor.asked if "partNumber=" in url]))
        visitor.page.close()
    context.close()
    parts = -(-large.stat().st_size // PART)

    assert put[-1] < parts, f"{put} of {parts}: the last page began anew"
    assert sum(put) <= parts + KILLS * LANES, f"{put} of {parts}"


def throttle(page: Page, bytes_a_second: int) -> None:
    """Let a page send no faster."""
    line = page.context.new_cdp_session(page)
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
    line.send("Network.emulateNetworkConditions", speed)


def test_an_upload_that_is_removed_is_not_asked_for_again(large: Path, visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    send(visitor, stack, large)
    visitor.waits(f"document.querySelector('.does').textContent.includes('{SENDING}')")
    visitor.page.click("li.file .cancel")
    visitor.page.reload()
    visitor.waits("document.querySelector('.unfinished') !== null")

    assert visitor.page.is_hidden(".unfinished")
