import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import psutil
import pytest
from reelbucket_executor.environment import MIB, Environment
from reelbucket_executor.process import Program
from reelbucket_executor.runtime_api import RESPONSE_LIMIT, Answer, Invocation, RuntimeApi

from infra.local.places import TOOLS

RUNTIME = TOOLS / "function" / "bin" / "python"  # AWS's own runtime client
HANDLER = """
import os, subprocess, sys, tempfile, time

def handle(event, context):
    print("got", event)
    return eval(event["do"])
"""


@pytest.fixture
def program(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A function that evaluates what its event tells it to do."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "function.py").write_text(HANDLER)
    return Program(
        argv=(str(RUNTIME), "-m", "awslambdaric", "function.handle"),
        code=code,
        environ={"PATH": "/usr/bin:/bin", "PYTHONPYCACHEPREFIX": str(tmp_path_factory.getbasetemp() / "pycache")},
        folder=tmp_path / "environment",
        ledger=tmp_path / "processes",
        memory_limit=128 * MIB,
        timeout_s=20,
    )


@pytest.fixture
def environment(program: Program, tmp_path: Path) -> Iterator[Environment]:
    """The environment of that function, not yet started."""
    made = Environment(program, tmp_path / "logs" / "function.log")
    yield made
    made.stop()


def call(do: str, request_id: str = "r1") -> Invocation:
    """One invocation that evaluates ``do``."""
    payload = f'{{"do": "{do}"}}'.encode()
    return Invocation(request_id, "arn:aws:lambda:us-east-1:0:function:f", "Root=1", int(time.time() * 1000) + 20_000, payload)


def test_a_function_gets_its_event_and_its_answer_comes_back(environment: Environment) -> None:
    assert environment.invoke(call("6 * 7")).answer == Answer(b"42")


def test_a_function_knows_the_id_of_its_request(environment: Environment) -> None:
    assert environment.invoke(call("context.aws_request_id", "request-7")).answer.body == b'"request-7"'


def test_a_function_keeps_its_process_between_two_invocations(environment: Environment) -> None:
    assert environment.invoke(call("os.getpid()")).answer == environment.invoke(call("os.getpid()", "r2")).answer


def test_an_exception_is_an_error_that_names_its_type(environment: Environment) -> None:
    answer = environment.invoke(call("1 / 0")).answer
    assert (answer.is_error, b"ZeroDivisionError" in answer.body) == (True, True)


def test_a_function_past_its_time_is_answered_as_timed_out(program: Program, environment: Environment) -> None:
    environment = Environment(replace(program, timeout_s=1), program.folder / "log")
    assert b"Task timed out after 1.00 seconds" in environment.invoke(call("time.sleep(60)")).answer.body


def test_what_a_function_past_its_time_has_started_dies_with_it(program: Program) -> None:
    environment = Environment(replace(program, timeout_s=1), program.folder / "log")
    environment.invoke(call("subprocess.run(['sleep', '61'])"))
    _, left = psutil.wait_procs([one for one in psutil.process_iter() if works_in(one, program.code)], timeout=10)
    assert left == []


def test_a_function_that_takes_too_much_memory_is_killed(environment: Environment) -> None:
    assert b"Runtime.OutOfMemory" in environment.invoke(call("[bytearray(300 * 2**20), time.sleep(60)]")).answer.body


def test_the_memory_of_what_a_function_has_started_counts(environment: Environment) -> None:
    eater = "import time; held = bytearray(300 * 2**20); time.sleep(60)"
    answer = environment.invoke(call(f"subprocess.run([sys.executable, '-c', '{eater}'])")).answer
    assert b"Runtime.OutOfMemory" in answer.body


def test_a_function_that_exits_is_answered_with_its_status(environment: Environment) -> None:
    assert b"exit status 3" in environment.invoke(call("os._exit(3)")).answer.body


def test_after_a_process_died_the_next_invocation_has_a_new_one(environment: Environment) -> None:
    environment.invoke(call("os._exit(3)"))
    assert environment.invoke(call("6 * 7", "r2")).answer == Answer(b"42")


def test_an_answer_above_lambdas_limit_is_refused(environment: Environment) -> None:
    assert b"Function.ResponseSizeTooLarge" in environment.invoke(call(f"'x' * {RESPONSE_LIMIT}")).answer.body


def test_a_module_that_cannot_be_imported_fails_at_the_start(program: Program, environment: Environment) -> None:
    (program.code / "function.py").write_text("import nothing_of_this_name")
    failed = environment.start()
    assert failed
    assert b"nothing_of_this_name" in failed.body


def test_a_log_has_the_lines_of_its_own_invocation(environment: Environment) -> None:
    environment.invoke(call("1"))
    log = environment.invoke(call("2", "r2")).log
    assert [line.split(" Duration")[0] for line in log.splitlines()] == [
        "START RequestId: r2",
        "got {'do': '2'}",
        "END RequestId: r2",
        "REPORT RequestId: r2",
    ]


def test_the_journal_gathers_the_logs_of_all_invocations(environment: Environment, tmp_path: Path) -> None:
    logs = [environment.invoke(call("1")).log, environment.invoke(call("2", "r2")).log]
    assert (tmp_path / "logs" / "function.log").read_text() == "".join(logs)


def test_a_new_process_finds_an_empty_folder_for_its_files(environment: Environment) -> None:
    environment.invoke(call("(tempfile.mkstemp(), os._exit(1))"))
    assert environment.invoke(call("os.listdir(tempfile.gettempdir())", "r2")).answer == Answer(b"[]")


def test_stop_leaves_no_file_behind(environment: Environment, program: Program) -> None:
    environment.invoke(call("tempfile.mkstemp()[1]"))
    environment.stop()
    assert not program.folder.exists()


def test_stop_ends_an_invocation_that_is_running(environment: Environment) -> None:
    answers: list[Answer] = []
    environment.start()
    running = Thread(target=lambda: answers.append(environment.invoke(call("time.sleep(60)")).answer))
    running.start()
    await_true(lambda: "got" in environment.output())
    environment.stop()
    running.join()
    assert b"Runtime.ExitError" in answers[0].body


def test_a_live_process_is_noted_under_its_number(environment: Environment, program: Program) -> None:
    pid = environment.invoke(call("os.getpid()")).answer.body.decode()
    assert [entry.name for entry in program.ledger.iterdir()] == [pid]


def test_a_stopped_process_is_noted_no_more(environment: Environment, program: Program) -> None:
    environment.start()
    environment.stop()
    assert not list(program.ledger.iterdir())


def test_a_process_killed_from_outside_between_two_invocations_is_replaced(environment: Environment) -> None:
    pid = int(environment.invoke(call("os.getpid()")).answer.body)
    os.kill(pid, signal.SIGKILL)
    await_true(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert environment.invoke(call("6 * 7", "r2")).answer == Answer(b"42")


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    """One process's end of the Runtime API, without the process."""
    made = RuntimeApi()
    yield made
    made.close()


def post(api: RuntimeApi, path: str, body: object) -> int:
    """Post as a runtime client does; an iterator goes in chunks."""
    connection = HTTPConnection(api.address)
    connection.request("POST", f"/2018-06-01/runtime/{path}", body=body, encode_chunked=True)  # type: ignore[arg-type]
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_answer_may_come_in_chunks(api: RuntimeApi) -> None:
    api.offer(call("1"))
    post(api, "invocation/r1/response", iter([b"[1,", b"2]"]))
    assert api.wait(5) == Answer(b"[1,2]")


def test_an_answer_to_an_earlier_invocation_is_not_taken_for_this_one(api: RuntimeApi) -> None:
    api.offer(call("1", "r2"))
    post(api, "invocation/r1/response", b"1")
    assert api.wait(0) is None


def test_the_first_answer_counts(api: RuntimeApi) -> None:
    api.offer(call("1"))
    for body in (b"1", b"2"):
        post(api, "invocation/r1/response", body)
    assert api.wait(5) == Answer(b"1")


def test_an_address_that_the_runtime_api_does_not_have_is_not_found(api: RuntimeApi) -> None:
    assert post(api, "extension/register", b"{}") == 404


def works_in(process: psutil.Process, folder: Path) -> bool:
    """Tell whether a process lives and has this working directory."""
    try:
        return process.cwd() == str(folder)
    except (psutil.ZombieProcess, psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def await_true(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does; the test's own time limit is pytest's."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
