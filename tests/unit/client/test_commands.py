import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.command import ROOT, Runs
from tests.unit.client.conftest import Filed
from tests.unit.client.ending import DAMAGED, manifest, playable
from tests.unit.client.loopback import TOKEN, Loopback


def test_an_upload_writes_the_address_of_the_page_and_nothing_else(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    ended = reel("upload", filed())
    video = loopback.desk.ask("GET", "/item/ann").body["items"][0]["video_id"]
    assert (ended.code, ended.out) == (0, f"{loopback.address}/w/{video}.html\n")


def test_a_relative_name_is_the_callers(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    filed("elsewhere/talk.mp4")
    assert (reel("upload", "talk.mp4").code, len(loopback.desk.live())) == (0, 1)


def test_an_upload_in_json_is_a_list_of_items(reel: Runs, filed: Filed) -> None:
    told = json.loads(reel("upload", filed("a.mp4"), filed("b.mp4"), "--json").out)
    assert [(item["file_name"], item["phase"]) for item in told] == [("a.mp4", "uploaded"), ("b.mp4", "uploaded")]


def test_a_file_that_is_refused_does_not_keep_the_next_from_being_sent(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    ended = reel("upload", filed("a.exe"), filed("b.mp4"))
    assert (ended.code, [key.rpartition("/")[2] for key in loopback.desk.live()]) == (1, ["b.mp4"])


def test_a_refusal_is_told_in_the_servers_words(reel: Runs, filed: Filed) -> None:
    ended = reel("upload", filed("a.exe"))
    assert ended.err.startswith("reel: a.exe: file_name must be a name with one of these extensions: mp4, m4v")


def test_the_list_in_json_has_all_that_is_known(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    video = json.loads(reel("upload", filed(), "--json").out)[0]["video_id"]
    loopback.desk.publish(manifest(video, "encoding", progress=0.3, playable=playable(12)))
    ended = reel("status", "--json")
    assert (json.loads(ended.out)[0]["watchable"], json.loads(ended.out)[0]["progress"]) == (True, 30)


def test_a_wrong_token_is_told_once_for_all_files(reel: Runs, filed: Filed) -> None:
    ended = reel("upload", filed("a.mp4"), filed("b.mp4"), REEL_TOKEN="wrong")  # noqa: S106
    assert (ended.code, ended.err.count("does not take this token")) == (1, 1)


def test_a_server_that_does_not_answer_is_told(reel: Runs) -> None:
    ended = reel("status", "--server", "http://127.0.0.1:9")
    assert (ended.code, ended.err) == (3, "reel: http://127.0.0.1:9/ does not answer. Check the address and the connection.\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("upload", "nowhere.mp4"), "'nowhere.mp4' does not exist"),
        (("upload",), "Missing argument 'FILE…'"),
        (("status", "--server", "videos.example.org"), "no server's address"),
        (("frobnicate",), "No such command"),
    ],
)
def test_what_is_not_understood_is_told(reel: Runs, arguments: tuple[str, ...], says: str) -> None:
    ended = reel(*arguments)
    assert (ended.code, says in ended.err) == (2, True)


def test_without_a_token_it_is_said_where_it_goes(reel: Runs) -> None:
    ended = reel("status", REEL_TOKEN="")
    assert (ended.code, ended.err) == (
        2,
        "reel: This server needs a token: the one that its operator gave you. `reel config token TOKEN` keeps it.\n",
    )


def test_without_any_server_it_is_said_how_to_name_one(reel: Runs) -> None:
    ended = reel("status", REEL_SERVER="", REEL_LOCAL=".local/there-is-none")
    assert (ended.code, "--server" in ended.err, "make up" in ended.err) == (2, True, True)


def test_a_title_for_two_files_is_refused(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    assert (reel("upload", filed("a.mp4"), filed("b.mp4"), "--title", "x").code, loopback.asked) == (2, [])


def test_the_local_stack_is_found_by_itself(reel: Runs, loopback: Loopback, tmp_path: Path) -> None:
    stack = {"api_url": f"{loopback.address}/v1", "api_token": TOKEN, "site_url": "http://127.0.0.1/site/"}
    stack["media_url"] = "http://127.0.0.1/media/"
    (tmp_path / "stack.json").write_text(json.dumps(stack))
    assert reel("status", REEL_SERVER="", REEL_TOKEN="", REEL_LOCAL=str(tmp_path)).code == 0


def test_an_api_without_a_site_is_enough(reel: Runs, loopback: Loopback) -> None:
    assert reel("status", "--server", f"{loopback.address}/v1/").code == 0


def test_one_who_has_sent_nothing_is_told_how(reel: Runs) -> None:
    assert reel("status").err == "ann has sent nothing yet. `reel upload FILE` sends a video.\n"


def test_the_list_says_how_each_item_is(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    video = json.loads(reel("upload", filed(), "--json").out)[0]["video_id"]
    loopback.desk.publish(manifest(video, "encoding", progress=0.347, playable=playable(12.4)))
    assert re.search(r"talk\.mp4 +\S+ +encoding 34 %, 0:12 of 1:02 can be watched", reel("status").out)


def test_all_lists_more_than_the_newest(reel: Runs, loopback: Loopback) -> None:
    for number in range(101):
        loopback.desk.create(file_name=f"{number}.mp4")
    assert [len(json.loads(reel("list", "--json", *more).out)) for more in ((), ("--all",))] == [100, 101]


def test_an_item_is_found_by_the_last_characters_of_its_id(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.create()
    assert json.loads(reel("status", item["item_id"][-8:], "--json").out)["item_id"] == item["item_id"]


@pytest.mark.parametrize("unknown", ["zzzz", "00000000-0000-0000-0000-000000000000"])
def test_an_item_that_is_not_there_is_told(reel: Runs, unknown: str) -> None:
    ended = reel("status", unknown)
    assert (ended.code, ended.err.startswith("reel: ")) == (1, True)


def test_a_rejected_item_says_why_and_what_to_do(reel: Runs, loopback: Loopback) -> None:
    item = loopback.desk.uploaded()
    loopback.desk.publish(manifest(item["video_id"], "rejected", error=DAMAGED))
    assert "The file ends in its middle. Copy it again." in reel("status", item["item_id"]).out


def test_a_file_that_is_rejected_while_it_is_awaited_fails_the_command(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    first = loopback.desk.create()  # an earlier attempt, which the upload goes on with
    loopback.manifests.extend([manifest(first["video_id"], "queued"), manifest(first["video_id"], "rejected", error=DAMAGED)])
    ended = reel("upload", filed(), "--wait")
    assert (ended.code, ended.out, "talk.mp4 was rejected: The file ends in its middle. Copy it again." in ended.err) == (
        1,
        "",
        True,
    )


def test_waiting_ends_as_soon_as_there_is_something_to_watch(reel: Runs, loopback: Loopback, filed: Filed) -> None:
    first = loopback.desk.create()
    video = first["video_id"]
    loopback.manifests.extend(
        [
            manifest(video, "encoding", progress=0.1),
            manifest(video, "encoding", progress=0.2, playable=playable(12)),
            manifest(video, "ready"),
        ]
    )
    ended = reel("upload", filed(), "--wait")
    assert (ended.code, ended.out, len(loopback.manifests)) == (0, f"{loopback.address}/w/{video}.html\n", 1)


def test_the_launcher_says_what_to_do_in_a_checkout_that_is_not_set_up(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    launcher = tmp_path / "bin" / "reel"
    launcher.write_bytes((ROOT / "bin" / "reel").read_bytes())
    done = subprocess.run(["bash", launcher], capture_output=True, text=True, check=False)  # noqa: S607  # the user's bash
    assert (done.returncode, done.stderr) == (2, f"reel: this checkout is not set up yet. Run `make setup` in {tmp_path} first.\n")
