"""The presets that come with the project, and what is said of one's own."""

import json
from pathlib import Path

import pytest

from functions.common import presets, schema
from functions.common.model import Preset
from functions.common.settings import Misconfigured

STEP = {"edge": 720, "codec": "h264", "effort": "veryfast", "crf": 23, "maxrate_kbit": 2800, "bufsize_kbit": 5600}
OWN = {"$schema": "preset-1.json", "about": "Mine.", "video": [STEP], "audio": [{"codec": "aac", "kbit": 96}]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(presets, "FOLDER", tmp_path)
    return tmp_path


def write(folder: Path, **changes: object) -> None:
    (folder / "mine.json").write_text(json.dumps(OWN | changes))


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_can_be_used(name: str) -> None:
    assert presets.preset(name).about


@pytest.mark.parametrize("name", presets.names())
def test_the_first_sound_of_a_preset_is_one_that_everything_plays(name: str) -> None:
    assert presets.preset(name).audio[0].channels == 2


def test_ones_own_preset_is_a_file_beside_the_others(folder: Path) -> None:
    write(folder)
    assert (presets.names(), presets.preset("mine").video[0].edge) == (("mine",), 720)


def test_an_unknown_preset_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(Misconfigured, match=r"no preset 'av1'.*there are archive, hevc, modern, mp4, small, web, webm"):
        presets.preset("av1")


@pytest.mark.parametrize("name", ["../web", "", "web.json"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(Misconfigured, match=r"no preset"):
        presets.preset(name)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"video": []}, "length >= 1"),
        ({"video": [STEP | {"codec": "divx"}]}, "Invalid enum value 'divx'"),
        ({"video": [STEP | {"effort": "8"}]}, "h264 has no effort '8'; it has veryfast, faster, medium, slow"),
        ({"video": [STEP | {"edge": 721}]}, "edge"),
        ({"video": [STEP | {"bitrate": 5}]}, "unknown field `bitrate`"),
        ({"video": [STEP, STEP]}, "2 steps of 720 lines in h264"),
        ({"audio": [{"codec": "aac", "kbit": 96}] * 2}, "2 sounds of 2 channels"),
        ({"audio": [{"codec": "aac", "kbit": 96, "channels": 5}]}, "5 channels; it may have 1, 2 or 6"),
    ],
)
def test_what_is_wrong_with_ones_own_preset_is_said(folder: Path, changes: dict[str, object], why: str) -> None:
    write(folder, **changes)
    with pytest.raises(Misconfigured, match=f"the preset 'mine': .*{why}"):
        presets.preset("mine")


def test_a_preset_is_narrowed_to_the_heights_that_are_wanted() -> None:
    narrow = presets.narrowed(presets.preset("web"), ("720p", "240p"))
    assert [step.edge for step in narrow.video] == [720, 240]


def test_all_heights_are_made_where_none_are_named() -> None:
    web = presets.preset("web")
    assert presets.narrowed(web, (presets.ALL,)) == web


def test_a_height_that_a_preset_has_not_is_named() -> None:
    with pytest.raises(Misconfigured, match="no step '1440p'; it has 1080p, 720p, 480p, 240p"):
        presets.narrowed(presets.preset("web"), ("720p", "1440p"))


def test_a_preset_is_a_document() -> None:
    web = presets.preset("web")
    assert schema.load(Preset, schema.dump(web)) == web
