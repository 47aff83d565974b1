"""A dropped note, whatever is in it."""

import json
from importlib.resources import files

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from functions.common.cleaning import clean_line
from functions.common.model import Note
from functions.common.note import MAX_BYTES, read_date, read_note

SCHEMA = json.loads(files("functions.common").joinpath("schemas", "note-1.json").read_bytes())
FULL = SCHEMA["examples"][0]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
FIELDS = st.sampled_from(sorted(SCHEMA["properties"]))


def note_of(fields: object) -> Note:
    return read_note(json.dumps(fields).encode(), "talk.json")[0]


def messages(body: bytes) -> list[str]:
    return [problem.message for problem in read_note(body, "talk.json")[1]]


def test_a_whole_note_is_read() -> None:
    assert note_of(FULL) == Note(
        title="A talk",
        description="Given in Lisbon.\nSlides are on the speaker's page.",
        tags=("talks", "video"),
        channel="Conferences",
        date="2024-05-01T17:30:00Z",
        language="en",
        visibility="public",
        poster_at=12.5,
        chapters=note_of({"chapters": FULL["chapters"]}).chapters,
    )


def test_a_whole_note_has_no_problems() -> None:
    assert messages(json.dumps(FULL).encode()) == []


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schemas_examples_fit_it() -> None:
    examples = {name: rule["examples"] for name, rule in SCHEMA["properties"].items()}
    wrong = [name for name, found in examples.items() for one in found if note_of({name: one}) == Note() != one and one != "public"]
    assert wrong == []


def test_the_schema_has_the_fields_of_the_class() -> None:
    assert set(SCHEMA["properties"]) == {field.name for field in msgspec.structs.fields(Note)}


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("title", 7),
        ("title", ""),
        ("title", "\u202e\x00 "),
        ("title", "x" * 501),
        ("description", ["a"]),
        ("description", "x" * 20_001),
        ("tags", "talks"),
        ("tags", [""]),
        ("tags", ["x"] * 51),
        ("channel", "x" * 101),
        ("date", "1 May 2024"),
        ("date", "2024-02-30"),
        ("date", "2024-05-01T10:00:00"),
        ("date", "0001-01-01T00:00:00+23:00"),
        ("date", "20240501"),
        ("language", "English"),
        ("language", "xx"),
        ("visibility", "private"),
        ("poster_at", -1),
        ("poster_at", True),
        ("chapters", [{"at": 0}]),
        ("chapters", [{"at": -1, "title": "a"}]),
        ("chapters", [{"at": 0, "title": "\u202e"}]),
        ("chapters", {}),
    ],
)
def test_a_bad_field_is_left_out_and_reported(name: str, bad: object) -> None:
    note, problems = read_note(json.dumps({name: bad}).encode(), "talk.json")
    wanted = SCHEMA["properties"][name]["description"]
    assert (note, [problem.message for problem in problems]) == (
        Note(),
        [f'The field "{name}" is left out: write {wanted}.'],
    )


def test_a_bad_field_does_not_harm_the_others() -> None:
    assert note_of({"title": "A talk", "date": 5}) == Note(title="A talk")


def test_an_unknown_field_is_left_out_and_reported() -> None:
    known = "title, description, tags, channel, date, language, visibility, poster_at, chapters, preset, again"
    assert messages(b'{"titel": "A talk"}') == [f'The field "titel" is left out: a note has only {known}.']


def test_a_problem_names_the_file() -> None:
    assert read_note(b"{", "talks/talk.json")[1][0].where == "talks/talk.json"


def test_many_unknown_fields_are_not_all_reported() -> None:
    assert len(messages(json.dumps({f"x{number}": 1 for number in range(1000)}).encode())) == 20


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"title": }', "The note is ignored: it is not JSON; see line 1, column 11: Expecting value."),
        (b"", "The note is ignored: it is not JSON; see line 1, column 1: Expecting value."),
        (b'{"poster_at": NaN}', "The note is ignored: it is not JSON; a number in it cannot be read."),
        (b'{"poster_at": ' + b"9" * 5000 + b"}", "The note is ignored: it is not JSON; a number in it cannot be read."),
        (b"[" * 100_000, "The note is ignored: it is not JSON; it nests too deeply."),
        (b'["a"]', 'The note is ignored: it is not a JSON object; write it as {"title": "…"}.'),
        (b'{"title": "\xff"}', "The note is ignored: it is not UTF-8 text; save it as UTF-8."),
        (b" " * (MAX_BYTES + 1), "The note is ignored: it is larger than 256 kB; keep only the fields of a note."),
    ],
    ids=["no value", "empty", "NaN", "a long number", "deep", "a list", "not UTF-8", "too large"],
)
def test_what_is_no_note_is_ignored_and_reported(body: bytes, message: str) -> None:
    assert messages(body) == [message]


def test_a_byte_order_mark_is_no_harm() -> None:
    assert read_note(b'\xef\xbb\xbf{"title": "A talk"}', "talk.json")[0].title == "A talk"


def test_a_number_too_large_for_a_float_is_left_out() -> None:
    assert read_note(b'{"poster_at": 1e999}', "talk.json")[0] == Note()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-05-01", "2024-05-01T00:00:00Z"),
        ("2024-05-01T18:30:00+01:00", "2024-05-01T17:30:00Z"),
        ("2024-05-01t18:30:00.25z", "2024-05-01T18:30:00Z"),
        ("2024-01-01T00:00:00+14:00", "2023-12-31T10:00:00Z"),
        ("0999-05-01", "0999-05-01T00:00:00Z"),
        ("2024-05-01T18:30:00", None),
        ("2024-W18-3", None),
    ],
)
def test_a_date_is_normalised_to_utc(text: str, time: str | None) -> None:
    assert read_date(text) == time


def test_what_turns_or_hides_text_is_taken_out() -> None:
    assert clean_line("a\u202eb\u2066c\u2069d\x00e\x1b[31mf\ufeff\x85g") == "abcde[31mfg"


def test_a_line_has_no_breaks() -> None:
    assert clean_line(" a\r\n\tb\u2028c  d ") == "a b c d"


def test_right_to_left_marks_stay() -> None:
    assert clean_line("\u05d0\u200f!") == "\u05d0\u200f!"


def test_a_description_keeps_its_lines() -> None:
    assert note_of({"description": "a\r\n\r\nb\u202ec"}).description == "a\n\nbc"


def test_a_lone_surrogate_is_taken_out() -> None:
    assert read_note(b'{"title": "a\\ud800b"}', "talk.json")[0].title == "ab"


def test_a_presets_name_can_be_stored_whatever_it_is() -> None:
    note, _ = read_note(b'{"preset": "small\\ud800"}', "talk.json")
    assert (note.preset, read_note(b'{"preset": "\\ud800"}', "talk.json")[0].preset) == ("small", None)


def test_tags_are_kept_once_each() -> None:
    assert note_of({"tags": ["a", " a ", "b"]}).tags == ("a", "b")


def test_chapters_are_put_in_order() -> None:
    assert [c.at for c in note_of({"chapters": [{"at": 9, "title": "b"}, {"at": 0, "title": "a"}]}).chapters] == [0, 9]


def test_a_language_tag_is_normalised() -> None:
    assert note_of({"language": "PT-br"}).language == "pt-BR"


@given(st.binary())
def test_any_bytes_give_a_note(body: bytes) -> None:
    msgspec.convert(msgspec.to_builtins(read_note(body, "talk.json")[0]), Note)


@given(st.dictionaries(FIELDS | st.text(), ANY_JSON, max_size=6))
def test_any_json_object_gives_a_note_that_can_be_stored(fields: dict[str, object]) -> None:
    note, problems = read_note(json.dumps(fields).encode(), "talk.json")
    msgspec.convert(msgspec.json.decode(msgspec.json.encode([note, problems])), tuple[Note, object])
