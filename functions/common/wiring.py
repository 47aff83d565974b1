"""The real components of a function, made once for each process. EFFECT."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import boto3

from functions.common import s3
from functions.common.heartbeat import SqsHeart
from functions.common.settings import BucketNames, QueueSettings
from functions.common.store import Buckets
from functions.common.telemetry import CloudWatch

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Lambda:
    """What a function that a queue starts needs from outside. `queue` is the address of its own."""

    s3: "S3Client"
    sqs: "SQSClient"
    queue: str
    names: BucketNames
    buckets: Buckets
    heart: SqsHeart
    telemetry: CloudWatch

    @classmethod
    def of(cls, stage: str, environment: MutableMapping[str, str]) -> Self:
        """Make the clients of a function from its environment, and take the credentials out of it.

        A decoder that was taken over could read its parent's environment; the clients keep what they need.
        """
        names = BucketNames.of(environment)
        client = s3.client(names)
        sqs, settings = boto3.client("sqs", config=s3.PATIENT), QueueSettings.of(environment)
        heart = SqsHeart(sqs, settings)
        for name in CREDENTIALS:
            environment.pop(name, None)
        return cls(client, sqs, settings.url, names, s3.buckets(client, names), heart, CloudWatch(stage, environment))
