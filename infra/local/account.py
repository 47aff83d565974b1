"""Clients for the emulator's one account."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

REGION: Final = "us-east-1"
KEYS: Final = "test"  # the emulator looks at no key; "test" is its account
NUMBER: Final = "000000000000"
REST_STAGE: Final = "v1"  # of template.yaml


def bucket_name(kind: str) -> str:
    """Name a bucket as template.yaml does."""
    return f"reelbucket-{kind}-{NUMBER}-{REGION}"


def emulated_api(endpoint: str, rest_api: str) -> str:
    """Give the address of an API of the emulator; the routes follow it."""
    return f"{endpoint.rstrip('/')}/_aws/execute-api/{rest_api}/{REST_STAGE}"


@dataclass(frozen=True)
class Account:
    """The account behind an endpoint such as http://127.0.0.1:4566."""

    endpoint: str
    s3: "S3Client"
    sqs: "SQSClient"
    ssm: "SSMClient"
    cloudformation: "CloudFormationClient"

    @classmethod
    def at(cls, endpoint: str) -> "Account":
        """Make the clients; no request is sent."""
        session = boto3.Session(aws_access_key_id=KEYS, aws_secret_access_key=KEYS, region_name=REGION)
        # Without s3v4 presigned addresses get the old signature, which the emulator refuses.
        # Path style: bucket.localhost resolves in browsers only.
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        return cls(
            endpoint,
            session.client("s3", endpoint_url=endpoint, config=config),
            session.client("sqs", endpoint_url=endpoint),
            session.client("ssm", endpoint_url=endpoint),
            session.client("cloudformation", endpoint_url=endpoint),
        )
