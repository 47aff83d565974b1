"""A video in a frame of another site."""

from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from functions.common import keys
from functions.common.model import Manifest
from infra.local.stack import Stack
from tests.browser.conftest import Visit
from tests.browser.files import serving
from tests.browser.test_pages import screenshot


def test_another_site_shows_a_video_by_its_oembed(visit: Visit, demo: Manifest, stack: Stack) -> None:
    answer = urllib3.request("GET", stack.site_url + keys.OEMBED.key(id=demo.id))
    said = answer.json()
    with serving() as host:
        host.files["blog.html"] = "text/html", f"<!doctype html><h1>My blog</h1>{said['html']}".encode()
        visitor = visit("404.html")
        visitor.page.goto(f"{host.url}blog.html")
        frame = visitor.page.frame_locator("iframe")
        frame.locator("media-play-button.big").click()
        video = frame.locator("video")
        video.evaluate(
            "video => new Promise(done => video.addEventListener('timeupdate', () => video.currentTime > 0.5 && done()))"
        )
        screenshot(visitor, "frame")
        title = frame.locator("h1 a")

        assert answer.status == HTTPStatus.OK
        assert (said["title"], title.inner_text()) == (demo.title, demo.title)
        assert urlsplit(str(title.evaluate("link => link.href"))).path.endswith(f"w/{demo.id}.html")
