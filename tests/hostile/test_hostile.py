"""A sample of the hostile files, the same in each run; `python -m tests.hostile` runs thousands."""

import urllib.request
from collections.abc import Callable, Iterator

import pytest

from functions.common.process import FOLDER_PREFIX
from functions.ingest import handler as ingest
from tests.hostile.corpus import NAMES, Hostile, made_by_hand, mutated, seeds
from tests.hostile.exam import SECRET, Exam, examining
from tests.unit.transcode.store import serving

SAMPLE = 48  # of those that are mutated
EVERY = 8  # of those that are made by hand: their kinds repeat


@pytest.fixture(scope="module")
def exam() -> Iterator[Exam]:
    with serving() as store, examining(store) as opened:
        yield opened


@pytest.mark.parametrize("kind", sorted(seeds()))
def test_a_real_file_is_no_hostile_one(kind: str, exam: Exam) -> None:
    outcome = exam.judge(Hostile(f"a.{kind}", seeds()[kind]))
    assert (outcome.fault, outcome.status) == ("", "read" if kind == "json" else "ready")


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_a_ruined_file_ends_as_it_should(seed: int, exam: Exam) -> None:
    assert exam.judge(mutated(seed)).fault == ""


@pytest.mark.parametrize("part", range(8))
def test_a_file_that_was_made_to_do_harm_ends_as_it_should(part: int, exam: Exam) -> None:
    files = list(made_by_hand(exam.canary))[::EVERY]
    assert len(files) > 50
    faults = {file.name: outcome.fault for file in files[part::8] if (outcome := exam.judge(file)).fault}
    assert faults == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_does_no_harm(name: Callable[[str], str], exam: Exam) -> None:
    for kind in ("mp4", "json", "vtt", "jpg"):
        assert exam.judge(Hostile(f"a.{kind}", seeds()[kind]), name(kind)).fault == ""


def test_the_exam_hears_whoever_asks_the_canarys_server(exam: Exam) -> None:
    with pytest.raises(OSError, match="404"):
        urllib.request.urlopen(f"{exam.canary.server}/read.ts")  # our own
    assert "asked for ['/read.ts']" in exam.judge(Hostile("a.json", b"{}")).fault
    exam.touched.clear()


def test_the_exam_hears_whoever_opens_the_canarys_file(exam: Exam) -> None:
    exam.canary.path.read_text()
    assert "was opened" in exam.judge(Hostile("a.json", b"{}")).fault


def test_the_exam_sees_what_is_left_behind(exam: Exam) -> None:
    left = exam.canary.path.parent / f"{FOLDER_PREFIX}left"
    left.mkdir()
    assert "left behind" in exam.judge(Hostile("a.json", b"{}")).fault
    left.rmdir()


def test_the_exam_notices_a_demuxer_that_follows_what_a_file_names(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a file's own words believed, the first of the lists would be read."""
    monkeypatch.setattr("functions.ingest.probe.accept", lambda *_: "hls")
    playlist = next(
        file for file in made_by_hand(exam.canary) if exam.canary.server.encode() in file.body and b"#EXTINF" in file.body
    )
    assert "/read.ts" in exam.judge(playlist).fault
    exam.touched.clear()


def test_an_error_of_ours_is_a_fault(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "plan", lambda *_: 1 // 0)
    assert "ZeroDivisionError" in exam.judge(Hostile("a.mp4", seeds()["mp4"])).fault


def test_the_canarys_words_are_only_in_its_file(exam: Exam) -> None:
    assert not [file.name for file in made_by_hand(exam.canary) if SECRET.encode() in file.body]
