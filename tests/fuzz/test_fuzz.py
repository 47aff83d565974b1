"""A short run of every target, the same each time; `python -m tests.fuzz` leads longer ones by coverage."""

import hmac
import re
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from client.reel.config import Config
from functions.common.keys import Form
from tests.bounded import TooSlow, within
from tests.fuzz import __main__ as command
from tests.fuzz import asked
from tests.fuzz.targets import TARGETS

SAMPLE = 200  # a second or two for the slowest target
GUIDED_S = 600  # it takes two
NEVER = re.compile("(?!)")


@pytest.fixture(autouse=True, scope="module")
def closed() -> Iterator[None]:
    """Leave the store that the API's target opens."""
    yield
    asked.close()


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_reader_is_for_and_what_once_broke_it_are_read(name: str) -> None:
    for body in (*TARGETS[name].seeds, *TARGETS[name].found):
        TARGETS[name].judge(body)


@pytest.mark.parametrize("name", TARGETS)
def test_a_ruined_input_is_read_or_refused(name: str) -> None:
    for seed in range(SAMPLE):
        TARGETS[name].judge(TARGETS[name].ruined(seed))


def _is_fault(name: str, body: bytes) -> bool:
    try:
        TARGETS[name].judge(body)
    except Exception:  # noqa: BLE001  # whatever comes of it
        return True
    return False


def _begins_so(form: Form, key: str) -> dict[str, str] | None:
    found = form._pattern.match(key)  # noqa: SLF001  # a bug that it might have
    return found.groupdict() if found else None


def _unquoted(config: Config, name: str, value: str | None) -> None:
    config.path.write_text(f'{name} = "{value}"\n')


LAX = SimpleNamespace(compare_digest=lambda *_: True, digest=hmac.digest)
PLANTED: dict[str, tuple[str, object]] = {  # what is broken of each reader, as somebody might break it
    "captions": ("functions.transcode.captions._ESCAPES", {"<": "<", ">": ">", "&": "&"}),
    "note": ("functions.common.cleaning._UNSEEN", NEVER),
    "message": ("functions.common.events.unquote_plus", unquote),
    "name": ("functions.common.keys.Form.parse", _begins_so),
    "config": ("client.reel.config.Config.put", _unquoted),
    "playlist": ("functions.index.playlist.quoted", str),
    "body": ("functions.api.bodies._whole", lambda value: {**value, "again": float(10**400)}),
    "token": ("functions.api.tokens.hmac", LAX),
    "identity": ("functions.api.oidc.is_client", bool),
    "request": ("functions.api.acts._limit", int),
    "head": ("functions.ingest.accept._past_id3", lambda head: head[head[9] :]),
    "boxes": ("functions.transcode.boxes.error", KeyError),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_that_is_broken_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*PLANTED[name])
    target = TARGETS[name]
    assert any(_is_fault(name, body) for body in (*target.seeds, *map(target.ruined, range(SAMPLE))))


def test_a_reader_that_never_ends_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = re.compile(r"<(/?)([A-Za-z]+)((?:\.[\w-]*\w)*)(?:[ \t\n]+([^<>]*))?>|<[^\s<>][^<>]*>|[<>&]")  # as it was
    monkeypatch.setattr("functions.transcode.captions._PIECE", slow)
    with pytest.raises(TooSlow):
        test_what_a_reader_is_for_and_what_once_broke_it_are_read("captions")


def test_the_bound_leaves_alone_what_ends_in_time() -> None:
    with within(1):
        sum(range(1000))


def test_a_run_that_coverage_leads_finds_and_tells_what_nobody_thought_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four bytes in a row, each brings the run one step further."""
    code = """if True:
        import sys, atheris
        from dataclasses import replace
        from tests.fuzz import guided
        def check(body):
            if body[:1] == b"x" and body[1:2] == b"3" and body[2:3] == b"~" and body[3:4] == b"Q":
                raise KeyError("planted")
        guided.TARGETS["head"] = replace(guided.TARGETS["head"], check=atheris.instrument_func(check))
        guided.main(sys.argv[1:])
    """
    monkeypatch.setattr(command, "KEPT", tmp_path)
    told = command.run("head", GUIDED_S, ("-c", code))
    assert "KeyError: 'planted'" in told.fault
    assert literal_eval(told.fault.splitlines()[-1]).startswith(b"x3~Q")
