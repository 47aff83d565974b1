from pathlib import Path

import pytest
from playwright.sync_api import expect

from infra.local.stack import Stack
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.media import clip

PATIENCE_MS = 180_000


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


def test_a_token_that_is_wrong_is_asked_for_again(visit: Visit) -> None:
    visitor = visit("upload.html")
    visitor.page.set_input_files("input[type=file]", clip("blink"))
    visitor.page.fill("#token", "wrong")
    visitor.page.click("form.token button")

    expect(visitor.page.locator("#token-hint")).to_contain_text("The server does not take this token", timeout=PATIENCE_MS)


@pytest.mark.parametrize("name", ["text"])
def test_the_upload_page_tells_why_a_file_is_refused(name: str, visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    send(visitor, stack, clip(name))

    expect(visitor.page.locator("li.file.bad .does")).to_contain_text("This file cannot be used", timeout=PATIENCE_MS)
