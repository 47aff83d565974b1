"""Deploys template.yaml to the emulator, with SAM as for the cloud."""

import os
from collections.abc import Mapping

from infra import sam
from infra.local.account import KEYS, REGION, Account
from infra.local.places import ROOT

QUICKLY = ROOT / "infra" / "local" / "sam"  # what SAM's Python loads first
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


def deploy(account: Account, parameters: Mapping[str, str]) -> None:
    """Deploy what was built; the artifacts' bucket is made first."""
    _make_artifacts_bucket(account)
    hint = "If the stack cannot be updated any more, `make down` and `make up` start it afresh."
    # --resolve-s3 waits 15 s for a stack of its own
    sam.deploy(STACK_NAME, parameters, _where(account.endpoint), "--s3-bucket", ARTIFACTS, hint=hint)


def resources(account: Account) -> dict[str, tuple[str, str]]:
    """Give the deployed resources: logical id → (type, physical id)."""
    listed = account.cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return {found["LogicalResourceId"]: (found["ResourceType"], found.get("PhysicalResourceId", "")) for found in listed}


def _make_artifacts_bucket(account: Account) -> None:
    if ARTIFACTS not in {bucket["Name"] for bucket in account.s3.list_buckets()["Buckets"]}:
        account.s3.create_bucket(Bucket=ARTIFACTS)


def _where(endpoint: str) -> dict[str, str]:
    """Tell SAM of the emulator, and of nothing that could reach a real account."""
    return {
        "PYTHONPATH": str(QUICKLY),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEYS,
        "AWS_SECRET_ACCESS_KEY": KEYS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_POLL_DELAY": "0.5",  # seconds between two looks at the deployment; the default is 5
    }
