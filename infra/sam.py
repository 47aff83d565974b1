"""Builds the functions and deploys template.yaml with SAM, to AWS and to the emulator alike."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.local.command import run, say
from infra.local.fingerprint import fingerprint, is_stamped, put_stamp
from infra.local.places import BIN, ROOT, TOOLS

SAM = TOOLS / "sam" / "bin" / "sam"
TEMPLATE = ROOT / "template.yaml"
BUILD = ROOT / ".aws-sam"  # SAM's own place; one build serves every stack of this checkout
ARCHITECTURE = "x86_64"  # the template's default


def build(architecture: str = ARCHITECTURE) -> str:
    """Build all functions, unless their sources are those of the last build; give the mark of the sources."""
    mark = fingerprint([TEMPLATE, ROOT / "functions"], *(() if architecture == ARCHITECTURE else (architecture,)))
    stamp = BUILD / "fingerprint"
    with _alone():
        if not is_stamped(stamp, mark):
            say("building the functions (sam build)")
            stamp.unlink(missing_ok=True)  # a build that fails leaves a folder of which nothing is known
            # One after the other: side by side they wait for each other's copies and take twice as long.
            run([SAM, "build", "--template-file", TEMPLATE], cwd=ROOT, env=environment({"ARCHITECTURE": architecture}))
            put_stamp(stamp, mark)
    return mark


def deploy(
    stack: str, parameters: Mapping[str, str], where: Mapping[str, str], *options: str, hint: str = "", shown: bool = False
) -> None:
    """Deploy what was built. `where` is the account, as AWS's own variables say it; `shown` lets SAM tell how it goes."""
    say("deploying template.yaml (sam deploy)")
    with _alone():
        argv = [SAM, "deploy", *_options(stack, parameters), *options]
        run(argv, cwd=ROOT, env=environment(where), hint=hint, shown=shown)


def _options(stack: str, parameters: Mapping[str, str]) -> Iterator[str | Path]:
    yield from ("--template-file", BUILD / "build" / "template.yaml", "--stack-name", stack)
    yield from ("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar")
    yield from ("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
    yield from ("--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items()))


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Give SAM's environment: the caller's without its AWS settings, so that it reaches no account but the one in `more`."""
    ours = {
        "PATH": f"{BIN}:{os.environ['PATH']}",  # functions/Makefile calls uv
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(TOOLS / "sam" / "home"),  # else SAM keeps notes in the home directory
    }
    given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    return {**given, **ours, **more}


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another stack of this checkout builds or reads the build."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
