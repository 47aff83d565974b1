import pytest

from functions.common import keys
from tests.browser.conftest import Visit, await_words
from tests.media import clip
from tests.stack.library import Library
from tests.stack.test_upload import Person

RATE = 25


@pytest.mark.parametrize(
    ("preset", "played"),
    [("modern", "-av1/"), ("webm", "-vp9/"), ("hevc", "-h264/")],  # Chromium has no HEVC, and so takes what stands beside it
)
def test_a_preset_that_an_uploader_names_plays(preset: str, played: str, library: Library, visit: Visit) -> None:
    person, body = Person(library), clip("mpegts").read_bytes()
    item = person.create(body, "talk.ts", conversion_type=preset)
    person.send(item, body)
    person.wait(item, "ready")
    await_words(library, keys.WATCH_PAGE.key(id=item["video_id"]), item["video_id"])
    visitor = visit(keys.WATCH_PAGE.key(id=item["video_id"]))
    visitor.plays()
    visitor.seeks(6)

    assert visitor.frame == pytest.approx(visitor.second * RATE, abs=2)
    assert any(played in url for url in visitor.asked)
    assert visitor.errors == []
