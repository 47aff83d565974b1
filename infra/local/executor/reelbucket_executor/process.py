"""One function process: started, watched while it works, and killed with all that it started."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from .runtime_api import Answer, Invocation, RuntimeApi, failure

WATCH_SECONDS = 0.25  # between two looks at the memory; summing a tree of processes takes some 5 ms


@dataclass(frozen=True)
class Program:
    """How to run a function: ``argv`` in ``code`` with ``environ``, and within which limits."""

    argv: tuple[str, ...]
    code: Path  # the unpacked package; the working directory, as in the cloud
    environ: Mapping[str, str]
    folder: Path  # this environment's alone: its TMPDIR and its output
    ledger: Path  # one file for each live process, so that a later start finds what a killed emulator left
    memory_limit: int  # bytes, the process and its children together
    timeout_s: float

    @property
    def scratch(self) -> Path:
        """Give the function's TMPDIR."""
        return self.folder / "tmp"

    @property
    def output(self) -> Path:
        """Give the file that takes standard output and standard error."""
        return self.folder / "output"


class FunctionProcess:
    """A running function; ``invoke`` is for one thread at a time, ``kill`` for any thread."""

    def __init__(self, program: Program) -> None:
        """Start the program on an empty TMPDIR, in a session of its own."""
        self._program = program
        self._api = RuntimeApi()
        self.peak_memory = 0  # bytes, of the looks since the last invocation began
        shutil.rmtree(program.scratch, ignore_errors=True)
        program.scratch.mkdir(parents=True)
        program.ledger.mkdir(parents=True, exist_ok=True)
        with program.output.open("ab") as output:
            self._process = subprocess.Popen(
                program.argv,
                cwd=program.code,
                env={**program.environ, "AWS_LAMBDA_RUNTIME_API": self._api.address, "TMPDIR": str(program.scratch)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the encoder and all else that it starts die with it
            )
        self._entry = program.ledger / str(self._process.pid)
        self._entry.touch()

    @property
    def is_alive(self) -> bool:
        """Tell whether the process still runs."""
        return not self._end()

    def start(self) -> Answer | None:
        """Wait until the handler is loaded; give the error where it cannot be."""
        while not self._api.is_ready:
            if answer := self._api.wait(WATCH_SECONDS):
                return answer
            if end := self._end():
                return self._api.wait(0) or failure("Runtime.ExitError", end)
        return None

    def invoke(self, invocation: Invocation) -> Answer:
        """Run the function once, until it answers, ends, or meets a limit."""
        deadline = time.monotonic() + self._program.timeout_s
        self.peak_memory = 0
        self._api.offer(invocation)
        while not (answer := self._api.wait(min(WATCH_SECONDS, deadline - time.monotonic()))):
            if broken := self._broken_limit(deadline):
                self.kill()
                error_type, message = broken
                return self._api.wait(0) or failure(error_type, f"RequestId: {invocation.request_id} Error: {message}")
        self._look_at_memory()
        return answer

    def kill(self) -> None:
        """End the process and its whole session; a second call does nothing."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._api.close()
        self._entry.unlink(missing_ok=True)

    def _broken_limit(self, deadline: float) -> tuple[str, str] | None:
        """Give Lambda's own error type and words for the limit that does not hold."""
        if end := self._end():
            return "Runtime.ExitError", end
        if time.monotonic() >= deadline:
            return "Sandbox.Timedout", f"Task timed out after {self._program.timeout_s:.2f} seconds"
        if self._look_at_memory() > self._program.memory_limit:
            return "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"
        return None

    def _end(self) -> str | None:
        """Tell in Lambda's words how the process ended, or nothing while it runs.

        An ended process is only looked at (WNOWAIT): its number, and its group's, stay its own until ``kill``.
        """
        try:
            ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return "Runtime exited"  # killed by us, perhaps this very moment
        if not ended:
            return None
        how = "exit status" if ended.si_code == os.CLD_EXITED else "signal:"
        return f"Runtime exited with error: {how} {ended.si_status}"

    def _look_at_memory(self) -> int:
        """Sum the resident memory of the process and of all below it, in bytes."""
        resident = sum(_resident_memory(process) for process in _tree(self._process.pid))
        self.peak_memory = max(self.peak_memory, resident)
        return resident


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _resident_memory(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
