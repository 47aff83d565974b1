"""How far an encoder is."""

from pathlib import Path

import msgspec
import pytest

from functions.common.model import Order, Underway
from functions.common.process import private_folder, run
from functions.transcode.binaries import find_tools
from functions.transcode.encode import make
from functions.transcode.job import Encoder
from functions.transcode.pace import EVERY_S, Pace
from tests.inputs.sources import clip
from tests.media import AAC, X264
from tests.unit.transcode.store import serving
from tests.unit.transcode.work import audio, order, text, video

TIME = b"1.200000"


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give its time."""
        return self.now


def heard(unit: Order, line: bytes = TIME, after_s: float = EVERY_S) -> list[Underway]:
    told: list[Underway] = []
    clock = Clock()
    pace = Pace(unit, clock, told.append)
    clock.now = after_s
    pace.hear(line)
    return told


def test_a_chunk_is_told_with_its_share_and_its_speed() -> None:
    (told,) = heard(msgspec.structs.replace(order(video(100, 150)), share=0.25))
    assert (told.unit, told.share, told.done, told.speed) == ("v00000", 0.25, 0.6, 0.24)


def test_a_sound_is_told_where_its_length_is_known() -> None:
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
        pace.hear(TIME)
    assert len(told) == 40 / EVERY_S


@pytest.mark.parametrize("line", [b"", b"-0.021333", b"N/A", b"\xff", b"1/0"])
def test_a_packet_before_the_beginning_is_at_the_beginning(line: bytes) -> None:
    assert heard(order(video(0, 100)), line)[0].done == 0


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
    assert told[-1].done > 0.9
