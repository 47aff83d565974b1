"""Builds the functions and deploys template.yaml to the emulator, with SAM as for the cloud."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.local.account import KEYS, REGION, Account
from infra.local.command import run, say
from infra.local.fingerprint import fingerprint, is_stamped, put_stamp
from infra.local.places import BIN, ROOT, TOOLS

SAM = TOOLS / "sam" / "bin" / "sam"
QUICKLY = ROOT / "infra" / "local" / "sam"  # what SAM's Python loads first
TEMPLATE = ROOT / "template.yaml"
BUILD = ROOT / ".aws-sam"  # SAM's own place; one build serves every stack of this checkout
STACK_NAME = "reelbucket-local"
ARTIFACTS = "reelbucket-local-artifacts"
TOKEN_PARAMETER = "/reelbucket/local/api-token"  # noqa: S105 - where the secret is, not the secret

ENCODERS = max(2, (os.cpu_count() or 2) * 3 // 4)  # one keeps a core and a half busy; 2 is Lambda's own least

# What differs from the cloud; all other parameters have the template's defaults.
PARAMETERS = {
    "TranscodeConcurrency": str(ENCODERS),
    "Cdn": "none",  # the emulator has no CloudFront; it lets everyone read its buckets
    "SearchRate": "rate(1 minute)",  # who tries the search out waits for it
    "AddressingStyle": "path",  # bucket.localhost resolves in browsers only
    "TlsOnly": "false",  # the emulator's endpoint is http
    "TokenParameter": TOKEN_PARAMETER,
}


def build() -> str:
    """Build all functions, unless their sources are those of the last build; give the mark of the sources."""
    mark = fingerprint([TEMPLATE, ROOT / "functions"])
    stamp = BUILD / "fingerprint"
    with _alone():
        if not is_stamped(stamp, mark):
            say("building the functions (sam build)")
            stamp.unlink(missing_ok=True)  # a build that fails leaves a folder of which nothing is known
            # One after the other: side by side they wait for each other's copies and take twice as long.
            run([SAM, "build", "--template-file", TEMPLATE], cwd=ROOT, env=_environ())
            put_stamp(stamp, mark)
    return mark


def deploy(account: Account, parameters: Mapping[str, str]) -> None:
    """Deploy what was built; the artifacts' bucket is made first."""
    say("deploying template.yaml (sam deploy)")
    _make_artifacts_bucket(account)
    hint = "If the stack cannot be updated any more, `make down` and `make up` start it afresh."
    with _alone():
        run([SAM, "deploy", *_deploy_options(parameters)], cwd=ROOT, env=_environ(account.endpoint), hint=hint)


def _deploy_options(parameters: Mapping[str, str]) -> Iterator[str | Path]:
    yield from ("--template-file", BUILD / "build" / "template.yaml", "--stack-name", STACK_NAME)
    yield from ("--s3-bucket", ARTIFACTS)  # --resolve-s3 waits 15 s for a stack of its own
    yield from ("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar")
    yield from ("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
    yield from ("--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items()))


def resources(account: Account) -> dict[str, tuple[str, str]]:
    """Give the deployed resources: logical id → (type, physical id)."""
    listed = account.cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return {found["LogicalResourceId"]: (found["ResourceType"], found.get("PhysicalResourceId", "")) for found in listed}


def _make_artifacts_bucket(account: Account) -> None:
    if ARTIFACTS not in {bucket["Name"] for bucket in account.s3.list_buckets()["Buckets"]}:
        account.s3.create_bucket(Bucket=ARTIFACTS)


def _environ(endpoint: str | None = None) -> dict[str, str]:
    """Give SAM's environment: the caller's without its AWS settings, so that nothing can reach a real account."""
    ours = {
        "PYTHONPATH": str(QUICKLY),
        "PATH": f"{BIN}:{os.environ['PATH']}",  # functions/Makefile calls uv
        "AWS_ACCESS_KEY_ID": KEYS,
        "AWS_SECRET_ACCESS_KEY": KEYS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",  # seconds between two looks at the deployment; the default is 5
        "__SAM_CLI_APP_DIR": str(TOOLS / "sam" / "home"),  # else SAM keeps notes in the home directory
    }
    given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    return {**given, **ours, **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {})}


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another stack of this checkout builds or reads the build."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
