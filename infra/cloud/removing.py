"""`make undeploy`: removes the stack. The buckets with the videos go only where EMPTY=yes says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, WaiterError

from client.reel.account import BUCKETS
from client.reel.screen import amount
from infra.cloud.installation import Installation
from infra.local.command import LocalError, say

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

POLL_S = 5
POLLS = 720  # an hour: a distribution takes twenty minutes to go
AT_ONCE = 1000  # objects that one call of S3 deletes
GB_MONTH = 0.023  # dollars, S3 standard in US East


@dataclass(frozen=True)
class Kept:
    """What a bucket holds, with all versions."""

    bucket: str
    objects: int
    bytes_: int


def undeploy(installation: Installation, empty: str) -> None:
    """Delete the stack, and say what stays. Raises LocalError."""
    if empty not in {"", "yes"}:
        raise LocalError(f"EMPTY={empty} is not understood; EMPTY=yes deletes all videos for good")
    installation.require_entry()
    secrets = installation.secrets()  # the stack knows them, while there is one
    s3 = installation.session.client("s3")
    if installation.account.stack_status():
        say(f"deleting the stack {installation.name}; with CloudFront that takes about twenty minutes")
        delete_stack(installation)
    else:
        say(f"there is no stack {installation.name} in {installation.session.region_name}")
    there = [bucket for bucket in map(installation.account.bucket, BUCKETS) if _exists(s3, bucket)]
    if empty:
        remove(s3, there)
        for secret in secrets:
            _forget(installation, secret)
    else:
        _tell([_survey(s3, bucket) for bucket in there], secrets)
    say("SAM's own bucket, aws-sam-cli-managed-default-…, stays: other applications may use it")


def delete_stack(installation: Installation) -> None:
    """Delete the stack and wait until it is gone. Raises LocalError."""
    cloudformation = installation.session.client("cloudformation")
    cloudformation.delete_stack(StackName=installation.name)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=installation.name, WaiterConfig={"Delay": POLL_S, "MaxAttempts": POLLS}
        )
    except WaiterError as error:
        why = f"the stack {installation.name} could not be deleted; the console, CloudFormation, says which resource and why"
        raise LocalError(why) from error


def _exists(s3: "S3Client", bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004  # not found
            return False
        raise
    return True


def _survey(s3: "S3Client", bucket: str) -> Kept:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    sizes = [found["Size"] for page in pages for found in page.get("Versions", ())]
    return Kept(bucket, len(sizes), sum(sizes))


def _tell(kept: Iterable[Kept], secrets: Iterable[str]) -> None:
    found = list(kept)
    if not found:
        say(f"there are no buckets either; the secret {' and '.join(secrets)} goes with EMPTY=yes")
        return
    for each in found:
        say(f"kept: {each.bucket}, {each.objects} objects, {amount(each.bytes_)}")
    whole = sum(each.bytes_ for each in found)
    for secret in secrets:
        say(f"kept: the secret {secret}")
    say(f"{amount(whole)} cost about ${whole / 1e9 * GB_MONTH:.2f} a month. EMPTY=yes deletes all of it, for good")


def remove(s3: "S3Client", buckets: Iterable[str]) -> None:
    """Delete buckets with all that is in them."""
    for bucket in buckets:
        for upload in _uploads(s3, bucket):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload[0], UploadId=upload[1])
        count = sum(_delete(s3, bucket, some) for some in batched(_versions(s3, bucket), AT_ONCE, strict=False))
        s3.delete_bucket(Bucket=bucket)
        say(f"deleted: {bucket}, with {count} objects, old versions and markers")


def _delete(s3: "S3Client", bucket: str, some: tuple["ObjectIdentifierTypeDef", ...]) -> int:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True})
    if errors := answer.get("Errors"):
        raise LocalError(f"{bucket}: {errors[0].get('Key')} could not be deleted: {errors[0].get('Message')}")
    return len(some)


def _versions(s3: "S3Client", bucket: str) -> Iterator["ObjectIdentifierTypeDef"]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            yield {"Key": found["Key"], "VersionId": found["VersionId"]}


def _uploads(s3: "S3Client", bucket: str) -> Iterator[tuple[str, str]]:
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        yield from ((found["Key"], found["UploadId"]) for found in page.get("Uploads", ()))


def _forget(installation: Installation, secret: str) -> None:
    ssm = installation.session.client("ssm")
    try:
        ssm.delete_parameter(Name=secret)
        say(f"deleted: the secret {secret}")
    except ssm.exceptions.ParameterNotFound:
        say(f"the secret {secret} is gone already")
