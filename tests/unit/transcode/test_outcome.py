"""What ffmpeg's words mean. The words are those of ffmpeg 9.0.2; test_reading.py has it say them."""

import pytest

from functions.transcode import outcome

ENDS = "[http @ 0x5651c5d92ac0] Stream ends prematurely at 849375, should be 872451\n"
AGAIN = "[http @ 0x5651c5d92ac0] Will reconnect at 849375 in 0 second(s), error=Input/output error.\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", None),
        ("[h264 @ 0x1] concealing 5 DC errors\n", None),
        (ENDS + AGAIN, None),
        (ENDS + AGAIN + ENDS, "Stream ends prematurely at 849375, should be 872451"),
        ("[https @ 0x1] HTTP error 403 Forbidden\n", "HTTP error 403 Forbidden"),
        ("[https @ 0x1] HTTP error 416 Range Not Satisfiable\n", None),
        ("[tls @ 0x1] certificate verify failed\n", "certificate verify failed"),
        ("[out#0/mp4 @ 0x1] [http @ 0x2] as a title\n", None),
    ],
)
def test_a_broken_connection_counts_unless_it_was_taken_up(words: str, complaint: str | None) -> None:
    assert outcome.unread(words) == complaint


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
