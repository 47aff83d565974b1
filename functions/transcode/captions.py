"""Dropped captions, WebVTT or SRT of any make, to clean WebVTT. PURE.

The two formats differ in their header and in the comma of their times, so one reader takes both: a line with an arrow begins a cue,
an empty line ends it, and all else is left out: headers, numbers, comments, style sheets, regions. A cue that cannot be read is
reported and the others stay. What is written holds only tags of the list below, and text that is escaped.

Format: WebVTT, W3C Candidate Recommendation of 4 April 2019, sections 4.1 and 6.4.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from functions.common.cleaning import seen

ARROW: Final = "-->"
MAX_BYTES: Final = 2_000_000  # a film has 100 kB; a player loads it whole
MAX_PROBLEMS: Final = 20  # a file of another format could have one for each line
TAGS: Final = frozenset({"i", "b", "u", "c", "v", "lang", "ruby", "rt"})
_ANNOTATED: Final = frozenset({"v", "lang"})  # the tags that need a name after them (4.2.2)

_TIME: Final = r"(?:(\d{1,5}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING: Final = re.compile(rf"\s*{_TIME}\s*{ARROW}\s*{_TIME}(?:\s+(.*))?", re.ASCII)
_PERCENT: Final = r"(?:100|\d{1,2})(?:\.\d{1,4})?%"
_SETTING: Final = re.compile(  # 6.3; a region is left out, since its definition is
    rf"vertical:(?:rl|lr)|line:(?:-?\d{{1,4}}|{_PERCENT})(?:,(?:start|center|end))?"
    rf"|position:{_PERCENT}(?:,(?:line-left|center|line-right))?|size:{_PERCENT}|align:(?:start|center|end|left|right)",
    re.ASCII,
)
_SSA: Final = re.compile(r"\{\\[^}<>\n]*\}?")  # `{\an8}`: orders of another format that SRT files carry, or what never ends
_PIECE: Final = re.compile(r"<(/?)([A-Za-z]+)((?:\.[\w-]*\w)*)(?:[ \t\n]([^<>]*))?>|<[^\s<>][^<>]*>|[<>&]")  # `1 < 2` is no tag
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|nbsp|lrm|rlm);")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, order=True)
class Cue:
    """A text shown from `begin_ms` to `end_ms`; `text` in WebVTT's own spelling, `settings` where it stands."""

    begin_ms: int
    end_ms: int
    text: str
    settings: str = ""


@dataclass(frozen=True)
class Captions:
    """What was read: cues in order of time, and a sentence for each thing that was left out or guessed."""

    cues: tuple[Cue, ...]
    problems: tuple[str, ...]


def read(body: bytes) -> Captions:
    """Read captions of any make. Never raises; a file of another kind has no cues."""
    text, guess = _decode(body)
    lines = re.split(r"\r\n|\r|\n", text)
    cues: list[Cue] = []
    problems = list(guess)
    for number, block in _blocks(lines):
        found = _cue(block)
        if isinstance(found, Cue):
            cues.append(found)
        else:
            problems.append(f"The cue at line {number} is left out: {found}.")
    more = len(problems) - MAX_PROBLEMS
    told = (*problems[:MAX_PROBLEMS], *([f"{more} more cues are left out."] if more > 0 else []))
    return Captions(tuple(sorted(cues, key=lambda cue: cue.begin_ms)), told)  # 4.1: in order of their beginnings


def write(cues: Iterable[Cue]) -> bytes:
    """Write WebVTT. Raises ValueError for a cue that would break the file."""
    blocks = [f"{_clock(cue.begin_ms)} {ARROW} {_clock(cue.end_ms)}{_after(cue.settings)}\n{_checked(cue.text)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks]).encode()


def clean(text: str) -> str:
    """Make cue text out of anybody's: allowed tags stay, others go, and what is no tag is escaped."""
    spelled = "".join(_spelled(seen(text.replace("\t", " "))))
    lines = (line.strip() for line in _SSA.sub(_order, spelled).split("\n"))
    return "\n".join(line for line in lines if line)


def _order(found: re.Match[str]) -> str:
    """Leave an order out. One that never ends is text, read once: to look for its end from each brace again would take hours."""
    return " " if found[0].endswith("}") else found[0]


def _decode(body: bytes) -> tuple[str, list[str]]:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace"), []
    try:
        return body.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        return body.decode("latin-1"), [f"The file is not UTF-8 ({place}) and was read as Latin-1; save it as UTF-8."]


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each line with an arrow, by its number from 1, with the lines that belong to it."""
    starts = [place for place, line in enumerate(lines) if ARROW in line]
    for start, following in pairwise([*starts, len(lines)]):
        end = next((place for place in range(start + 1, following) if not lines[place].strip()), following)
        yield start + 1, lines[start:end]


def _cue(block: list[str]) -> Cue | str:
    """Read a cue; or say why it cannot be read."""
    timing = _TIMING.fullmatch(block[0])
    if not timing:
        return "its times cannot be read; write them as 00:01:02.500 --> 00:01:04.000"
    *times, settings = timing.groups()
    begin, end = _milliseconds(times[:4]), _milliseconds(times[4:])
    text = clean("\n".join(block[1:]))
    if end <= begin:
        return "it ends before it begins"
    return Cue(begin, end, text, _settings(settings or "")) if text else "it has no text"


def _milliseconds(parts: list[str | None]) -> int:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _settings(text: str) -> str:
    known = {word.partition(":")[0]: word for word in text.split() if _SETTING.fullmatch(word)}
    return " ".join(known.values())


def _spelled(text: str) -> Iterator[str]:
    done = 0
    for piece in _PIECE.finditer(text):
        yield text[done : piece.start()]
        done = piece.end()
        if piece[0] in _ESCAPES:
            entity = _ENTITY.match(text, piece.start())
            yield "&" if entity else _ESCAPES[piece[0]]  # the rest of an entity is text like any other
        else:
            yield _tag(piece)
    yield text[done:]


def _tag(piece: re.Match[str]) -> str:
    slash, name, classes, annotation = piece.groups()
    if name not in TAGS:
        return ""
    if slash:
        return f"</{name}>"
    said = " ".join(re.sub("[&{}]", " ", annotation or "").split()).rstrip("- ")  # a tag must not end like an arrow
    if name in _ANNOTATED:
        return f"<{name}{classes} {said}>" if said else ""
    return f"<{name}{classes}>"


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _after(settings: str) -> str:
    if any(not _SETTING.fullmatch(word) for word in settings.split()):
        raise ValueError(f"{settings!r} are no cue settings")
    return f" {settings}" if settings else ""


def _checked(text: str) -> str:
    if text != clean(text) or ARROW in text or not text:
        raise ValueError(f"{text!r} is no clean cue text")
    return text
