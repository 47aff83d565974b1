"""What a listing of the inbox means."""

import pytest
from msgspec.structs import replace

from functions.common.adoption import Words, expects, lost, next_current, source_of
from functions.common.current import derive_current
from functions.common.inbox import Inventory, take_stock
from functions.common.model import Current, Note
from functions.common.store import Version
from tests.unit.api.desk import NAMES, open_desk

NOTHING = Current(id="a" * 16, generation=0)


def listed(*names: str) -> Inventory:
    """List versions in the order in which they came; `-talk.mp4` is a removal."""
    last = {name.lstrip("-"): place for place, name in enumerate(names)}
    versions = [
        Version(name.lstrip("-"), str(place), f"e{place}", 5, place, latest=last[name.lstrip("-")] == place, deleted=name[0] == "-")
        for place, name in enumerate(names)
    ]
    return take_stock("talk", versions)


def adopted(*inventories: Inventory) -> Current:
    current = NOTHING
    for inventory in inventories:
        current = next_current(current, inventory, None)
    return current


def asked(current: Current, preset: str, *names: str) -> Current:
    """Adopt files and a note that says this preset."""
    return next_current(current, listed(*names), Words(Note(preset=preset), ()))


def source(current: Current) -> str | None:
    return current.source.key if current.source else None


def posters(current: Current) -> list[str]:
    return [sidecar.object.key for sidecar in current.sidecars if sidecar.kind == "poster"]


@pytest.mark.parametrize("name", ["talk.jpg", "talk.JPEG", "talk.png", "talk.webp"])
def test_a_picture_alone_is_a_source(name: str) -> None:
    found = adopted(listed(name))
    assert (source(found), posters(found), found.filmed) == (name, [], False)


def test_the_newest_of_two_pictures_is_the_source() -> None:
    assert source(adopted(listed("talk.jpg", "talk.png"))) == "talk.png"


@pytest.mark.parametrize("names", [("talk.jpg", "talk.mp4"), ("talk.mp3", "talk.jpg")])
def test_a_picture_beside_a_video_or_a_sound_is_its_poster(names: tuple[str, str]) -> None:
    found = adopted(listed(*names))
    assert (source(found), posters(found), found.filmed) == (next(name for name in names if name != "talk.jpg"), ["talk.jpg"], True)


def test_the_poster_of_a_deleted_video_is_not_published() -> None:
    assert listed("talk.mp4", "talk.jpg", "-talk.mp4").source is None


def test_nor_is_it_when_every_trace_of_the_video_has_expired() -> None:
    with_video, without = listed("talk.mp4", "talk.jpg"), listed("talk.jpg")
    current = adopted(with_video, without)
    assert (source(current), current.filmed, expects(current, without)) == (None, True, True)
    assert source_of(current, without) is None


def test_a_picture_put_again_after_its_removal_is_one_again() -> None:
    current = adopted(listed("talk.jpg"), listed("talk.jpg", "-talk.jpg"), listed("talk.jpg", "-talk.jpg", "talk.jpg"))
    assert (source(current), current.adoption) == ("talk.jpg", 2)


def test_the_same_bytes_in_another_preset_know_the_rev_that_they_had() -> None:
    first = adopted(listed("talk.mp4"))
    second = asked(first, "small", "talk.mp4")
    assert (first.before, second.before, second.rev == first.rev) == (None, first.rev, False)
    assert asked(second, "small", "talk.mp4", "talk.json").before == first.rev  # as long as it is that adoption
    assert asked(second, "hevc", "talk.mp4").before == second.rev


def test_other_bytes_know_no_rev_before_theirs() -> None:
    first = adopted(listed("talk.mp4"))
    assert asked(first, "small", "talk.mp4", "talk.mp4").before is None
    assert asked(adopted(listed("talk.mp4", "-talk.mp4")), "small", "talk.mp4").before is None


@pytest.mark.parametrize(
    ("names", "gone"),
    [(["talk.json"], True), ([], True), (["talk.mp4", "-talk.mp4"], False), (["talk.mp4"], False)],
    ids=["absent", "nothing", "deleted", "there"],
)
def test_absence_is_not_deletion(names: list[str], gone: bool) -> None:  # noqa: FBT001
    assert lost(adopted(listed("talk.mp4")), listed(*names)) is gone


def test_a_note_that_comes_back_before_its_film_takes_nothing_down() -> None:
    with open_desk() as desk:
        version = desk.s3.put_object(Bucket=NAMES.inbox, Key="talk.mp4", Body=b"film")["VersionId"]
        before = derive_current(desk.buckets, "talk")
        desk.s3.delete_object(Bucket=NAMES.inbox, Key="talk.mp4", VersionId=version)
        desk.s3.put_object(Bucket=NAMES.inbox, Key="talk.json", Body=b'{"title": "Back"}')
        assert derive_current(desk.buckets, "talk") == before
        desk.s3.put_object(Bucket=NAMES.inbox, Key="talk.mp4", Body=b"film")
        after = derive_current(desk.buckets, "talk")

    assert before
    assert after
    assert (after.rev, after.note and after.note.title) == (before.rev, "Back")


def chosen(at_s: float | None, *names: str, old: Current = NOTHING) -> Current:
    """Adopt files and a note that chooses this second for the poster."""
    return next_current(old, listed(*names), Words(Note(poster_at=at_s), ()))


def moments(current: Current) -> list[tuple[str, float | None]]:
    return [(sidecar.object.key, sidecar.at_s) for sidecar in current.sidecars if sidecar.kind == "moment"]


def test_a_note_chooses_a_moment_of_the_source() -> None:
    assert moments(chosen(2.5, "talk.mp4")) == [("talk.mp4", 2.5)]


@pytest.mark.parametrize("names", [("talk.mp4", "talk.jpg"), ("talk.jpg",)])
def test_a_dropped_poster_outweighs_it_and_an_image_has_none(names: tuple[str, ...]) -> None:
    assert moments(chosen(2.5, *names)) == []


def test_a_moment_is_adopted_anew_with_its_second_and_with_its_source() -> None:
    first = chosen(2.5, "talk.mp4")
    same = chosen(2.5, "talk.mp4", old=replace(first, generation=1))
    other = chosen(3.0, "talk.mp4", old=replace(first, generation=1))
    replaced = chosen(2.5, "talk.mp4", "talk.mp4", old=replace(first, generation=1))
    revs = [current.sidecars[0].rev for current in (first, same, other, replaced)]
    assert (revs[1] == revs[0], len(set(revs))) == (True, 3)


def test_a_moment_has_another_rev_than_its_source() -> None:
    current = chosen(2.5, "talk.mp4")
    assert current.sidecars[0].rev != current.rev


def test_the_sweep_has_nothing_to_say_of_a_moment() -> None:
    assert expects(chosen(2.5, "talk.mp4"), listed("talk.mp4"))
