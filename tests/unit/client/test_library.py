"""A library to a folder and back, over a store of moto."""

import hashlib
from pathlib import Path

import pytest

from client.reel.failures import Refused
from client.reel.library import INDEX, Library, read_index
from functions.common import keys, schema
from functions.common.model import Fragment, Manifest
from tests.unit.api.desk import NAMES, Desk
from tests.unit.client.loopback import Loopback

PART = 5 * 1024**2
LARGE = hashlib.shake_128(b"large").digest(2 * PART + 7)
ODD = ["talks/On birds.mp4", "a/../b.mp4", "/lead.mp4", "x" * 300 + ".mp4", "ä?*\n:.mp4", "a//b.mp4", ".", "%2E.mp4"]


@pytest.fixture
def desk(loopback: Loopback) -> Desk:
    return loopback.desk


@pytest.fixture
def library(desk: Desk) -> Library:
    return Library(desk.s3, {"inbox": NAMES.inbox, "work": NAMES.work, "media": NAMES.media})


def other(desk: Desk) -> Library:
    """Give an empty library beside it."""
    for name in ("inbox", "work", "media"):
        desk.s3.create_bucket(Bucket=f"other-{name}")
    return Library(desk.s3, {name: f"other-{name}" for name in ("inbox", "work", "media")})


def quiet(_: str) -> None:
    """Nobody listens."""


def test_every_key_comes_back_with_its_bytes_and_headers(desk: Desk, library: Library, tmp_path: Path) -> None:
    for place, key in enumerate(ODD):
        desk.s3.put_object(Bucket=NAMES.inbox, Key=key, Body=str(place).encode(), ContentType="video/x-odd")
    library.backup(tmp_path, quiet)
    back = other(desk)
    back.restore(tmp_path, quiet)

    for place, key in enumerate(ODD):
        found = desk.s3.get_object(Bucket="other-inbox", Key=key)
        assert (found["Body"].read(), found["ContentType"]) == (str(place).encode(), "video/x-odd")
    assert all(path.resolve().is_relative_to(tmp_path) for path in tmp_path.rglob("*"))


def test_an_upload_in_parts_has_the_tag_that_it_had(desk: Desk, library: Library, tmp_path: Path) -> None:
    upload = desk.s3.create_multipart_upload(Bucket=NAMES.inbox, Key="large.mp4")["UploadId"]
    parts = []
    for number, at in enumerate(range(0, len(LARGE), PART), 1):
        body = LARGE[at : at + PART]
        part = desk.s3.upload_part(Bucket=NAMES.inbox, Key="large.mp4", UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    done = {"Parts": parts}
    etag = desk.s3.complete_multipart_upload(
        Bucket=NAMES.inbox,
        Key="large.mp4",
        UploadId=upload,
        MultipartUpload=done,  # type: ignore[arg-type]  # the stubs want a literal
    )["ETag"]
    library.backup(tmp_path, quiet)
    other(desk).restore(tmp_path, quiet)

    found = desk.s3.get_object(Bucket="other-inbox", Key="large.mp4")
    assert (found["ETag"], found["Body"].read()) == (etag, LARGE)


def test_a_source_comes_back_after_what_lies_beside_it(desk: Desk, library: Library, tmp_path: Path) -> None:
    for key in ("a.mp4", "b.JPG", "a.en.vtt", "b.json", "a.json"):
        desk.s3.put_object(Bucket=NAMES.inbox, Key=key, Body=b"x")
    library.backup(tmp_path, quiet)
    back, put = other(desk), list[str]()
    desk.s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: put.append(params["Key"]))
    back.restore(tmp_path, quiet)

    assert (set(put[:3]), put[3:]) == ({"a.en.vtt", "b.json", "a.json"}, ["b.JPG", "a.mp4"])


def test_what_went_is_not_brought_back(desk: Desk, library: Library, tmp_path: Path) -> None:
    for key in ("a.mp4", "b.mp4"):
        desk.s3.put_object(Bucket=NAMES.inbox, Key=key, Body=b"x")
    library.backup(tmp_path, quiet)
    desk.s3.delete_object(Bucket=NAMES.inbox, Key="a.mp4")
    library.backup(tmp_path, quiet)

    assert [kept.key for kept in read_index(tmp_path)] == ["b.mp4"]
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["b.mp4"]


def test_every_video_is_announced_to_the_catalogue(desk: Desk, library: Library, tmp_path: Path) -> None:
    desk.publish(Manifest(id="a" * 16, generation=1, current_generation=1, status="ready"))
    library.backup(tmp_path, quiet)
    other(desk).restore(tmp_path, quiet)

    body = desk.s3.get_object(Bucket="other-work", Key=keys.FRAGMENT.key(id="a" * 16, number=0))["Body"].read()
    assert schema.load(Fragment, body) == Fragment(id="a" * 16)


def test_a_library_that_is_there_is_not_written_over(desk: Desk, library: Library, tmp_path: Path) -> None:
    desk.s3.put_object(Bucket=NAMES.inbox, Key="a.mp4", Body=b"x")
    library.backup(tmp_path, quiet)

    with pytest.raises(Refused, match="not empty"):
        library.restore(tmp_path, quiet)


def test_a_folder_without_a_backup_is_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no backup"):
        other(desk).restore(tmp_path, quiet)


def test_an_index_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(Refused, match="cannot be read"):
        read_index(tmp_path)


def test_a_library_that_never_rests_is_told(desk: Desk, library: Library, tmp_path: Path) -> None:
    def busy(said: str) -> None:
        desk.s3.put_object(Bucket=NAMES.inbox, Key=f"{said}.mp4", Body=b"one more")

    busy("one")
    with pytest.raises(Refused, match="changes all the time"):
        library.backup(tmp_path, busy)
