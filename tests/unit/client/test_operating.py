"""The commands of operators, and those on items that are no upload, as programs."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from functions.common import keys
from functions.common.model import Receipt
from functions.common.promises import WRITTEN, sentence
from tests.command import Runs
from tests.unit.api.desk import TOKEN
from tests.unit.client.conftest import Filed
from tests.unit.client.ending import DAMAGED, manifest
from tests.unit.client.loopback import Loopback


def short(item: dict[str, str]) -> str:
    return item["item_id"][-8:]


def test_a_setting_that_is_no_text_is_refused_and_the_file_stays(reel: Runs, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('preset = "modern"\n')
    said = reel("config", "downloads", "\udcff", REEL_CONFIG=str(file))

    assert (said.code, "must be text in UTF-8" in said.err) == (2, True)
    assert [(found.name, found.read_text()) for found in tmp_path.glob("config.*")] == [("config.toml", 'preset = "modern"\n')]


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = {", "\xff"])
def test_a_configuration_that_is_none_is_told(text: str, reel: Runs, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode("latin-1"))

    assert "cannot be read" in reel("list", REEL_CONFIG=str(file)).err


def test_a_token_lets_its_client_in_and_nobody_else(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    made = reel("token", "make", "bob", "--days", 1)
    theirs = {"REEL_TOKEN": made.out.strip(), "REEL_CLIENT": ""}
    sent = reel("upload", filed(), "--json", **theirs)

    assert (made.code, sent.code, json.loads(sent.out)[0]["client_id"]) == (0, 0, "bob")
    assert reel("list", **theirs | {"REEL_CLIENT": "ann"}).code == 1
    assert loopback.desk.live() != []


def test_a_revoked_token_lets_nobody_in(reel: Runs) -> None:
    made = json.loads(reel("token", "make", "bob", "--json").out)
    assert made["note"]["id"] in reel("token", "list").out
    assert reel("token", "revoke", made["note"]["id"]).code == 0
    ended = reel("list", REEL_TOKEN=made["token"], REEL_CLIENT="")

    assert (ended.code, "does not take this token" in ended.err) == (1, True)


def test_a_token_that_there_is_not_cannot_be_revoked(reel: Runs) -> None:
    ended = reel("token", "revoke", "x")
    assert (ended.code, "`reel token list` lists them" in ended.err) == (1, True)


def test_bounds_of_a_token_are_told(reel: Runs) -> None:
    reel("token", "make", "bob", "--most-bytes", 10**9, "--quota-bytes", 2 * 10**10, "--may", "send")
    assert re.search(r"bob +may send +until \S+ +1\.0 GB a file, 20\.0 GB in all", reel("token", "list").out)


def test_waiting_for_an_item_ends_with_its_end(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.uploaded()
    loopback.manifests.extend([manifest(item["video_id"], "queued"), manifest(item["video_id"], "ready")])
    ended = reel("wait", short(item))

    assert (ended.code, "ready" in ended.out) == (0, True)


def test_waiting_for_an_item_that_fails_fails(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.uploaded()
    loopback.desk.publish(manifest(item["video_id"], "failed", error=DAMAGED))
    ended = reel("wait", short(item))

    assert (ended.code, "The file ends in its middle." in ended.out) == (1, True)


def test_a_deleted_item_is_gone(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.uploaded()
    ended = reel("delete", short(item), "--yes")

    assert (ended.code, loopback.desk.live()) == (0, [])


def test_without_a_yes_nothing_is_deleted(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.uploaded()

    assert reel("delete", short(item)).code == 130  # nobody is there to ask
    assert loopback.desk.live() != []


def test_what_did_not_fail_cannot_be_retried(reel: Runs, loopback: Loopback) -> None:
    ended = reel("retry", short(loopback.desk.uploaded()))
    assert (ended.code, ended.err) == (1, "reel: Nothing has been tried yet. Look at the item in a minute.\n")


def test_the_queue_of_a_server_at_rest_is_empty(reel: Runs) -> None:
    assert reel("queue").err == "There is nothing to do.\n"


def test_the_doctor_finds_a_server_that_is_well(reel: Runs) -> None:
    ended = reel("doctor", "--json")
    found = {check["name"]: check["well"] for check in json.loads(ended.out)}

    assert (ended.code, set(found.values())) == (0, {True})
    assert {"server", "clock", "token", *map(sentence, WRITTEN)} <= set(found)


def test_the_doctor_tells_which_encoder_was_seen_at_work(reel: Runs, loopback: Loopback) -> None:
    def said() -> str:
        checks = json.loads(reel("doctor", "--json").out)
        return str(next(check["said"] for check in checks if check["name"] == "encoder"))

    before = said()
    video, rev = "a" * 16, "b" * 16
    loopback.desk.store(keys.OK.key(id=video, rev=rev, unit="s"), Receipt(id=video, rev=rev, unit="s", encoder="ffmpeg 9.0.2"))

    assert (before, said()) == ("nothing has been encoded yet", "ffmpeg 9.0.2 was seen at work")


def test_the_doctor_says_what_is_wrong(reel: Runs) -> None:
    ended = reel("doctor", "--server", "http://127.0.0.1:9")
    assert (ended.code, "not well" in ended.out, "does not answer" in ended.out) == (1, True, True)


def test_the_configuration_names_the_server(reel: Runs, loopback: Loopback, tmp_path: Path) -> None:
    file = {"REEL_CONFIG": str(tmp_path / "reel.toml"), "REEL_SERVER": "", "REEL_TOKEN": ""}
    reel("config", "server", loopback.address, **file)
    reel("config", "token", TOKEN, **file)

    assert reel("list", **file).code == 0
    assert (tmp_path / "reel.toml").stat().st_mode & 0o777 == 0o600
    assert TOKEN not in reel("config", **file).err + reel("config", **file).out


def test_the_configured_token_goes_to_the_configured_server_alone(reel: Runs, loopback: Loopback, tmp_path: Path) -> None:
    (tmp_path / "reel.toml").write_text(f'server = "http://127.0.0.1:9"\ntoken = "{TOKEN}"\n')
    ended = reel("list", REEL_CONFIG=str(tmp_path / "reel.toml"), REEL_TOKEN="", REEL_SERVER=loopback.address)

    assert (ended.code, "needs a token" in ended.err, loopback.asked) == (2, True, [])


def test_a_comment_in_the_configuration_stays(reel: Runs, tmp_path: Path) -> None:
    file = tmp_path / "reel.toml"
    file.write_text("# mine\npreset = 'small'\n")
    reel("config", "preset", "modern", REEL_CONFIG=str(file))
    reel("config", "client", "--unset", REEL_CONFIG=str(file))

    assert file.read_text() == '# mine\npreset = "modern"\n'


@pytest.mark.parametrize("text", ["server = 3", "servre = 'x'", "server ="])
def test_a_configuration_that_cannot_be_read_is_told_with_its_place(reel: Runs, tmp_path: Path, text: str) -> None:
    file = tmp_path / "reel.toml"
    file.write_text(text)
    ended = reel("list", REEL_CONFIG=str(file))

    assert (ended.code, str(file) in ended.err) == (2, True)


def test_a_folder_is_sent_with_its_media_alone(reel: Runs, loopback: Loopback, filed: Filed, tmp_path: Path) -> None:
    for name in ("films/a.mp4", "films/b.MKV", "films/notes.txt", "films/a.jpg", "films/cover.jpg"):
        filed(name)
    ended = reel("upload", tmp_path / "films")

    assert (ended.code, sorted(key.rpartition("/")[2] for key in loopback.desk.live())) == (0, ["a.mp4", "b.MKV", "cover.jpg"])


def test_a_folder_without_media_is_told(reel: Runs, tmp_path: Path) -> None:
    assert "There is no video, no sound and no picture in" in reel("upload", tmp_path).err


def test_what_comes_from_standard_input_is_sent_under_a_name(reel: Runs, loopback: Loopback) -> None:
    assert reel("upload", "-").code == 2
    ended = reel("upload", "-", "--name", "piped.mp4", typed=b"hello")

    assert (ended.code, [key.rpartition("/")[2] for key in loopback.desk.live()]) == (0, ["piped.mp4"])


def test_the_words_of_a_note_are_sent(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    reel("upload", filed(), "--title", "A talk", "--channel", "Evenings", "--language", "en", "--unlisted")
    (note,) = [key for key in loopback.desk.live() if key.endswith(".json")]
    body = loopback.desk.buckets.inbox.read(note)

    assert json.loads(body or b"") == {"title": "A talk", "channel": "Evenings", "language": "en", "visibility": "unlisted"}


def test_the_original_is_downloaded_by_command(reel: Runs, loopback: Loopback, tmp_path: Path) -> None:
    item = loopback.desk.uploaded()
    ended = reel("download", short(item), "--to", tmp_path / "new")

    assert (ended.code, (tmp_path / "new" / "talk.mp4").read_bytes()) == (0, b"hello")
    assert ended.out == f"{tmp_path}/new/talk.mp4\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_the_command(reel: Runs, shell: str) -> None:
    assert "_REEL_COMPLETE" in reel("completion", shell).out


def test_the_completion_of_bash_is_bash(reel: Runs, tmp_path: Path) -> None:
    script = tmp_path / "reel.bash"
    script.write_text(reel("completion", "bash").out)
    done = subprocess.run(["bash", "-n", script], capture_output=True, check=False, env={"PATH": os.environ["PATH"]})  # noqa: S607
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_page_that_would_be_opened_is_told(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.uploaded()
    assert reel("open", short(item), BROWSER="true").out == f"{loopback.address}/w/{item['video_id']}.html\n"
