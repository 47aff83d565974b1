import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from infra.local import emulator
from infra.local.command import LocalError, run
from infra.local.fingerprint import fingerprint, is_stamped, put_stamp
from infra.local.leftovers import end_functions
from infra.local.lock import listings
from infra.local.places import ROOT, Places, places
from infra.local.stack import Stack

STACK = Stack(
    "http://127.0.0.1:1", "us-east-1", "inbox", "work", "media", "site", "site/", "media/", "api", "secret", {"index": "q"}
)


@pytest.fixture
def where(tmp_path: Path) -> Places:
    """A stack's places in a folder of the test."""
    made = Places(tmp_path, port=0, port_is_fixed=False)
    (made.run / "processes").mkdir(parents=True)
    return made


@pytest.fixture
def sleeper(where: Places) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own that works below the run folder, as a function does."""
    folder = where.run / "code"
    folder.mkdir()
    with subprocess.Popen(["/bin/sleep", "60"], cwd=folder, start_new_session=True) as process:
        yield process
        process.kill()


def test_the_port_is_localstacks_own_unless_one_is_asked_for() -> None:
    assert places({}).port == 4566


def test_an_empty_port_is_none_asked_for() -> None:
    assert places({"REEL_PORT": ""}) == places({})


@pytest.mark.parametrize("port", ["many", "65536", "-1"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(ValueError, match=f"REEL_PORT is '{port}'"):
        places({"REEL_PORT": port})


def test_a_second_stack_has_a_folder_of_its_own() -> None:
    assert places({"REEL_LOCAL": ".local/test"}).run == ROOT / ".local" / "test" / "run"


def test_a_changed_file_has_another_fingerprint(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    before = fingerprint([tmp_path])
    file.write_text("b")
    assert fingerprint([tmp_path]) != before


def test_a_file_that_became_executable_has_another_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o644)
    before = fingerprint([tmp_path])
    (tmp_path / "file").chmod(0o755)
    assert fingerprint([tmp_path]) != before


def test_what_tools_leave_behind_is_not_in_a_fingerprint(tmp_path: Path) -> None:
    before = fingerprint([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "made.pyc").touch()
    assert fingerprint([tmp_path]) == before


def test_a_step_is_done_again_for_another_mark(tmp_path: Path) -> None:
    put_stamp(tmp_path / "stamp", "a")
    assert (is_stamped(tmp_path / "stamp", "a"), is_stamped(tmp_path / "stamp", "b")) == (True, False)


def test_a_failed_program_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="failed with status 3:\nno luck\ntry again"):
        run(["sh", "-c", "echo no luck >&2; exit 3"], cwd=tmp_path, hint="try again")


def test_a_missing_program_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"no-such-program was not found\. Install it"):
        run(["no-such-program"], cwd=tmp_path, hint="Install it")


def test_a_process_that_got_an_emulators_number_is_not_the_emulator(where: Places, sleeper: subprocess.Popen[bytes]) -> None:
    note = {"pid": sleeper.pid, "created": psutil.Process(sleeper.pid).create_time() - 60, "port": 1}
    where.emulator_file.write_text(json.dumps(note))
    assert emulator.running(where) is None


def test_stopping_after_a_number_was_used_again_ends_nobody(where: Places, sleeper: subprocess.Popen[bytes]) -> None:
    note = {"pid": sleeper.pid, "created": psutil.Process(sleeper.pid).create_time() - 60, "port": 1}
    where.emulator_file.write_text(json.dumps(note))
    emulator.stop(where)
    assert sleeper.poll() is None


def test_a_note_that_a_crash_cut_short_is_no_emulator(where: Places) -> None:
    where.emulator_file.write_text('{"pid": 1')
    assert emulator.running(where) is None


def test_a_function_that_a_killed_emulator_left_is_ended(where: Places, sleeper: subprocess.Popen[bytes]) -> None:
    (where.run / "processes" / str(sleeper.pid)).touch()
    end_functions(where)
    assert sleeper.wait(10) == -9


def test_a_process_that_the_executor_did_not_note_is_left_alone(where: Places, sleeper: subprocess.Popen[bytes]) -> None:
    end_functions(where)
    assert sleeper.poll() is None


def test_a_process_that_works_elsewhere_is_left_alone(where: Places, sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    elsewhere = replace(where, own=tmp_path / "elsewhere")
    (elsewhere.run / "processes").mkdir(parents=True)
    (elsewhere.run / "processes" / str(sleeper.pid)).touch()
    end_functions(elsewhere)
    assert sleeper.poll() is None


def test_the_stacks_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    STACK.write(tmp_path / "stack.json")
    assert Stack.read(tmp_path / "stack.json") == STACK


def test_the_stacks_file_is_its_owners_alone_because_it_holds_a_secret(tmp_path: Path) -> None:
    (tmp_path / "stack.json").touch(0o644)
    STACK.write(tmp_path / "stack.json")
    assert (tmp_path / "stack.json").stat().st_mode & 0o777 == 0o600


def test_a_missing_stack_is_told_with_the_command_that_starts_one(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="make up"):
        Stack.read(tmp_path / "stack.json")


@pytest.mark.parametrize("listing", listings(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_requirements_file_is_compiled_with_hashes_and_without_addresses(listing: Path) -> None:
    compiled = listing.with_suffix(".txt").read_text()
    assert ("--hash=sha256:" in compiled, "://" in compiled) == (True, False)


def test_no_other_lock_file_is_kept_because_it_would_name_hosts() -> None:
    assert not [path for path in (ROOT, ROOT / "functions") if (path / "uv.lock").exists()]


def test_the_bootstrap_says_what_to_do_where_neither_uv_nor_python_is_found(tmp_path: Path) -> None:
    script = tmp_path / "infra" / "local" / "bootstrap.sh"
    script.parent.mkdir(parents=True)
    script.write_bytes((ROOT / "infra" / "local" / "bootstrap.sh").read_bytes())
    for name in ("bash", "dirname", "mkdir"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    done = subprocess.run([tmp_path / "bash", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert "neither uv nor python3 is on PATH" in done.stderr
