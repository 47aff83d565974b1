import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from client.reel.client import Client
from client.reel.downloading import safe
from client.reel.failures import Refused, Unreachable
from client.reel.items import Item
from functions.common.model import Manifest, Playable
from tests.unit.api.desk import NAMES
from tests.unit.client.conftest import Filed
from tests.unit.client.loopback import Loopback

BODY = bytes(range(256)) * 8192  # 2 MB
REV = "b" * 16


def held(loopback: Loopback, running: Client, filed: Filed, body: bytes = BODY) -> Item:
    """Send a file, and have something made of it that plays."""
    item = running.upload(filed("films/talk.mp4", body), checksum=True)
    folder = f"v/{item.video_id}/{REV}"
    segment = f"v/240p-h264/v00000-{hashlib.sha256(BODY).hexdigest()[:16]}.m4s"
    there = {
        f"{folder}/main.m3u8": b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv/240p-h264/list.m3u8\n",
        f"{folder}/v/240p-h264/list.m3u8": f"#EXTM3U\n#EXTINF:4,\n{segment.rpartition('/')[2]}\n".encode(),
        f"{folder}/{segment}": BODY,
    }
    for key, content in there.items():
        loopback.desk.s3.put_object(Bucket=NAMES.media, Key=key, Body=content)
    playable = Playable(rev=REV, complete=True, main=f"{folder}/main.m3u8", duration_s=4, available_s=4)
    loopback.desk.publish(Manifest(id=item.video_id, generation=1, current_generation=1, status="ready", playable=playable))
    return running.api.item(item.item_id)


def test_the_original_comes_back_as_it_was_sent(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    moved: list[int] = []
    path = running.download(item, tmp_path / "new", "original", lambda _: moved.append)

    assert (path.name, path.read_bytes(), sum(moved)) == ("talk.mp4", BODY, len(BODY))
    assert list(path.parent.iterdir()) == [path]


def test_a_line_that_breaks_is_gone_on_with(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    loopback.cuts.extend([500_000, 700_000])
    path = running.download(item, tmp_path, "original")

    assert path.read_bytes() == BODY
    ranges = [asked.partition(" ")[2].partition(" ")[2] for asked in loopback.asked if asked.startswith("GET talk.mp4")]
    assert ranges[0] == ""
    assert [int(asked.removeprefix("bytes=").removesuffix("-")) > 0 for asked in ranges[1:]] == [True, True]


def test_a_download_that_was_killed_is_gone_on_with(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    (tmp_path / "talk.mp4.part").write_bytes(BODY[:1_000_000])

    assert running.download(item, tmp_path, "original").read_bytes() == BODY
    assert "GET talk.mp4 bytes=1000000-" in loopback.asked


def test_what_arrives_with_other_bytes_is_thrown_away(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    (tmp_path / "talk.mp4.part").write_bytes(b"x" * 1_000_000)

    with pytest.raises(Unreachable, match="another checksum"):
        running.download(item, tmp_path, "original")
    assert not (tmp_path / "talk.mp4.part").exists()


def test_a_file_that_is_there_is_not_written_over(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    (tmp_path / "talk.mp4").write_bytes(b"mine")

    with pytest.raises(Refused, match="is there already"):
        running.download(item, tmp_path, "original")
    assert (tmp_path / "talk.mp4").read_bytes() == b"mine"


def test_a_stream_comes_with_all_it_leads_to(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    main = running.download(held(loopback, running, filed), tmp_path, "hls")

    assert sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "talk").rglob("*.m*")) == [
        "talk/main.m3u8",
        "talk/v/240p-h264/list.m3u8",
        f"talk/v/240p-h264/v00000-{hashlib.sha256(BODY).hexdigest()[:16]}.m4s",
    ]
    assert main == tmp_path / "talk" / "main.m3u8"


def test_a_second_run_fetches_the_lists_alone(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    running.download(item, tmp_path, "hls")
    loopback.asked.clear()
    running.download(item, tmp_path, "hls")

    assert [asked for asked in loopback.asked if "m4s" in asked] == []


def test_a_list_that_leads_out_of_its_folder_is_refused(running: Client, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    item = held(loopback, running, filed)
    evil = b"#EXTM3U\n../../../../evil.m4s\n"
    loopback.desk.s3.put_object(Bucket=NAMES.media, Key=f"v/{item.video_id}/{REV}/main.m3u8", Body=evil)

    with pytest.raises(Refused, match="no file of this video"):
        running.download(item, tmp_path, "hls")


def test_a_stream_stays_in_its_folder_whatever_the_server_calls_it(
    running: Client, loopback: Loopback, filed: Filed, tmp_path: Path
) -> None:
    item = replace(held(loopback, running, filed), file_name="..")

    assert running.download(item, tmp_path / "new", "hls").resolve().is_relative_to(tmp_path / "new")


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(
    running: Client, loopback: Loopback, filed: Filed, tmp_path: Path
) -> None:
    item = held(loopback, running, filed)

    with pytest.raises(Refused, match="There is: original, hls"):
        running.download(item, tmp_path, "webm")


@pytest.mark.parametrize(
    ("name", "kept"),
    [("a.mp4", "a.mp4"), ("../../a.mp4", "a.mp4"), (".bashrc", "bashrc"), ("a\x1bb.mp4", "a_b.mp4"), ("..", "download")],
)
def test_a_servers_file_name_stays_in_its_folder(name: str, kept: str) -> None:
    assert safe(name) == kept
