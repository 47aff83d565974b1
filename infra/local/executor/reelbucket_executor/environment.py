"""One Lambda environment: a function process, replaced when it dies, and what it writes."""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from .process import FunctionProcess, Program
from .runtime_api import Answer, Invocation

MIB = 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """The answer to one invocation, and its log: the function's own lines between Lambda's START and REPORT."""

    answer: Answer
    log: str


class Environment:
    """Runs one invocation at a time; ``stop`` may come from another thread at any moment."""

    def __init__(self, program: Program, journal: Path) -> None:
        """Start nothing yet; ``journal`` gathers the logs of all environments of the function."""
        self._program = program
        self._journal = journal
        self._process: FunctionProcess | None = None
        self._stopped = False

    def start(self) -> Answer | None:
        """Start a process in place of the last one and wait for its handler; give the error where it cannot load."""
        if self._process:
            self._process.kill()
        self._process = process = FunctionProcess(self._program)
        if self._stopped:  # stop came while the process was being made
            process.kill()
        failed = process.start()
        if failed:
            process.kill()
            self._record(self._drain())
        return failed

    def invoke(self, invocation: Invocation) -> Outcome:
        """Run the function once, in a new process if the last one died."""
        begun = time.monotonic()
        answer = self._answer(invocation)
        log = (
            f"START RequestId: {invocation.request_id}\n{self._drain()}"
            f"END RequestId: {invocation.request_id}\n{self._report(invocation, time.monotonic() - begun)}"
        )
        self._record(log)
        return Outcome(answer, log)

    def stop(self) -> None:
        """End the process and remove all that it left on the disk."""
        self._stopped = True
        if self._process:
            self._process.kill()
        shutil.rmtree(self._program.folder, ignore_errors=True)

    def output(self) -> str:
        """Give what the process wrote since the last invocation."""
        path = self._program.output
        return path.read_text(errors="replace") if path.exists() else ""

    def _answer(self, invocation: Invocation) -> Answer:
        if not (self._process and self._process.is_alive) and (failed := self.start()):
            return failed
        assert self._process  # noqa: S101 - start has made it
        return self._process.invoke(invocation)

    def _drain(self) -> str:
        """Take the output: whatever the handler wrote before it answered is in the file by now."""
        text = self.output()
        if text:
            os.truncate(self._program.output, 0)
        return text if text.endswith("\n") or not text else text + "\n"

    def _record(self, log: str) -> None:
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        with self._journal.open("a") as journal:
            journal.write(log)

    def _report(self, invocation: Invocation, seconds: float) -> str:
        used = self._process.peak_memory // MIB if self._process else 0
        return (
            f"REPORT RequestId: {invocation.request_id} Duration: {seconds * 1000:.2f} ms "
            f"Memory Size: {self._program.memory_limit // MIB} MB Max Memory Used: {used} MB\n"
        )
