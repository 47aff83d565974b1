"""The status page: what is in the queue, and what can be done with it."""

from playwright.sync_api import expect

from infra.local.stack import Stack
from tests.browser.conftest import Visit
from tests.browser.test_pages import screenshot
from tests.browser.test_sending import send
from tests.media import clip


def test_a_video_is_followed_and_deleted_from_the_status_page(visit: Visit, stack: Stack) -> None:
    sender = visit("upload.html")
    send(sender, stack.api_token, clip("demo"))
    expect(sender.page.locator("li.file .does")).to_contain_text("Encoding")
    visitor = visit("status.html")
    visitor.page.fill("#token", stack.api_token)
    visitor.page.click("form.token button")
    row = visitor.page.locator("[data-of=in_progress] li.file", has_text=clip("demo").name)
    expect(row.locator(".does")).to_contain_text("%")
    screenshot(visitor, "status")
    row.get_by_role("button", name="Delete").click()
    row.get_by_role("button", name="Delete for good").click()

    expect(visitor.page.locator("li.file", has_text=clip("demo").name)).to_have_count(0)
    assert visitor.errors == []


def test_a_token_that_is_wrong_is_asked_for_again(visit: Visit) -> None:
    visitor = visit("status.html")
    visitor.page.fill("#token", "wrong")
    visitor.page.click("form.token button")

    expect(visitor.page.locator("#token-hint")).to_contain_text("The server does not take this token")
