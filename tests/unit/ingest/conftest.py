"""Clips made once for each session, and a loopback store that serves them."""

from collections.abc import Callable, Iterator

import pytest

from functions.common.process import private_folder
from functions.ingest.binaries import Tools, find_tools
from functions.ingest.facts import Facts
from functions.ingest.probe import probe
from tests.unit.ingest.shelf import H264, PICTURE, SETTINGS, SOUND, Shelf, make, serve


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    found = Shelf()
    with serve(found):
        yield found


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture
def look(shelf: Shelf, tools: Tools) -> Callable[[bytes], Facts]:
    """Give a function that probes a file's bytes over the loopback store."""

    def look_into(body: bytes) -> Facts:
        shelf.objects["clip"] = body
        with private_folder() as folder:
            return probe(tools, shelf.source("clip"), SETTINGS, folder)

    return look_into


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two seconds of each kind, 160 x 90 at 25."""
    folder = tmp_path_factory.mktemp("clips")
    both = (*PICTURE, *SOUND, *H264)
    recipes = {
        "faststart.mp4": (*both, "-movflags", "+faststart"),
        "index-last.mp4": both,
        "talk.mkv": both,
        "talk.ts": both,
        "talk.avi": both,
        "talk.flv": both,
        "talk.mxf": (*PICTURE, "-c:v", "mpeg2video"),
        "talk.mpg": (*PICTURE, *SOUND),
        "talk.asf": (*PICTURE, *SOUND),
        "talk.ogv": (*SOUND, "-f", "ogg"),
        "talk.webm": (*PICTURE, "-c:v", "libvpx", "-deadline", "realtime"),
        "recorded.mkv": (*both, "-live", "1"),
        "talk.gif": PICTURE,
        "talk.mp3": SOUND,
        "talk.wav": SOUND,
        "talk.flac": SOUND,
        "talk.aac": SOUND,
        **dict.fromkeys(("talk.aiff", "talk.caf", "talk.w64", "talk.au", "talk.ac3", "talk.eac3"), SOUND),
        "talk.amr": (*SOUND, "-ar", "8000", "-ac", "1"),
    }
    return {name: make(folder / name, *recipe) for name, recipe in recipes.items()}
