"""The real components of a function, made once for each process. EFFECT."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import boto3

from functions.common import s3
from functions.common.heartbeat import SqsHeart
from functions.common.settings import BucketNames, QueueSettings
from functions.common.store import Buckets
from functions.common.telemetry import CloudWatch

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Lambda:
    """What a function that a queue starts needs from outside."""

    s3: "S3Client"
    names: BucketNames
    buckets: Buckets
    heart: SqsHeart
    telemetry: CloudWatch

    @classmethod
    def of(cls, stage: str, environment: Mapping[str, str]) -> Self:
        """Make the clients of a function from its environment."""
        names = BucketNames.of(environment)
        client = s3.client(names)
        heart = SqsHeart(boto3.client("sqs"), QueueSettings.of(environment))
        return cls(client, names, s3.buckets(client, names), heart, CloudWatch(stage, environment))
