"""What can be downloaded."""

from urllib.parse import parse_qs, urlsplit

import requests
from msgspec.structs import replace

from functions.common.model import Manifest, Picture, Playable
from tests.unit.api.desk import SITE, Desk, address, policy

PLAYABLE = Playable(rev="b" * 16, complete=True, main="v/x/y/main.m3u8", duration_s=60, available_s=60)


def test_nothing_can_be_downloaded_before_it_is_sent(desk: Desk) -> None:
    assert desk.ask("GET", f"{address(desk.create())}/files").body == {"files": []}


def test_the_original_comes_back_under_its_own_name(desk: Desk) -> None:
    item = desk.uploaded(file_name="Käse und Brot.mp4")
    (file,) = desk.ask("GET", f"{address(item)}/files").body["files"]

    assert (file["kind"], file["size"], requests.get(file["url"], timeout=60).content) == ("original", 5, b"hello")
    disposition = parse_qs(urlsplit(file["url"]).query)["response-content-disposition"]
    assert disposition == ["attachment; filename*=UTF-8''K%C3%A4se%20und%20Brot.mp4"]


def test_what_plays_is_told(desk: Desk) -> None:
    item = desk.uploaded()
    desk.publish(Manifest(id=item["video_id"], generation=1, current_generation=1, status="ready", playable=PLAYABLE))

    assert [file["kind"] for file in desk.ask("GET", f"{address(item)}/files").body["files"]] == ["original", "hls"]


def test_in_a_private_library_whoever_may_read_an_item_is_let_into_its_video(desk: Desk) -> None:
    item = desk.uploaded()
    token = desk.ask("POST", "/token", {"client_id": item["client_id"], "may": ["read"]}).body["token"]
    given = desk.ask("GET", f"{address(item)}/files", token=token, site=SITE).body["cookies"]

    assert policy(given["CloudFront-Policy"])["Resource"] == f"{SITE}?/{item['video_id']}*"
    assert "cookies" not in desk.ask("GET", f"{address(item)}/files").body


def test_a_public_library_gives_no_cookies(desk: Desk) -> None:
    asked = f"{address(desk.uploaded())}/files"

    assert "cookies" not in desk.public().ask("GET", asked, site=SITE).body


def test_an_address_that_is_no_site_is_refused(desk: Desk) -> None:
    reply = desk.ask("GET", f"{address(desk.uploaded())}/files", site="https://x/*/")

    assert (reply.status, reply.body["errors"][0]["pointer"]) == (422, "#/site")


def test_of_an_image_the_largest_of_each_format_is_told(desk: Desk) -> None:
    item = desk.uploaded(file_name="Käse.png", content_type="image/png")
    names = [f"{width}.{kind}" for width in (640, 320) for kind in ("avif", "webp")]
    pictures = tuple(Picture(object=f"v/x/y/{name}", width=int(name[:3]), height=1) for name in names)
    playable = replace(PLAYABLE, kind="image", posters=pictures)
    desk.publish(Manifest(id=item["video_id"], generation=1, current_generation=1, status="ready", playable=playable))

    files = desk.ask("GET", f"{address(item)}/files").body["files"][1:]
    assert [(file["kind"], file["name"], file["url"]) for file in files] == [
        ("avif", "Käse.avif", "v/x/y/640.avif"),
        ("webp", "Käse.webp", "v/x/y/640.webp"),
    ]
