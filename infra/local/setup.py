"""Makes what the checkout needs: environments, front-end modules and, for tests, a browser.

Each step is done once for the content of the files that it depends on. Run by the bare Python 3.13 of ``bootstrap.sh``,
so nothing is imported here but the standard library.
"""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.browser import link_browser
from infra.local.command import LocalError, end_with, run, say
from infra.local.fingerprint import fingerprint, is_stamped, put_stamp
from infra.local.places import BIN, FRONTEND, REQUIREMENTS, ROOT, TOOLS

UV = BIN / "uv"
# Where Python may not keep what it compiles (PYTHONDONTWRITEBYTECODE) it would compile all imports at each start: 2.5 s, not 0.9 s.
COMPILED = ("--compile-bytecode",) if sys.dont_write_bytecode else ()


@dataclass(frozen=True)
class Step:
    """One thing to make: what it says, what it depends on, what is there afterwards."""

    says: str
    inputs: tuple[Path, ...]
    folder: Path  # holds the result, and the stamp: who deletes the one deletes the other
    result: Path
    make: Callable[[], None]

    def do(self) -> None:
        """Make it, unless it was made from the same inputs."""
        mark, stamp = fingerprint(self.inputs, sys.version), self.folder / ".stamp"
        if not (is_stamped(stamp, mark) and self.result.exists()):
            say(f"setup: {self.says}")
            self.make()
            put_stamp(stamp, mark)


def environments() -> Iterator[Step]:
    """Give the steps of Python in their order."""
    yield environment("venv", "dev", "the development environment")
    yield environment("function", "function", "the functions' runtime")
    yield environment("sam", "sam", "SAM, which builds and deploys,")
    yield environment("localstack", "localstack", "LocalStack, the emulator,")
    yield _catalog()
    yield environment("ministack", "ministack", "ministack, which enforces rights,")
    yield environment("rclone", "rclone", "rclone, a plain S3 to try,")


def modules() -> Iterator[Step]:
    """Give the steps of the front end in their order; they need nothing of Python's."""
    listings = (FRONTEND / "package.json", FRONTEND / "package-lock.json")
    if all(listing.exists() for listing in listings):
        yield npm("installing the front end's modules with npm", FRONTEND, listings, "node_modules", "ci")
        yield npm("bundling the front end's modules", FRONTEND, (*listings, FRONTEND / "build.mjs"), "vendor", "run", "build")


def environment(name: str, requirements: str, what: str) -> Step:
    """Give the step that makes .local/<name> of a requirements file."""
    folder, listing = TOOLS / name, REQUIREMENTS / f"{requirements}.txt"
    python = folder / "bin" / "python"

    def make() -> None:
        if not python.exists():  # or its interpreter has gone
            _uv("venv", "--clear", "--relocatable", "--python", sys.executable, folder)
        _uv("pip", "sync", *COMPILED, "--require-hashes", "--python", python, listing)

    return Step(f"installing {what} into .local/{name}", (listing,), folder, python, make)


def _catalog() -> Step:
    """LocalStack would make it at each start, in 4 s, and not give back the 300 MB that it takes."""
    root, listing = TOOLS / "localstack" / "catalog", REQUIREMENTS / "localstack.txt"
    result = root / "usr" / "lib" / "localstack"  # where LocalStack looks below its root; launch.py tells it of ours

    def make() -> None:
        shutil.rmtree(root, ignore_errors=True)
        result.mkdir(parents=True)
        environ = {**os.environ, "OVERRIDE_IN_DOCKER": "0", "FILESYSTEM_ROOT": str(root)}
        run([TOOLS / "localstack" / "bin" / "python", "-m", "localstack.aws.spec"], cwd=ROOT, env=environ)

    return Step("making LocalStack's catalog of AWS's services", (listing,), root, result, make)


def _uv(*arguments: str | Path) -> None:
    hint = "If the package index could not be reached, try again; nothing is half done."
    run([UV, "--quiet", *arguments], cwd=ROOT, hint=hint)


def npm(says: str, package: Path, inputs: tuple[Path, ...], result: str, *arguments: str) -> Step:
    """Give the step that makes a folder of a package by npm."""
    hint = "It needs Node.js 20 or newer, which brings npm. If the registry could not be reached, try again."
    folder = package / result

    def make() -> None:
        run(["npm", *arguments], cwd=package, hint=hint)

    return Step(says, inputs, folder, folder, make)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another set-up of this checkout is at work."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _do(chain: Iterable[Step]) -> None:
    for step in chain:
        step.do()


def main() -> None:
    """Do all steps; the arguments ``judges`` and ``browser`` add those."""
    os.environ.pop("VIRTUAL_ENV", None)  # uv warns of it, and it is not ours
    try:
        with _alone():
            with ThreadPoolExecutor() as pool:
                for done in [pool.submit(_do, chain) for chain in (environments(), modules())]:
                    done.result()
            if "judges" in sys.argv[1:]:
                environment("judges", "judges", "the outside judges").do()
            if "browser" in sys.argv[1:]:
                link_browser(BIN / "chromium")
    except LocalError as error:
        end_with(error)


if __name__ == "__main__":
    main()
