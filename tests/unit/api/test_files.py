"""What can be downloaded."""

from urllib.parse import parse_qs, urlsplit

import requests
from msgspec.structs import replace

from functions.common.model import Manifest, Picture, Playable
from tests.unit.api.desk import Desk, address

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
