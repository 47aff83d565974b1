"""The manifest as a function of what is stored."""

import pytest
from msgspec.structs import replace

from functions.common.model import Explained, Manifest, Note, Picture, Plan, Receipt, Segment, Verdict
from functions.index.manifest import manifest, playlists
from functions.index.progress import Progress, Receipts
from tests.unit.index.documents import (
    AUDIO,
    CHUNKS,
    COPIED_IN_THREE,
    COPIED_REST,
    CURRENT,
    EVERYTHING,
    ID,
    NO_FRAMES,
    PIECES,
    PLAN,
    PREVIEW,
    PREVIEWED,
    REST,
    REV,
    STILLS,
    TODO,
    progress,
    receipts,
)

assert PLAN.video
FILM = PLAN.video
LONG_SOUND = replace(AUDIO, parts=(replace(AUDIO.parts[0], segments=(Segment(length=1, duration_s="60/1"),)),))
OTHER_REV = "765432zyxwvutsrq"


def made(of: Progress, old: Manifest | None = None) -> Manifest:
    return manifest(old, of.current, of, of.receipts)


READY = made(progress(EVERYTHING))


def test_a_video_without_receipts_is_queued() -> None:
    assert made(progress({})).status == "queued"


def test_a_video_with_some_receipts_is_encoding_and_says_how_far() -> None:
    found = made(progress({"a0": AUDIO}))

    assert (found.status, found.progress, found.playable) == ("encoding", 0.047, None)


def test_a_video_with_all_receipts_is_ready_and_complete() -> None:
    assert READY.status == "ready"
    assert READY.playable is not None
    assert (READY.playable.complete, READY.playable.duration_s, READY.playable.available_s) == (True, 13.0, 13.0)
    assert READY.playable.posters == STILLS.pictures


def test_a_picture_that_is_over_long_before_its_file_says_so_is_told_once() -> None:
    found = made(
        progress({**EVERYTHING, "v00001": replace(CHUNKS["v00001"], parts=()), "v00002": replace(CHUNKS["v00002"], parts=())})
    )

    assert found.status == "ready"
    assert [(said.where, said.message) for said in found.problems] == [
        ("video stream 0", "It ends at second 4; the file says that it lasts 13 s.")
    ]


def test_a_picture_that_ends_a_segment_early_is_whole() -> None:
    assert made(progress(EVERYTHING, plan=replace(PLAN, duration_s=17.0, video=replace(FILM, frames=425)))).problems == ()


def test_a_picture_that_stands_lasts_as_long_as_its_sound() -> None:
    still = replace(PLAN, duration_s=0.04, video=replace(FILM, frames=1), chunks=PLAN.chunks[:1])
    found = made(progress({"v00000": CHUNKS["v00000"], "a0": LONG_SOUND, "s": STILLS}, plan=still))

    assert found.playable
    assert (found.playable.complete, found.playable.duration_s, found.playable.available_s) == (True, 60.0, 60.0)


def test_a_preview_makes_a_video_playable_whole_before_anything_is_encoded() -> None:
    found = made(progress({"p": PREVIEW}, plan=PREVIEWED))

    assert found.playable
    assert (found.status, found.playable.complete, found.playable.available_s) == ("encoding", False, 13.0)


@pytest.mark.parametrize(
    ("units", "available_s"),
    [({"p"}, 13.0), ({"p", "p-001"}, 17.0), ({"a0", "v00000", "v00001", "p"}, 13.0)],
)
def test_what_can_be_watched_of_a_preview_in_pieces_grows(units: set[str], available_s: float) -> None:
    known = {**EVERYTHING, "p": PREVIEW, "p-001": COPIED_REST}
    found = made(progress({unit: known[unit] for unit in units}, plan=COPIED_IN_THREE))

    assert found.playable
    assert found.playable.available_s == available_s


def test_a_preview_that_ends_early_hides_nothing_of_the_ladder() -> None:
    copied = {"p": replace(PREVIEW, parts=(replace(PREVIEW.parts[0], segments=PREVIEW.parts[0].segments[1:]), PREVIEW.parts[1]))}
    found = made(progress({**CHUNKS, "a0": AUDIO, **copied}, plan=replace(PIECES, preview=COPIED_IN_THREE.preview)))

    assert found.playable
    assert found.playable.available_s == 8.0


def test_a_video_that_cannot_be_encoded_plays_on_by_its_preview() -> None:
    found = made(progress({"p": PREVIEW, "a0": AUDIO}, {"v00001": NO_FRAMES}, PREVIEWED))

    assert (found.status, found.playable is not None) == ("failed", True)


def test_what_can_be_watched_ends_where_the_sound_does() -> None:
    growing = made(progress({**CHUNKS, "a0": AUDIO, "s": STILLS}, plan=PIECES)).playable
    finished = made(progress({**EVERYTHING, "a0-001": REST}, plan=PIECES)).playable

    assert (growing and growing.available_s, finished and finished.available_s) == (8.0, 13.0)


def test_a_preview_that_was_not_fit_changes_nothing() -> None:
    assert made(progress({"p": replace(PREVIEW, parts=())}, plan=PREVIEWED)).playable is None


def test_the_catalogue_has_the_lighter_of_two_formats_where_there_are_two() -> None:
    jpeg = STILLS.pictures[0]
    webp = replace(jpeg, object=jpeg.object.removesuffix(".jpg") + ".webp")
    found = made(progress({**EVERYTHING, "s": replace(STILLS, pictures=(jpeg, webp))}))

    assert found.playable
    assert found.playable.posters == (jpeg, webp)
    assert found.entry
    assert found.entry.posters == (webp,)


def test_a_video_is_ready_when_only_its_stills_failed_and_says_so() -> None:
    found = made(progress({**CHUNKS, "a0": AUDIO}, {"s": NO_FRAMES}))

    assert found.status == "ready"
    assert [(problem.where, problem.message) for problem in found.problems] == [("s", NO_FRAMES.message)]


def test_a_lost_chunk_fails_the_video_with_the_reason_and_what_to_do() -> None:
    found = made(progress({"a0": AUDIO}, {"v00001": NO_FRAMES}))

    assert found.status == "failed"
    assert found.error == Explained(code="undecodable", message=NO_FRAMES.message, todo=TODO)


def test_an_ok_receipt_outweighs_an_error_of_the_same_unit() -> None:
    assert made(progress(EVERYTHING, {"v00001": NO_FRAMES})).status == "ready"


def test_a_rejected_source_says_why() -> None:
    plan = Plan(id=ID, rev=REV, rejected=Verdict(code="damaged", message="The index is missing."))
    found = made(progress({}, {"ingest": Verdict(code="damaged", message="The index is missing.")}, plan))

    assert (found.status, found.playable) == ("rejected", None)
    assert found.error is not None
    assert found.error.message == "The index is missing."


def test_a_source_that_ingest_gave_up_is_failed() -> None:
    seen = receipts({}, {"ingest": Verdict(code="gave_up", message="We tried.")})

    assert manifest(None, CURRENT, None, seen).status == "failed"


def test_a_complete_video_plays_on_while_its_successor_is_encoded() -> None:
    current = replace(CURRENT, rev=OTHER_REV, generation=2)
    plan = replace(PLAN, rev=OTHER_REV)
    found = made(Progress.of(current, plan, receipts({**CHUNKS, "a0": AUDIO})), READY)

    assert found.status == "encoding"
    assert found.playable == READY.playable


def test_a_rejected_successor_leaves_the_old_one_playing() -> None:
    current = replace(CURRENT, rev=OTHER_REV, generation=2)
    plan = Plan(id=ID, rev=OTHER_REV, rejected=NO_FRAMES)
    found = made(Progress.of(current, plan, receipts({}, {"ingest": NO_FRAMES})), READY)

    assert (found.status, found.playable) == ("rejected", READY.playable)


def test_a_ready_successor_takes_over() -> None:
    current = replace(CURRENT, rev=OTHER_REV, generation=2)
    found = made(Progress.of(current, replace(PLAN, rev=OTHER_REV), receipts(EVERYTHING)), READY)

    assert found.playable is not None
    assert found.playable.rev == OTHER_REV


def test_a_deleted_video_leaves_numbers_only() -> None:
    gone = replace(CURRENT, generation=2, rev=None, source=None, date=None, first_seen=None)
    found = manifest(READY, gone, None, receipts({}))

    assert found == Manifest(id=ID, generation=READY.generation + 1, current_generation=2, status="deleted", entry_number=2)


def test_nothing_new_leaves_the_manifest_as_it_is() -> None:
    assert made(progress(EVERYTHING), READY) == READY


def test_the_title_is_the_notes_else_the_containers_else_the_file_name() -> None:
    noted = replace(CURRENT, note=Note(title="Swifts"))
    container = replace(PLAN, note=Note(title="IMG_0042"))

    assert manifest(None, noted, Progress.of(noted, container, receipts({})), receipts({})).title == "Swifts"
    assert made(progress({}, plan=container)).title == "IMG_0042"
    assert made(progress({})).title == "On birds"


def test_the_entry_is_numbered_anew_only_when_the_catalogue_must_change() -> None:
    note = replace(CURRENT, generation=2, note=Note(description="About swifts."))
    described = manifest(READY, note, Progress.of(note, PLAN, receipts(EVERYTHING)), receipts(EVERYTHING))
    counted = manifest(READY, CURRENT, Progress.of(CURRENT, PLAN, receipts(EVERYTHING)), replace_count(7))

    assert READY.entry_number == 1
    assert described.entry_number == 2
    assert (counted.entry_number, counted.generation) == (1, 2)


def replace_count(count: int) -> Receipts:
    seen = receipts(EVERYTHING)
    return Receipts(seen.ok, seen.errors, seen.side_ok, seen.side_errors, count)


IMAGE_PLAN = Plan(id=ID, rev=REV, image_bytes=9)
PICTURES = tuple(
    Picture(object=f"v/{ID}/{REV}/image-{width}-0000000000000000.{kind}", width=width, height=width)
    for width in (320, 640)
    for kind in ("avif", "webp", "jpg")
)
IMAGE = Receipt(id=ID, rev=REV, unit="i", pictures=PICTURES)


def test_an_image_is_shown_as_one_when_its_pictures_are_there() -> None:
    assert made(progress({}, plan=IMAGE_PLAN)).playable is None
    found = made(progress({"i": IMAGE}, plan=IMAGE_PLAN))

    assert found.playable
    assert found.entry
    assert (found.status, found.playable.kind, found.playable.main) == ("ready", "image", PICTURES[4].object)
    assert (found.entry.kind, found.entry.duration_s, [p.object for p in found.entry.posters]) == (
        "image",
        0,
        [PICTURES[1].object, PICTURES[4].object],
    )
    assert playlists(progress({"i": IMAGE}, plan=IMAGE_PLAN)) == []


def test_an_image_that_cannot_be_decoded_is_failed() -> None:
    broken = Verdict(code="bad_picture", message="The picture cannot be decoded.")
    assert made(progress({}, {"i": broken}, IMAGE_PLAN)).status == "failed"


def test_a_poster_that_came_first_gives_way_to_its_video_as_soon_as_that_plays() -> None:
    image = made(progress({"i": IMAGE}, plan=IMAGE_PLAN))
    shown = replace(image.playable, rev=OTHER_REV) if image.playable else None
    old = replace(image, rev=OTHER_REV, playable=shown)

    assert made(progress({}), old).playable == shown
    assert made(progress({"p": PREVIEW}, plan=PREVIEWED), old).playable == made(progress({"p": PREVIEW}, plan=PREVIEWED)).playable
