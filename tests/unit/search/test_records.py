import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.common.model import Captions, Chapter, Manifest, Playable
from functions.search import records
from functions.search.records import caption_texts, cue_lines, record, spaced

FRONTEND = Path(__file__).parents[3] / "frontend"
CUES = b"""WEBVTT

NOTE not said

00:00:01.000 --> 00:00:02.000 line:0
<v Ann>Swifts &amp; <i>swallows</i>
fly

00:00:03.000 --> 00:00:04.000
home
"""


class Words(HTMLParser):
    """The texts of a page by their weight."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.weight = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the weight of what follows."""
        assert tag in ("html", "body", "p")
        self.weight = dict(attrs).get("data-pagefind-weight") or ""

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self.weight and data.strip():
            self.found[self.weight] = self.found.get(self.weight, "") + data


def manifest(**fields: object) -> Manifest:
    said = {"id": "a" * 16, "generation": 1, "current_generation": 1, "status": "ready", **fields}
    return Manifest(**said)  # type: ignore[arg-type]


def test_a_record_tells_title_labels_words_and_captions_apart() -> None:
    made = manifest(
        title="Birds", channel="Evening", tags=("nature",), description="In the hall.", chapters=(Chapter(at=0, title="Begin"),)
    )

    assert Words(record(made, [CUES])).found == {
        "10": "Birds",
        "6": "Evening nature",
        "3": "In the hall. Begin",
        "1": "Swifts & swallows fly home",
    }


def test_what_is_no_cue_is_not_searched() -> None:
    assert [line.split() for line in cue_lines(CUES.decode())] == [["Swifts", "&", "swallows", "fly"], ["home"]]


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_words_open_an_element_in_a_record(title: str, cue: str) -> None:
    body = f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{cue}\n".encode(errors="replace")

    assert Words(record(manifest(title=f"x{title}"), [body])).found["10"].startswith("x")


def test_every_caption_file_is_read_once() -> None:
    dropped, within = Captions(object="v/a/side/x.vtt", language="en"), Captions(object="v/a/r/t0.vtt", language="de")
    playable = Playable(rev="r" * 16, complete=True, main="m", duration_s=1, available_s=1, captions=(within, dropped))

    assert caption_texts(manifest(captions=(dropped,), playable=playable)) == [dropped.object, within.object]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("北京 2026", ["北", "京", "2026"]),
        ("ประเทศ", list("ประเทศ")),
        ("Käse und Brot", ["Käse", "und", "Brot"]),
        ("한국어 공부", ["한국어", "공부"]),
    ],
)
def test_a_script_without_spaces_is_searched_by_its_characters(text: str, words: list[str]) -> None:
    assert spaced(text).split() == words


def test_the_page_cuts_a_question_as_the_record_is_cut() -> None:
    said = re.search(r"const UNSPACED = /(\[.*\])/g", (FRONTEND / "words.js").read_text())

    assert said
    assert re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), said[1]) == records._UNSPACED.pattern.strip("()")  # noqa: SLF001
