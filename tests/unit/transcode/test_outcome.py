"""What ffmpeg's exit codes and words mean. The words are those of ffmpeg 9.0.2."""

import pytest

from functions.transcode import outcome


@pytest.mark.parametrize(("code", "blamed"), [(183, True), (234, True), (-11, True), (228, False), (1, False)])
def test_the_code_tells_whose_fault_it_was(code: int, blamed: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert outcome.blames_input(code) is blamed


@pytest.mark.parametrize(
    ("code", "words", "starved"),
    [
        (-9, "", True),
        (245, "pthread_create() failed: Resource temporarily unavailable", True),
        (234, "Error while filtering: Cannot allocate memory", True),
        (234, "Invalid argument", False),
        (0, "Cannot allocate memory", False),
    ],
)
def test_words_tell_that_memory_ran_out(code: int, words: str, starved: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert outcome.starved(code, words) is starved
