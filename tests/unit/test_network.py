"""What ffmpeg's words say of a read. They are those of ffmpeg 9.0.2 and 8.0; test_reading.py and test_probe.py have them said."""

import pytest

from functions.common.network import unread

ENDS = "[http @ 0x5651c5d92ac0] Stream ends prematurely at 849375, should be 872451\n"
AGAIN = "[http @ 0x5651c5d92ac0] Will reconnect at 849375 in 0 second(s), error=Input/output error.\n"
LAST = "[http @ 0x5651c5d92ac0] Will reconnect at 849375 in 3 second(s).\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", None),
        ("[h264 @ 0x1] concealing 5 DC errors\n", None),
        (ENDS + AGAIN, None),
        (ENDS + AGAIN + ENDS, "Stream ends prematurely at 849375, should be 872451"),
        (ENDS + LAST, "Will reconnect at 849375 in 3 second(s)."),
        (ENDS + LAST + ENDS + AGAIN, "Will reconnect at 849375 in 0 second(s), error=Input/output error."),
        ("[https @ 0x1] HTTP error 403 Forbidden\n", "HTTP error 403 Forbidden"),
        ("[https @ 0x1] HTTP error 416 Range Not Satisfiable\n", None),
        ("[tls @ 0x1] certificate verify failed\n", "certificate verify failed"),
        ("[out#0/mp4 @ 0x1] [http @ 0x2] as a title\n", None),
    ],
)
def test_a_broken_connection_counts_unless_it_was_taken_up(words: str, complaint: str | None) -> None:
    assert unread(words) == complaint
