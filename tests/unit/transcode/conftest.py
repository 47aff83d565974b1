"""Clips made once for each session, and what encodes them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions.common.process import run
from functions.transcode.binaries import find_tools
from functions.transcode.job import Encoder
from tests.media import AAC, X264, ffmpeg, numbered
from tests.unit.transcode.store import Store, serving
from tests.unit.transcode.work import Bench

GROUPS = ("-g", "60", "-bf", "3", "-x264-params", "open-gop=1")  # keyframes off our grid, and pictures that need the next one


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder(find_tools(), run, time.monotonic)


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    with serving() as found:
        yield found


@pytest.fixture(scope="session")
def bench_for(encoder: Encoder, store: Store) -> Callable[[Path], Bench]:
    """Give a bench for a file that is read over HTTP."""
    return lambda path: Bench(encoder, store.put(path.read_bytes()))


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def film(clips: Path) -> Path:
    """Eight seconds of numbered frames and beeps at 25 frames a second, the index first."""
    path = clips / "film.mp4"
    ffmpeg(*numbered(320, 180, "25", 8), *X264, *GROUPS, *AAC, "-movflags", "+faststart", path)
    return path


@pytest.fixture(scope="session")
def ntsc(clips: Path) -> Path:
    """The same at 30000/1001, the index last."""
    path = clips / "ntsc.mp4"
    ffmpeg(*numbered(320, 180, "30000/1001", 8.008), *X264, *GROUPS, *AAC, path)
    return path
