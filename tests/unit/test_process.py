"""The process door: each limit, what a child sees, and what is left afterwards."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.common import launch, process
from functions.common.process import (
    STDERR_BYTES,
    Finished,
    Limits,
    NotStarted,
    OutOfCpu,
    TimedOut,
    TooMuchOutput,
    private_folder,
    run,
)

LIMITS = Limits(wall_s=20, memory_bytes=2**30, file_bytes=1_000_000)


@pytest.fixture
def folder() -> Iterator[Path]:
    with private_folder() as path:
        yield path


def python(code: str, folder: Path, limits: Limits = LIMITS) -> Finished:
    return run([sys.executable, "-c", code], limits, folder)


def ends(pid: int) -> bool:
    """Wait for a process to be gone (or a zombie that its new parent has not collected yet)."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False


def test_a_program_gives_its_code_and_both_streams(folder: Path) -> None:
    done = python("import sys; print('out'); sys.stderr.write('err'); sys.exit(3)", folder)
    assert done == Finished(code=3, stdout=b"out\n", stderr="err")


def test_a_program_that_dies_of_a_signal_gives_a_negative_code(folder: Path) -> None:
    assert python("import os; os.kill(os.getpid(), 11)", folder).code == -11


def test_a_program_that_is_not_there_is_an_error_of_ours(folder: Path) -> None:
    with pytest.raises(NotStarted, match="/nowhere/ffmpeg"):
        run(["/nowhere/ffmpeg"], LIMITS, folder)


def test_an_argument_is_never_read_by_a_shell(folder: Path) -> None:
    assert run(["/bin/echo", "$HOME; `id` && *"], LIMITS, folder).stdout == b"$HOME; `id` && *\n"


def test_a_child_sees_no_credentials(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    seen = python("import os; print(sorted(os.environ))", folder).stdout.decode()
    assert seen.strip() == "['HOME', 'LANG', 'SVT_LOG', 'TMPDIR']"


def test_the_library_path_of_our_python_does_not_reach_the_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/var/lang/lib")
    assert b"LD_LIBRARY_PATH" not in run(["/usr/bin/env"], LIMITS, folder).stdout


def test_a_child_works_in_its_folder(folder: Path) -> None:
    assert python("import os; print(os.getcwd())", folder).stdout.decode().strip() == str(folder)


def test_a_childs_files_are_for_its_user_alone(folder: Path) -> None:
    python("open('picture', 'w')", folder)
    assert (folder / "picture").stat().st_mode & 0o777 == 0o600


def test_a_child_does_not_read_our_stdin(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from functions.common.process import *\n"
        "print(run(['/bin/cat'], Limits(20, 2**30, 0), Path(sys.argv[1])).stdout)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(folder)], input=b"ours", capture_output=True, check=True).stdout
    assert said == b"b''\n"


def test_a_child_can_gain_no_rights(folder: Path) -> None:
    status = python("print(open('/proc/self/status').read())", folder).stdout.decode()
    assert "NoNewPrivs:\t1" in status


def test_a_child_stands_back_as_far_as_it_is_told(folder: Path) -> None:
    code = "import os; print(os.nice(0))"
    assert python(code, folder, replace(LIMITS, nice=7)).stdout == f"{min(19, os.nice(0) + 7)}\n".encode()


def test_a_child_leaves_no_core_dump(folder: Path) -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert python(code, folder).stdout == b"(0, 0)\n"


def test_a_child_that_runs_too_long_is_killed(folder: Path) -> None:
    with pytest.raises(TimedOut, match=r"not done after 0.5 s"):
        python("import time; time.sleep(5)", folder, replace(LIMITS, wall_s=0.5))


def test_a_child_that_computes_too_long_is_killed(folder: Path) -> None:
    with pytest.raises(OutOfCpu, match="1 s of CPU time"):
        python("import time\nwhile time.process_time() < 4: pass", folder, replace(LIMITS, cpu_s=1))


def test_a_child_cannot_take_more_memory(folder: Path) -> None:
    done = python("bytearray(300_000_000)", folder, replace(LIMITS, memory_bytes=200_000_000))
    assert "MemoryError" in done.stderr


def test_a_child_that_writes_too_long_a_file_is_killed(folder: Path) -> None:
    with pytest.raises(TooMuchOutput, match="a file of more than 1000000 bytes"):
        run(["/bin/dd", "if=/dev/zero", "of=big", "bs=65536", "count=20"], LIMITS, folder)


def test_a_child_that_says_too_much_is_killed(folder: Path) -> None:
    with pytest.raises(TooMuchOutput, match="more than 1000000 bytes on stdout"):
        python("print('x' * 1_000_001)", folder)


def test_a_child_cannot_open_many_files(folder: Path) -> None:
    done = python("files = [open('/dev/null') for _ in range(300)]", folder)
    assert "Too many open files" in done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import ctypes, os; ctypes.CDLL(None, use_errno=True).syscall(435, 0, 0); os._exit(ctypes.get_errno())",  # clone3
    ],
    ids=["fork", "vfork", "spawn", "clone3"],
)
def test_a_child_begins_no_other_process(code: str, folder: Path) -> None:
    """One that began a session of its own would not be killed with it."""
    assert python(code, folder).code in {1, errno.ENOSYS}


def test_a_child_may_have_threads(folder: Path) -> None:
    code = "import threading; one = threading.Thread(target=print, args=('one',)); one.start(); one.join()"

    assert python(code, folder) == Finished(code=0, stdout=b"one\n", stderr="")


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run children as on a kernel that has no filters."""
    launcher = tmp_path / "launch.py"
    ours = Path(launch.__file__).read_text()
    launcher.write_text(ours.replace("    _stay_alone()\n", ""))
    assert launcher.read_text() != ours
    monkeypatch.setattr(process, "_LAUNCHER", launcher)


@pytest.mark.usefixtures("no_filter")
def test_what_a_child_has_started_ends_with_it(folder: Path) -> None:
    code = "import subprocess; print(subprocess.Popen(['/bin/sleep', '60'], stdout=-3, stderr=-3).pid)"
    assert ends(int(python(code, folder).stdout))


@pytest.mark.usefixtures("no_filter")
def test_a_grandchild_that_holds_the_pipes_is_not_waited_for(folder: Path) -> None:
    done = python("import subprocess; subprocess.Popen(['/bin/sleep', '60']); print('done')", folder)
    assert done == Finished(code=0, stdout=b"done\n", stderr="")


@pytest.mark.usefixtures("no_filter")
def test_what_a_child_has_started_is_killed_at_the_deadline(folder: Path) -> None:
    pids: list[bytes] = []
    argv = ["/bin/sh", "-c", "sleep 60 & echo $!; wait"]
    short = replace(LIMITS, wall_s=5)
    with pytest.raises(TimedOut):
        run(argv, short, folder, on_line=pids.append)
    assert [ends(int(pid)) for pid in pids] == [True]


def test_a_child_dies_with_its_parent(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from functions.common.process import *\n"
        "run(['/bin/sh', '-c', 'echo $$; exec sleep 60'], Limits(60, 2**30, 0), Path(sys.argv[1]),"
        " on_line=lambda line: print(line.decode(), flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline()) if parent.stdout else 0
        parent.kill()
    assert ends(pid)


def test_only_the_end_of_stderr_is_kept(folder: Path) -> None:
    done = python("import sys; sys.stderr.write('word ' * 100_000 + 'end')", folder)
    assert len(done.stderr) <= STDERR_BYTES
    assert done.stderr.endswith("word end")


def test_a_url_in_stderr_is_not_passed_on(folder: Path) -> None:
    code = "import sys; sys.stderr.write('Error opening https://b.example/k?X-Amz-Signature=5ecret: 403')"
    assert python(code, folder).stderr == "Error opening <url> 403"


def test_half_a_url_at_the_cut_is_not_passed_on(folder: Path) -> None:
    code = f"import sys; sys.stderr.write('https://b.example/' + 's' * {STDERR_BYTES} + '5ecret refused')"
    assert python(code, folder).stderr == " refused"


def test_a_piece_of_a_presigned_url_is_not_passed_on(folder: Path) -> None:
    code = "import sys; sys.stderr.write('GET /k?versionId=1&X-Amz-Security-Token=5ecret failed')"
    assert "5ecret" not in python(code, folder).stderr


def test_lines_are_told_as_they_come(folder: Path) -> None:
    lines: list[bytes] = []
    run([sys.executable, "-c", "print('one\\ntwo')"], LIMITS, folder, on_line=lines.append)
    assert lines == [b"one", b"two"]


def test_lines_that_are_told_count_in_no_limit(folder: Path) -> None:
    """An hour of sound says where it is 170,000 times."""
    lines: list[bytes] = []
    few = Limits(wall_s=20, memory_bytes=2**33, file_bytes=2**20, stdout_bytes=20_000)
    done = run([sys.executable, "-c", "print('0123456789\\n' * 5000, end='')"], few, folder, on_line=lines.append)
    assert (len(lines), done.stdout) == (5000, b"")


def test_a_listener_that_raises_ends_the_child(folder: Path) -> None:
    def stop(line: bytes) -> None:
        raise KeyError(line)

    with pytest.raises(KeyError):
        run(
            [sys.executable, "-c", "print('one', flush=True); import time; time.sleep(60)"],
            LIMITS,
            folder,
            on_line=stop,
        )


def test_a_private_folder_is_removed_whatever_happens() -> None:
    seen: list[Path] = []

    def fail() -> None:
        with private_folder() as path:
            (path / "locked").mkdir(mode=0o000)
            seen.append(path)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [path.exists() for path in seen] == [False]


def test_a_folder_that_a_killed_call_has_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "reelbucket-old" / "clip").mkdir(parents=True)
    os.utime(tmp_path / "reelbucket-old", (0, 0))
    with private_folder() as path:
        assert list(tmp_path.iterdir()) == [path]


def test_a_folder_of_a_call_that_goes_on_is_left_alone() -> None:
    with private_folder() as first, private_folder():
        assert first.exists()


def test_a_private_folder_is_for_its_user_alone() -> None:
    with private_folder() as path:
        assert path.stat().st_mode & 0o777 == 0o700


def test_a_hardened_process_cannot_be_read_by_others_of_its_user() -> None:
    code = "import ctypes; from functions.common.process import harden; harden(); print(ctypes.CDLL(None).prctl(3))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert said == b"0\n"  # PR_GET_DUMPABLE = 3
