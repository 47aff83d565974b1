"""Captions of any make to clean WebVTT."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.transcode.captions import ARROW, Cue, clean, read, write
from tests.bounded import within

HEAD = "00:01.000 --> 00:02.000"


def one(text: str) -> str:
    """Read a cue with this text; give the text that is published."""
    cues = read(f"WEBVTT\n\n{HEAD}\n{text}\n".encode()).cues
    return cues[0].text if cues else ""


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("00:01.000 --> 00:02.000", (1000, 2000)),
        ("01:00:01,5 --> 01:00:02,25", (3_601_500, 3_602_250)),
        ("123:00:00.000 --> 123:00:01.000", (442_800_000, 442_801_000)),
        ("  0:00:01.000-->0:00:02.000  ", (1000, 2000)),
        ("00:00:01,000 --> 00:00:02,000 X1:10 Y1:20", (1000, 2000)),
    ],
)
def test_times_are_read_as_people_and_programs_write_them(line: str, times: tuple[int, int]) -> None:
    cue = read(f"{line}\ntext\n".encode()).cues[0]
    assert (cue.begin_ms, cue.end_ms) == times


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("soon --> later\ntext", "its times cannot be read"),
        ("00:02.000 --> 00:01.000\ntext", "it ends before it begins"),
        (f"{HEAD}\n\n", "it has no text"),
        (f"{HEAD}\n<script></script>", "it has no text"),
    ],
)
def test_a_bad_cue_is_told_with_its_line_and_the_others_stay(block: str, why: str) -> None:
    found = read(f"WEBVTT\n\n{block}\n\n{HEAD}\ngood\n".encode())
    assert [cue.text for cue in found.cues] == ["good"]
    assert found.problems[0].startswith(f"The cue at line 3 is left out: {why}")


def test_of_many_problems_the_first_are_told_and_the_rest_are_counted() -> None:
    problems = read(b"a --> b\n\n" * 50).problems
    assert (len(problems), problems[-1]) == (21, "30 more cues are left out.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_each_encoding_that_says_what_it_is(encoding: str) -> None:
    found = read(f"{HEAD}\nGrüße, 世界\n".encode(encoding))
    assert (found.cues[0].text, found.problems) == ("Grüße, 世界", ())


def test_text_of_an_unknown_encoding_is_guessed_and_that_is_told() -> None:
    found = read(f"{HEAD}\nGrüße\n".encode("latin-1"))
    assert (found.cues[0].text, "read as Latin-1" in found.problems[0]) == ("Grüße", True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    assert read(end.join(["1", HEAD, "a", "b", "", "2", HEAD, "c"]).encode()).cues == (
        Cue(1000, 2000, "a\nb"),
        Cue(1000, 2000, "c"),
    )


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("<i>a</i> <b>b</b> <u>c</u>", "<i>a</i> <b>b</b> <u>c</u>"),
        ("<v.loud  Ann >a</v>", "<v.loud Ann>a</v>"),
        ("<lang en-GB>a</lang>", "<lang en-GB>a</lang>"),
        ("<c.yellow.bg_blue>a</c>", "<c.yellow.bg_blue>a</c>"),
        ("<ruby>a<rt>b</rt></ruby>", "<ruby>a<rt>b</rt></ruby>"),
        ("<font color=red>a</font>", "a"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>a", "a"),
        ("<00:01.500>a", "a"),
        ("<v>a", "a"),
        ("<I>a</I>", "a"),
        ("1 < 2 > 0 & AT&T", "1 &lt; 2 &gt; 0 &amp; AT&amp;T"),
        ("a &amp; &lt;b&gt;&nbsp;c", "a &amp; &lt;b&gt;&nbsp;c"),
        ("&copy;", "&amp;copy;"),
        ("{\\an8}{\\i1}a{\\i0}", "a"),
        ("a\u202eb\u2066c\x07d\x00e", "abcde"),
        ("\u200f\u0645\u0631\u062d", "\u200f\u0645\u0631\u062d"),
        ("a\tb", "a b"),
    ],
)
def test_only_what_captions_need_is_published(said: str, published: str) -> None:
    assert one(said) == published


@pytest.mark.parametrize("begun", ["<c" + " " * 500_000, "{\\" * 250_000, "<c.a" * 100_000, "<v " * 150_000, "<" * 500_000])
def test_what_is_begun_and_never_ended_is_read_in_time(begun: str) -> None:
    """A reader that looks for each end anew would take hours; each of these takes less than half a second."""
    with within(5):
        clean(begun)


@pytest.mark.parametrize(
    ("said", "published"),
    [("{\\a{\\b} c", "c"), ("{\\a <i>b</i>}", "{\\a <i>b</i>}"), ("{\\a\n{\\b}c", "{\\a\nc"), ("<c  \n .x >a</c>", "<c>a</c>")],
)
def test_an_order_of_another_format_goes_where_it_ends(said: str, published: str) -> None:
    assert one(said) == published


@pytest.mark.parametrize("said", ["<v a--\n>b", "<c.a--\n>b", "<c.a-\x00->b", "-\x00->", "a --\x1b> b", "--&gt;\n<v x --->"])
def test_no_arrow_can_be_hidden_in_a_text(said: str) -> None:
    assert ARROW not in one(said)


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ("align:start position:10%,line-left size:35.5% line:-1", "align:start position:10%,line-left size:35.5% line:-1"),
        ("vertical:rl line:0", "vertical:rl line:0"),
        ("region:fred align:middle onclick:alert(1)", ""),
        ("align:start align:end", "align:end"),
        ("line:101%", ""),
    ],
)
def test_settings_are_kept_where_they_are_valid(settings: str, kept: str) -> None:
    assert read(f"{HEAD} {settings}\na\n".encode()).cues[0].settings == kept


def test_comments_styles_and_regions_are_left_out() -> None:
    body = f"WEBVTT\n\nSTYLE\n::cue {{ background: url(x) }}\n\nNOTE secret\n\nREGION\nid:fred\n\n{HEAD}\na\n"
    assert write(read(body.encode()).cues).decode() == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na\n"


def test_cues_are_written_in_order_of_their_beginnings() -> None:
    cues = read(b"00:03.000 --> 00:04.000\nb\n\n00:01.000 --> 00:02.000\na\n").cues
    assert [cue.text for cue in cues] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "a\n\nb", "a --> b", "<script>", "a\r", " a"])
def test_the_writer_refuses_what_would_break_the_file(text: str) -> None:
    with pytest.raises(ValueError, match="no clean cue text"):
        write([Cue(0, 1, text)])


@pytest.mark.parametrize("settings", ["region:x", "align:start\n\n00:00"])
def test_the_writer_refuses_settings_that_are_none(settings: str) -> None:
    with pytest.raises(ValueError, match="no cue settings"):
        write([Cue(0, 1, "a", settings)])


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "<i>",
        "</i>",
        "<v ",
        "<v Ann>",
        "<c.a>",
        "<x>",
        "&",
        "&amp;",
        "-->",
        "--",
        "-",
        "{\\",
        "}",
        "\n",
        "\r",
        "\x00",
        "\u202e",
    ]
)
WORDS = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
CUES = st.lists(
    st.builds(
        lambda begin, length, text: Cue(begin, begin + length, clean(text)),
        st.integers(0, 10**9),
        st.integers(1, 10**6),
        WORDS.filter(clean),
    ),
    max_size=5,
)


@given(CUES)
def test_what_is_written_is_read_back(cues: list[Cue]) -> None:
    assert read(write(cues)).cues == tuple(sorted(cues, key=lambda cue: cue.begin_ms))


@given(WORDS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.binary(max_size=300) | WORDS.map(lambda text: f"{HEAD}\n{text}\n\n{HEAD}\nend".encode("utf-8", "replace")))
def test_whatever_is_dropped_gives_a_file_that_can_be_written(body: bytes) -> None:
    found = read(body)
    assert write(found.cues).decode().count(ARROW) == len(found.cues)


@given(WORDS)
def test_nothing_but_allowed_tags_is_published(text: str) -> None:
    rest = clean(text)
    for tag in ("i", "b", "u", "c", "c.a", "v", "lang", "ruby", "rt"):
        rest = rest.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    for opened in rest.split("<")[1:]:
        assert opened.startswith(("v ", "lang ", "v.", "lang.", "c.", "i.", "b.", "u.", "ruby.", "rt."))
