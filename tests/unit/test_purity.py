"""What may import what: read from the imports themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"

# A file is pure unless it stands here, with the effect that it has.
EFFECT = {
    "common.ahead": "threads",
    "common.post": "calls SQS",
    "common.current": "reads and writes by the store's verbs",
    "common.heartbeat": "calls SQS from a thread",
    "common.launch": "sets limits on its own process",
    "common.presets": "reads the packaged presets",
    "common.process": "starts programs",
    "common.promises": "writes what it tries, from several threads",
    "common.s3": "calls S3 and sleeps",
    "common.telemetry": "writes log lines",
    "common.wiring": "makes clients",
    "common.faults": "names what boto3 raises",
    "api.handler": "wires",
    "api.acts": "does what routes say, by the store's verbs",
    "api.check": "writes what it tries",
    "api.invitations": "reads the viewers' key",
    "api.oidc": "asks an identity provider",
    "api.queue": "reads by the store's verbs",
    "api.retry": "reads and deletes by the store's verbs",
    "api.items": "reads and writes by the store's verbs",
    "api.uploads": "calls S3",
    "api.auth": "reads the secret",
    "catalogue.handler": "wires",
    "index.handler": "wires",
    "index.publish": "reads and writes by the store's verbs",
    "common.packages": "finds the packages that are installed",
    "ingest.binaries": "finds the packaged programs",
    "ingest.checksum": "reads what it digests",
    "ingest.handler": "wires",
    "ingest.probe": "runs ffprobe",
    "search.build": "runs Pagefind",
    "search.handler": "wires",
    "sweep.burial": "deletes by the store's verbs",
    "sweep.handler": "wires",
    "sweep.letters": "sends and deletes messages",
    "sweep.post": "calls SQS",
    "sweep.unfinished": "calls S3",
    "sweep.survey": "reads by the store's verbs",
    "transcode.joining": "reads and writes media, runs ffmpeg",
    "transcode.binaries": "finds the packaged program",
    "transcode.earlier": "reads by the store's verbs",
    "transcode.encode": "runs ffmpeg",
    "transcode.handler": "wires",
    "transcode.job": "runs ffmpeg",
    "transcode.painter": "reads and writes files",
    "transcode.painting": "runs Pillow",
    "transcode.posters": "runs programs",
    "transcode.preview": "runs ffmpeg",
}
OUTSIDE = {
    *("os", "sys", "time", "random", "secrets", "uuid", "subprocess", "socket", "selectors", "threading", "signal"),
    *("tempfile", "shutil", "pathlib", "ctypes", "logging", "http", "urllib.request", "resource"),
    *("boto3", "botocore", "aws_lambda_powertools"),
}


def modules() -> list[str]:
    found = sorted(FUNCTIONS.rglob("*.py"))
    return [".".join(path.relative_to(FUNCTIONS).with_suffix("").parts) for path in found if path.stem != "__init__"]


def imports(module: str) -> Iterator[str]:
    """Yield every module that a file imports when it runs."""
    tree = ast.parse((FUNCTIONS / (module.replace(".", "/") + ".py")).read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def own(imported: str) -> str | None:
    """Give the project's module that an import names, if it is one."""
    name = imported.removeprefix("functions.")
    return name if name != imported and name in MODULES else None


MODULES = modules()
PURE = [module for module in MODULES if module not in EFFECT]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_file_imports_nothing_that_has_an_effect(module: str) -> None:
    impure = {name for name in imports(module) if name in OUTSIDE or name.split(".")[0] in OUTSIDE or own(name) in EFFECT}

    assert impure == set()


@pytest.mark.parametrize("module", PURE)
def test_a_pure_file_does_not_open_files_or_read_the_clock(module: str) -> None:
    tree = ast.parse((FUNCTIONS / (module.replace(".", "/") + ".py")).read_text())
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}

    assert called & {"open", "print", "input", "datetime.now", "datetime.today", "date.today"} == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_from_its_own_folder_and_from_common_only(module: str) -> None:
    folder = module.split(".", maxsplit=1)[0]
    elsewhere = {name for name in map(own, imports(module)) if name and name.split(".")[0] not in (folder, "common")}

    assert elsewhere == set()


@pytest.mark.parametrize("module", MODULES)
def test_nothing_imports_a_handler(module: str) -> None:
    assert {name for name in map(own, imports(module)) if name and name.endswith(".handler")} == set()


def test_every_file_in_the_table_of_effects_exists() -> None:
    assert set(EFFECT) - set(MODULES) == set()
