"""Whole files: every frame and every beep of the source is in them, and they come back by command with their checksum."""

from pathlib import Path

import pytest

from functions.transcode import packets
from tests.command import Runs
from tests.frames import beeps, decoded, numbers
from tests.media import clip
from tests.stack.library import Library

CLIP = "mpegts"  # small, and of two chunks


@pytest.mark.parametrize(("preset", "kind"), [("mp4", "mp4"), ("webm", "webm"), ("archive", "mkv")])
def test_a_preset_with_a_file_gives_one_with_every_frame(preset: str, kind: str, reel: Runs, tmp_path: Path) -> None:
    item = reel("upload", clip(CLIP), "--preset", preset, "--json").json[0]["item_id"]
    waited = reel("wait", item)
    fetched = reel("download", item, "--to", tmp_path / "back")
    assert (waited.code, fetched.code) == (0, 0), waited.err + fetched.err
    file = Path(fetched.out.strip())

    assert file.name == f"{clip(CLIP).stem}.{kind}"
    assert numbers(file) == numbers(clip(CLIP))
    assert beeps(file) == pytest.approx(beeps(clip(CLIP)), abs=0.03)
    assert begins(file, "v") == pytest.approx(begins(file, "a"), abs=0.005)


def begins(file: Path, kind: str) -> float:
    """Give when the first packet of a kind is shown or heard, as ffmpeg reads the file."""
    told = decoded(file, ("-copyts",), "-map", f"0:{kind}:0", "-c", "copy", f"-frames:{kind}", "1", "-f", "framecrc", "-")
    first = packets.first(told)
    assert first
    return float(first.shown)


def test_a_file_has_its_index_where_a_player_begins(reel: Runs, tmp_path: Path) -> None:
    item = reel("upload", clip("blink"), "--preset", "mp4", "--json").json[0]["item_id"]
    reel("wait", item)
    body = Path(reel("download", item, "--as", "mp4", "--to", tmp_path / "back").out.strip()).read_bytes()

    assert 0 < body.index(b"moov") < body.index(b"mdat")


def test_a_deleted_video_leaves_no_file(reel: Runs, library: Library) -> None:
    item = reel("upload", clip("blink"), "--preset", "mp4", "--wait", "--json").json[0]
    reel("wait", item["item_id"])
    manifest = library.manifest(item["video_id"])
    assert manifest
    assert manifest.playable
    (file,) = manifest.playable.files
    assert library.read(library.stack.media_bucket, file.object)
    reel("delete", item["item_id"], "--yes")
    library.wait(item["video_id"], lambda found: found.status == "deleted")
    library.sweep_until(lambda: not library.read(library.stack.media_bucket, file.object), "the file is there")
