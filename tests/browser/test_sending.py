import random
from http import HTTPStatus
from pathlib import Path

import pytest
import urllib3
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from infra.local.stack import Stack
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.deaths import LANES, send_dying
from tests.browser.profile import Profile
from tests.browser.proxy import proxy
from tests.browser.visitor import Visitor
from tests.media import clip

MB = 1_000_000
MB_A_SECOND = 40
SENT_MB = "Number(document.querySelector('.does').textContent.match(/^([0-9.]+) MB of 200 MB/)?.[1] ?? -1)"
DEATHS = (1 * MB, 50 * MB, 90 * MB, 130 * MB)  # of twelve parts of 16 MiB, the server's least; `bench kills` has twenty at random


def send(visitor: Visitor, token: str, file: Path | FilePayload) -> None:
    """Choose a file, and give the token when the page asks for it."""
    visitor.page.set_input_files("input[type=file]", file)
    visitor.page.fill("#token", token)
    visitor.page.click("form.token button")


def test_a_file_sent_by_the_upload_page_is_watched_by_its_link(visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    send(visitor, stack.api_token, clip("webm"))
    visitor.page.click("li.file a.watch", timeout=PATIENCE_MS)
    visitor.plays()
    before = visitor.second
    visitor.waits(f"document.querySelector('video').currentTime > {before} + 1")


def test_a_clients_token_is_enough(visit: Visit, stack: Stack) -> None:
    api = f"{stack.api_url}/api/v1"
    operator = {"Authorization": f"Bearer {stack.api_token}"}
    made = urllib3.request("POST", f"{api}/token", json={"client_id": "carol", "may": ["send"]}, headers=operator).json()
    visitor = visit("upload.html")
    send(visitor, made["token"], clip("blink"))

    expect(visitor.page.locator("li.file .does")).to_contain_text("Ready")
    assert urllib3.request("GET", f"{api}/item/carol", headers=operator).json()["items"][0]["file_name"] == clip("blink").name


def test_a_file_that_is_chosen_before_the_page_knows_its_server_is_sent(chromium: Browser, stack: Stack) -> None:
    context = chromium.new_context()
    visitor = Visitor.at(context.new_page())
    held: list[Route] = []
    visitor.page.route("**/config.json", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks what it calls
    visitor.page.goto(f"{stack.site_url}upload.html")
    visitor.page.set_input_files("input[type=file]", clip("blink"))
    visitor.page.wait_for_timeout(100)
    assert visitor.page.locator("li.file").count() == 0
    for route in held:
        route.continue_()
    visitor.page.fill("#token", stack.api_token)
    visitor.page.click("form.token button")

    expect(visitor.page.locator("li.file .does")).to_contain_text("Ready")
    context.close()


def test_a_part_that_arrives_otherwise_than_it_was_read_is_sent_again(visit: Visit, stack: Stack) -> None:
    visitor, file, put = visit("upload.html"), clip("blink"), list[str]()

    def spoil_the_first(route: Route) -> None:
        put.append(route.request.method)
        route.continue_(post_data=bytes(file.stat().st_size) if put.count("PUT") == 1 else None)

    visitor.page.route("**/*partNumber=*", spoil_the_first)
    send(visitor, stack.api_token, file)

    expect(visitor.page.locator("li.file .does")).to_contain_text("Ready")
    assert put.count("PUT") == 2


def test_the_link_comes_when_its_page_does(visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    answers = [HTTPStatus.NOT_FOUND]
    visitor.page.route("**/w/*.html", lambda look: look.fulfill(status=answers[-1]))
    with visitor.page.expect_response("**/w/*.html", timeout=PATIENCE_MS) as first:
        send(visitor, stack.api_token, clip("blink"))
    expect(visitor.page.locator("li.file a.watch")).to_be_hidden()
    answers.append(HTTPStatus.OK)

    expect(visitor.page.locator("li.file a.watch")).to_be_visible()
    assert first.value.status == HTTPStatus.NOT_FOUND


def test_a_token_that_is_wrong_is_asked_for_again(visit: Visit) -> None:
    visitor = visit("upload.html")
    send(visitor, "wrong", clip("blink"))

    expect(visitor.page.locator("#token-hint")).to_contain_text("The server does not take this token")


@pytest.mark.parametrize("name", ["text"])
def test_the_upload_page_tells_why_a_file_is_refused(name: str, visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    send(visitor, stack.api_token, clip(name))

    expect(visitor.page.locator("li.file.bad .does")).to_contain_text("This file cannot be used")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of many parts. It is no video: it is refused when it has arrived, and what refuses it has read it."""
    file = tmp_path_factory.mktemp("large") / "large.mp4"
    file.write_bytes(random.Random(3).randbytes(200 * MB))  # noqa: S311  # the same bytes each time
    return file


def test_an_upload_survives_the_deaths_of_its_browser_and_its_page(
    large: Path, chromium: Browser, stack: Stack, tmp_path: Path
) -> None:
    with proxy() as line:
        person = Profile(chromium.browser_type, tmp_path, line.url)
        after = send_dying(stack, person, line, large, DEATHS)
        person.close()

    assert all(each.resumed for each in after)
    assert max(each.again for each in after) <= LANES
    assert not any(each.needless for each in after)


def throttle(page: Page, bytes_a_second: int) -> None:
    """Let a page send no faster."""
    line = page.context.new_cdp_session(page)
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
    line.send("Network.emulateNetworkConditions", speed)


def test_an_upload_that_is_removed_is_not_asked_for_again(large: Path, visit: Visit, stack: Stack) -> None:
    visitor = visit("upload.html")
    throttle(visitor.page, MB_A_SECOND * MB)
    send(visitor, stack.api_token, large)
    visitor.waits(f"{SENT_MB} >= 0")
    visitor.page.click("li.file .cancel")
    visitor.page.reload()
    visitor.waits("document.querySelector('.unfinished').textContent !== ''")

    assert visitor.page.is_hidden(".unfinished")
