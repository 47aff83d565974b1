"""Pictures that are there for their own sake: dropped or sent, shown and fetched, on the real stack."""

import io
from pathlib import Path

import urllib3
from PIL import Image

from functions.common import keys
from tests.command import Runs
from tests.media import clip, photo
from tests.stack.library import Library, until

FORMATS = {"avif": ("AVIF", "image/avif"), "webp": ("WEBP", "image/webp"), "jpg": ("JPEG", "image/jpeg")}


def test_a_dropped_picture_is_published_in_sizes_and_formats(library: Library) -> None:
    library.drop("pictures/fractal.json", b'{"title": "A fractal"}')
    image = library.drop("pictures/fractal.jpg", photo(1600, 900))
    manifest = library.wait(image, lambda found: found.status == "ready" and found.title == "A fractal")
    page = until(lambda: library.page(keys.WATCH_PAGE.key(id=image)) or None, lambda: "the page never came")

    assert manifest.playable
    assert (manifest.playable.kind, manifest.playable.width, manifest.playable.height) == ("image", 1600, 900)
    for made in manifest.playable.posters:
        answer = urllib3.request("GET", library.stack.media_url + made.object)
        with Image.open(io.BytesIO(answer.data)) as opened:
            name, kind = FORMATS[made.object.rpartition(".")[2]]
            assert (opened.format, opened.size, answer.headers["content-type"]) == (name, (made.width, made.height), kind)
    assert {made.width for made in manifest.playable.posters} == {320, 640, 1280, 1600}
    assert 'alt="A fractal"' in page


def test_a_poster_that_comes_first_becomes_its_videos(library: Library) -> None:
    image = library.drop("pictures/talk.png", photo(640, 360))
    first = library.settled(image, "ready")
    video = library.drop("pictures/talk.mp4", clip("blink"))
    second = library.wait(video, lambda found: found.status == "ready" and found.rev != first.rev and bool(found.posters))

    assert first.playable
    assert second.playable
    assert (image, first.playable.kind, second.playable.kind) == (video, "image", "video")
    library.remove("pictures/talk.mp4")
    library.wait(video, lambda found: found.status == "deleted")
    library.sweep_up(video)


def test_a_picture_that_is_none_is_told(library: Library) -> None:
    image = library.drop("pictures/broken.jpg", photo(640, 360)[:40])
    error = library.settled(image, "failed").error

    assert error
    assert (error.code, error.message) == ("bad_picture", "The picture cannot be decoded.")


def test_a_picture_is_sent_and_comes_back_converted(reel: Runs, tmp_path: Path) -> None:
    source = tmp_path / "fractal.jpg"
    source.write_bytes(photo(1600, 900))
    sent = reel("upload", source, "--wait", "--json")
    assert sent.code == 0, sent.err
    for wanted, kind in ((("--as", "avif"), "AVIF"), ((), "WEBP")):
        fetched = reel("download", sent.json[0]["item_id"], *wanted, "--to", tmp_path / "back")
        assert fetched.code == 0, fetched.err
        with Image.open(fetched.out.strip()) as opened:
            assert (opened.format, opened.size) == (kind, (1600, 900))
