"""How far an encoder is."""

from pathlib import Path

import msgspec
import pytest

from functions.common.model import Order, Underway, VideoWork
from functions.common.process import private_folder, run
from functions.transcode.binaries import find_tools
from functions.transcode.encode import Encoder, make
from functions.transcode.pace import EVERY_S, Pace
from tests.inputs.sources import clip
from tests.media import AAC, X264
from tests.unit.transcode.store import serving
from tests.unit.transcode.work import audio, order, text, video

REPORT = b"frame=30\nfps=0.0\nout_time_us=1200000\nspeed=2.5x\nprogress=continue"


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give its time."""
        return self.now


def heard(unit: Order, report: bytes = REPORT, after_s: float = EVERY_S) -> list[Underway]:
    told: list[Underway] = []
    clock = Clock()
    pace = Pace(unit, clock, told.append)
    clock.now = after_s
    for line in report.splitlines():
        pace.hear(line)
    return told


def shared(work: VideoWork) -> Order:
    return msgspec.structs.replace(order(work), share=0.25)


def test_a_chunk_is_counted_in_frames() -> None:
    (told,) = heard(shared(video(100, 150)))
    assert (told.unit, told.share, told.done, told.speed) == ("v00000", 0.25, 0.6, 2.5)


def test_a_sound_is_counted_in_seconds() -> None:
    (told,) = heard(order(msgspec.structs.replace(audio(), duration_s=4.8), "a0"))
    assert told.done == 0.25


def test_more_than_was_estimated_is_all() -> None:
    assert heard(order(video(0, 10)))[0].done == 1


def test_nothing_is_told_before_its_time() -> None:
    assert heard(order(video(0, 100)), after_s=EVERY_S - 0.1) == []


def test_two_words_are_some_seconds_apart() -> None:
    told: list[Underway] = []
    clock = Clock()
    pace = Pace(order(video(0, 100)), clock, told.append)
    for _ in range(40):
        clock.now += 1
        for line in REPORT.splitlines():
            pace.hear(line)
    assert len(told) == 40 / EVERY_S


@pytest.mark.parametrize("line", [b"", b"frame=", b"frame=N/A", b"speed=N/A", b"progress", b"\xff", b"frame=1e9"])
def test_a_line_of_another_kind_is_passed_over(line: bytes) -> None:
    assert heard(order(video(0, 100)), line + b"\n" + REPORT)[0].done == 0.3


@pytest.mark.parametrize("report", [b"progress=end", b"speed=N/A\nprogress=continue"])
def test_an_encoder_that_knows_nothing_yet_is_at_the_beginning(report: bytes) -> None:
    (told,) = heard(order(video(0, 100)), report)
    assert (told.done, told.speed) == (0, 0)


def test_work_of_unknown_length_tells_nothing() -> None:
    assert heard(order(audio(), "a0")) == heard(order(text(), "t0")) == []


def test_an_encoder_tells_how_far_it_is(tmp_path: Path) -> None:
    """On a clock on which every look is a minute later."""
    clip(*X264, *AAC)(tmp_path / "film.mp4")
    told: list[Underway] = []
    minutes = iter(range(0, 10**9, 60))
    with serving() as store, private_folder() as folder:
        work = msgspec.structs.replace(order(video(0, 200)), deadline_s=10**6)
        make(
            work,
            store.put((tmp_path / "film.mp4").read_bytes()),
            folder,
            Encoder(find_tools(), run, lambda: next(minutes), told.append),
        )
    assert told[-1].done == 1
