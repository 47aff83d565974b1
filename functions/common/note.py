"""A dropped `talk.json` to a note, whatever is in it. PURE: its schema, read once, is a constant of the package.

Each field is judged alone by `schemas/note-1.json`: a bad one is left out and reported, the others stay. Nothing raises, for the
words beside a video never stop the video.
"""

import functools
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import msgspec
from jsonschema import Draft202012Validator

from functions.common.cleaning import clean_line, clean_text
from functions.common.inbox import language
from functions.common.model import Note, Problem

MAX_BYTES: Final = 262_144  # what a person writes of a video has some kB; more is another file with a wrong name
MAX_PROBLEMS: Final = 20  # a video dropped as talk.json could have a thousand

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?", re.ASCII)  # RFC 3339, 5.6


def read_note(body: bytes, where: str) -> tuple[Note, tuple[Problem, ...]]:
    """Read a note's bytes; `where` is its file name, for the problems. Never raises."""
    if len(body) > MAX_BYTES:
        return _ignored(where, f"it is larger than {MAX_BYTES // 1024} kB; keep only the fields of a note")
    try:
        fields = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        return _ignored(where, "it is not UTF-8 text; save it as UTF-8")
    except (ValueError, RecursionError) as error:
        return _ignored(where, f"it is not JSON; {_place(error)}")
    if not isinstance(fields, dict):
        return _ignored(where, 'it is not a JSON object; write it as {"title": "…"}')
    return _read_fields(fields, where)


def read_date(text: str) -> str | None:
    """Normalise an RFC 3339 time of any offset, or a day (midnight in UTC), to `model.Time`; None when it is neither."""
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


@functools.cache
def _schema() -> Mapping[str, Mapping[str, object]]:
    schema = json.loads(files("functions.common").joinpath("schemas", "note-1.json").read_bytes())
    return {str(name): rule for name, rule in schema["properties"].items()}


def _read_fields(fields: Mapping[str, object], where: str) -> tuple[Note, tuple[Problem, ...]]:
    kept: dict[str, object] = {}
    wrong: list[str] = []
    for name, value in fields.items():
        rule = _schema().get(name)
        if rule is None:
            wrong.append(f'The field "{clean_line(name)[:50]}" is left out: a note has only {", ".join(_schema())}.')
        elif (read := _value(name, value, rule)) is None:
            wrong.append(f'The field "{name}" is left out: write {rule["description"]}.')
        else:
            kept[name] = read
    problems = tuple(Problem(where=where[:500], message=message[:500]) for message in wrong[:MAX_PROBLEMS])
    return msgspec.convert(kept, Note), problems


def _value(name: str, value: object, rule: Mapping[str, object]) -> object:
    """Judge and clean one value; None when it cannot be used."""
    if not Draft202012Validator(rule).is_valid(value):
        return None
    read = _READERS.get(name)
    return read(value) if read else value


def _tags(value: object) -> object:
    tags = [clean_line(str(tag)) for tag in value] if isinstance(value, list) else []
    return list(dict.fromkeys(filter(None, tags)))


def _chapters(value: object) -> object:
    chapters = [{**chapter, "title": clean_line(chapter["title"])} for chapter in value] if isinstance(value, list) else []
    named = all(chapter["title"] for chapter in chapters)
    return sorted(chapters, key=lambda chapter: float(chapter["at"])) if named else None


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "title": lambda value: clean_line(str(value)) or None,
    "channel": lambda value: clean_line(str(value)) or None,
    "preset": lambda value: clean_line(str(value)) or None,
    "description": lambda value: clean_text(str(value)),
    "date": lambda value: read_date(str(value)),
    "language": lambda value: language(str(value)),
    "tags": _tags,
    "chapters": _chapters,
}


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"see line {error.lineno}, column {error.colno}: {error.msg}"
    return "it nests too deeply" if isinstance(error, RecursionError) else "a number in it cannot be read"


def _ignored(where: str, why: str) -> tuple[Note, tuple[Problem, ...]]:
    return Note(), (Problem(where=where[:500], message=f"The note is ignored: {why}."[:500]),)
