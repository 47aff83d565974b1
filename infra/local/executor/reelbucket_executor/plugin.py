"""The executor as LocalStack 4.14 sees it: a plugin, and a class with one object for each environment."""

import logging
import os
import sys
import time
from pathlib import Path
from typing import override

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

from .conditions import ask_etag_first
from .environment import MIB, Environment
from .polling import poll_as_lambda
from .process import Program
from .retention import keep_what_is_retained
from .runtime_api import Invocation

LOG = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
FUNCTION_PYTHON = "REELBUCKET_FUNCTION_PYTHON"  # the interpreter with AWS's runtime client
RUN = "REELBUCKET_RUN"  # the folder of this emulator's state and logs

# What a function finds beside the template's own variables. PATH is Lambda's: tools come in the package.
SYSTEM = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8", "PYTHONUNBUFFERED": "1"}
# Switches the runtime client to several invocations in one process, which this executor does not offer.
UNWANTED = {"AWS_LAMBDA_MAX_CONCURRENCY"}


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """Found by the entry point ``process``; LocalStack loads it anew for every environment."""

    name = "process"

    @override
    def load(self, *args: object, **kwargs: object) -> type[RuntimeExecutor]:
        poll_as_lambda()  # no mapping has started before the first executor was asked for
        ask_etag_first()  # and no page is read before there is something on it
        keep_what_is_retained()  # and no stack has been deleted before its functions were there
        return ProcessRuntimeExecutor


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One environment of one function version."""

    @override
    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id, function_version)
        self._environment: Environment | None = None

    @override
    def start(self, env_vars: dict[str, str]) -> None:
        run = Path(os.environ[RUN])
        journal = run / "logs" / f"{self.function_version.id.function_name}.log"
        self._environment = Environment(self._program(run, env_vars), journal)
        if failed := self._environment.start():
            raise StatusErrorException("The function did not start", payload=failed.body)

    @override
    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        if not self._environment:
            raise LambdaRuntimeException("invoked before it was started")
        timeout_ms = self.function_version.config.timeout * 1000
        outcome = self._environment.invoke(
            Invocation(
                request_id=payload["invoke-id"],
                function_arn=payload["invoked-function-arn"],
                trace_id=payload["trace-id"],
                deadline_ms=int(time.time() * 1000) + timeout_ms,
                payload=payload["payload"].encode(),
            )
        )
        return InvocationResult(payload["invoke-id"], outcome.answer.body, outcome.answer.is_error, outcome.log)

    @override
    def stop(self) -> None:
        if self._environment:
            self._environment.stop()

    @override
    def get_logs(self) -> str:
        return self._environment.output() if self._environment else ""

    @override
    def get_address(self) -> str:
        return LOOPBACK

    @override
    def get_endpoint_from_executor(self) -> str:
        return LOOPBACK  # LocalStack makes the function's AWS_ENDPOINT_URL from it

    @override
    def get_runtime_endpoint(self) -> str:
        return f"http://{LOOPBACK}"  # copied into a variable that no process of ours reads

    @classmethod
    @override
    def validate_environment(cls) -> bool:
        python = Path(os.environ.get(FUNCTION_PYTHON, ""))
        if not python.is_file():
            LOG.error("%s names no Python: %s", FUNCTION_PYTHON, python)
        return python.is_file()

    @classmethod
    @override
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        code, runtime = function_version.config.code, function_version.config.runtime or "a container image"
        if not code or not runtime.startswith("python"):
            raise LambdaRuntimeException(f"the process executor runs Python functions only, not {runtime}")
        code.prepare_for_execution()

    @classmethod
    @override
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Leave the unpacked code: the whole run folder goes at the next start."""

    def _program(self, run: Path, variables: dict[str, str]) -> Program:
        config = self.function_version.config
        if not config.code:
            raise LambdaRuntimeException("started before its code was prepared")
        code = config.code.get_unzipped_code_location()
        folder = run / "environments" / self.id
        own = {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.runtime}",
            "LAMBDA_TASK_ROOT": str(code),
            "HOME": str(folder),
            "PYTHONPYCACHEPREFIX": str(run / "pycache"),  # else compiled files are written into the code
        }
        given = {name: str(value) for name, value in variables.items() if name not in UNWANTED}
        return Program(
            argv=(os.environ.get(FUNCTION_PYTHON, sys.executable), "-m", "awslambdaric", given["_HANDLER"]),
            code=code,
            environ={**SYSTEM, **given, **own},
            folder=folder,
            ledger=run / "processes",
            memory_limit=config.memory_size * MIB,
            timeout_s=config.timeout,
        )
