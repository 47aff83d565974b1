"""All that a person can say by putting files into the inbox and taking them away, on the real stack."""

import json
from pathlib import Path

import pytest

from functions.common import keys
from functions.common.model import Manifest
from tests.frames import numbers
from tests.media import clip
from tests.stack.library import Library, until

CAPTIONS = b"1\n00:00:00,500 --> 00:00:02,000\nHello.\n\n2\n00:00:03,000 --> soon\nlost\n\n3\n00:00:02,000 --> 00:00:03,000\nBye.\n"


def note(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def wait_for_page(library: Library, video: str, words: str) -> str:
    key = keys.WATCH_PAGE.key(id=video)
    return until(lambda: page if words in (page := library.page(key)) else None, lambda: f"{words!r} is not in {key}")


def listed(library: Library, video: str) -> bool:
    root = library.root()
    return root is not None and any(entry.id == video for entry in root.newest)


@pytest.mark.parametrize("note_first", [True, False], ids=["the note first", "the video first"])
def test_a_note_shows_on_the_page_in_either_order(note_first: bool, library: Library) -> None:  # noqa: FBT001
    stem = f"notes/{note_first}"
    words = note(title="Swifts & <swallows>", tags=["birds"])
    if note_first:
        library.drop(f"{stem}.json", words)
    video = library.drop(f"{stem}.mp4", clip("blink"))
    if not note_first:
        library.drop(f"{stem}.json", words)
    manifest = library.wait(video, lambda found: found.status == "ready" and found.title == "Swifts & <swallows>")

    assert manifest.tags == ("birds",)
    assert "Swifts &amp; &lt;swallows&gt;" in wait_for_page(library, video, "Swifts")


def test_a_note_can_be_edited_and_removed_without_encoding_again(library: Library) -> None:
    video = library.drop("edited/talk.mp4", clip("blink"))
    first = library.settled(video, "ready")
    library.drop("edited/talk.json", note(title="First"))
    library.wait(video, lambda found: found.title == "First")
    library.drop("edited/talk.json", note(title="Second", description="Better."))
    wait_for_page(library, video, "Better.")
    library.remove("edited/talk.json")
    last = library.wait(video, lambda found: found.title == "talk")

    assert (last.description, last.rev, last.playable) == ("", first.rev, first.playable)


def poster(manifest: Manifest) -> str:
    """Give the smallest WebP that the note chose."""
    return next((made.object for made in manifest.posters if made.object.endswith(".webp")), "")


def test_a_note_chooses_the_poster_and_another_one_later(library: Library, tmp_path: Path) -> None:
    video = library.drop("chosen/talk.mp4", clip("silent"))
    library.drop("chosen/talk.json", note(poster_at=2.0))
    first = library.wait(video, lambda found: found.status == "ready" and bool(found.posters))
    library.drop("chosen/talk.json", note(poster_at=4.0))
    second = library.wait(video, lambda found: poster(found) not in ("", poster(first)))
    shown = []
    for made in (first, second):
        (tmp_path / "poster.webp").write_bytes(library.get(poster(made)))
        shown += numbers(tmp_path / "poster.webp")
    library.drop("chosen/talk.json", note(poster_at=1000))
    last = library.wait(video, lambda found: bool(found.problems))

    assert (shown, second.rev) == ([50, 100], first.rev)
    assert [problem.message for problem in last.problems] == [
        "There is no picture at second 1000, which the note chooses as poster_at."
    ]
    assert (last.posters, last.playable) == ((), first.playable)


def test_a_tag_has_a_list_and_a_video_leaves_it_with_the_tag(library: Library) -> None:
    tag = keys.list_id("tag", "swifts")
    library.drop("tagged/talk.json", note(title="Tagged", tags=["Swifts"]))
    video = library.drop("tagged/talk.mp4", clip("blink"))
    until(lambda: "Tagged" in library.page(f"lists/{tag}.html") or None, lambda: "the list has no page")
    there = library.root(tag)
    library.drop("tagged/talk.json", note(title="Tagged", tags=["Swallows"]))
    until(lambda: "Tagged" not in library.page(f"lists/{tag}.html") or None, lambda: "the video stays in the list")

    other = f"lists/{keys.list_id('tag', 'swallows')}.html"
    until(lambda: "Tagged" in library.page(other) or None, lambda: "its other tag's list does not show it")

    assert there
    assert (there.name, [entry.id for entry in there.newest]) == ("Swifts", [video])


def test_a_bad_note_is_reported_and_the_video_is_published(library: Library) -> None:
    library.drop("bad/note.json", b"{not json")
    video = library.drop("bad/note.mp4", clip("blink"))
    manifest = library.settled(video, "ready")

    assert manifest.title == "note"
    assert [problem.where for problem in manifest.problems] == ["note.json"]


def test_captions_are_offered_and_a_bad_cue_is_reported(library: Library) -> None:
    video = library.drop("captioned/talk.mp4", clip("blink"))
    library.drop("captioned/talk.de.srt", CAPTIONS)
    manifest = library.wait(video, lambda found: found.status == "ready" and bool(found.captions))
    words = library.get(manifest.captions[0].object).decode()

    assert manifest.captions[0].language == "de"
    assert words.startswith("WEBVTT\n")
    assert "Hello." in words
    assert "Bye." in words
    assert manifest.problems


def test_captions_that_are_removed_are_offered_no_more(library: Library) -> None:
    library.drop("uncaptioned/talk.en.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n")
    video = library.drop("uncaptioned/talk.mp4", clip("blink"))
    library.wait(video, lambda found: found.status == "ready" and bool(found.captions))
    library.remove("uncaptioned/talk.en.vtt")

    assert library.wait(video, lambda found: not found.captions).status == "ready"


def test_captions_without_a_language_are_reported_with_what_to_do(library: Library) -> None:
    library.drop("untagged/talk.vtt", b"WEBVTT\n")
    video = library.drop("untagged/talk.mp4", clip("blink"))

    assert "talk.en.vtt" in library.settled(video, "ready").problems[0].message


def test_the_same_bytes_again_encode_nothing(library: Library) -> None:
    video = library.drop("same/talk.mp4", clip("blink"))
    first = library.settled(video, "ready")
    library.drop("same/talk.mp4", clip("blink"))
    again = library.wait(video, lambda found: found.current_generation > first.current_generation)

    assert (again.rev, again.status, again.playable) == (first.rev, "ready", first.playable)


def test_another_file_under_the_same_name_replaces_the_video_when_it_is_ready(library: Library) -> None:
    video = library.drop("replaced/talk.mp4", clip("blink"))
    first = library.settled(video, "ready")
    library.drop("replaced/talk.webm", clip("webm"))
    second = library.wait(video, lambda found: found.status == "ready" and found.rev != first.rev)
    library.sweep_until(lambda: not rev_keys(library, first), "the first rev's objects are still there")

    assert second.playable
    assert second.playable.duration_s == pytest.approx(9, abs=0.1)
    assert rev_keys(library, second)


def rev_keys(library: Library, manifest: Manifest) -> list[str]:
    return library.keys(library.stack.media_bucket, f"v/{manifest.id}/{manifest.rev}/")


def test_a_bad_file_under_the_same_name_leaves_the_good_one_playing(library: Library) -> None:
    video = library.drop("spoilt/talk.mp4", clip("blink"))
    good = library.settled(video, "ready")
    library.drop("spoilt/talk.mp4", clip("text"))
    spoilt = library.wait(video, lambda found: found.status == "rejected")

    assert spoilt.playable == good.playable
    assert spoilt.error
    assert spoilt.error.todo


def test_a_deleted_video_leaves_no_word_and_no_byte(library: Library) -> None:
    library.drop("gone/talk.json", note(title="Confidential"))
    video = library.drop("gone/talk.mp4", clip("blink"))
    library.settled(video, "ready")
    wait_for_page(library, video, "Confidential")
    library.remove("gone/talk.mp4")
    library.remove("gone/talk.json")
    library.wait(video, lambda found: found.status == "deleted")
    until(lambda: not listed(library, video) or None, lambda: "the catalogue still lists it")
    library.sweep_up(video)
    until(lambda: None if "Confidential" in library.page(f"w/{video}.html") else True, lambda: "its page is there")
    stack = library.stack

    assert b"Confidential" not in (library.read(stack.media_bucket, keys.MANIFEST.key(id=video)) or b"")
    assert b"talk" not in (library.read(stack.work_bucket, keys.CURRENT.key(id=video)) or b"")


def test_an_unlisted_video_has_a_page_and_stands_in_no_list(library: Library) -> None:
    library.drop("hidden/talk.json", note(title="Only by link", visibility="unlisted"))
    video = library.drop("hidden/talk.mp4", clip("blink"))
    library.settled(video, "ready")
    wait_for_page(library, video, "Only by link")

    assert not listed(library, video)
    assert "Only by link" not in library.page("index.html")


def test_a_file_that_is_no_media_is_ignored(library: Library) -> None:
    library.s3.put_object(Bucket=library.stack.inbox_bucket, Key=f"{library.shelf}/plain/talk.txt", Body=b"hello")
    video = library.drop("plain/talk.mp4", clip("blink"))

    assert library.settled(video, "ready").title == "talk"
