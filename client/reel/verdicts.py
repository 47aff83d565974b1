"""What is made of an AWS account's answers: a line for each, with what helps. PURE."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from botocore.exceptions import ClientError

from .items import Check

OTHERS: Final = 10  # executions beside the encoders: 2 each of ingest, index, catalogue, and 4 for api, search, sweep, spare
LEAST: Final = 2  # Lambda's own, of a queue's concurrency
MOST: Final = 40  # encoders, above which ten minutes of video are not made sooner: Lambda starts no more in that time
MEMORY_MB: Final = 3008  # of the largest function, and what every account allows
FORM: Final = "https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384"  # concurrent executions
UNFINISHED: Final = (
    "ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS",
)  # of a first deployment that failed or never began: nothing is in it


def ceiling(limit: int) -> int:
    """Give how many chunks may be encoded at once in an account of so many concurrent executions."""
    return max(LEAST, min(MOST, limit - OTHERS))


def stack_check(name: str, status: str | None) -> Check:
    """Judge the stack that is there."""
    if status is None:
        return Check("stack", well=True, said=f"none is named {name} yet")
    if status in UNFINISHED:
        return Check("stack", well=True, said=f"{name} is what a failed first deployment left; `make deploy` removes it first")
    if status.endswith("_IN_PROGRESS"):
        return Check("stack", well=False, said=f"{name} is being changed ({status}); try again when that is done")
    if status.endswith("_FAILED"):
        return Check("stack", well=False, said=f"{name} is {status}: the console, CloudFormation, says which resource and why")
    return Check("stack", well=True, said=f"{name} is there ({status}); a deployment brings it up to date")


def buckets_check(answers: Mapping[str, str], *, deployed: bool) -> Check:
    """Judge what S3 said to a HEAD of each name: 200, 404, 403, or else."""
    there = [name for name, said in answers.items() if said == "200"]
    refused = [name for name, said in answers.items() if said not in {"200", "404"}]
    if refused:
        why = "S3 refuses to look; somebody else has the name, or you may not list buckets. Take another Name"
        return Check("buckets", well=False, said=f"{', '.join(refused)}: {why}")
    if there and not deployed:
        help_ = "Take another Name, or `make undeploy EMPTY=yes` deletes them with their videos"
        return Check("buckets", well=False, said=f"kept from before: {', '.join(there)}. {help_}")
    return Check("buckets", well=True, said="the stack's own" if there else "the four names are free")


def concurrency_check(limit: int) -> Check:
    """Judge how many functions may run at once."""
    if limit < OTHERS:
        return Check("concurrency", well=False, said=f"{limit} functions at once, and {OTHERS} are needed; ask for more: {FORM}")
    most = ceiling(limit)
    more = f"; for more: {FORM}" if most < MOST else ""
    return Check("concurrency", well=True, said=f"{limit} functions at once, {most} of them encoders (TranscodeConcurrency){more}")


def cdn_check(*, has_one: bool) -> Check:
    """Judge whether a distribution can be made; only one that exists proves it."""
    said = "the account has distributions" if has_one else (
        "answers. In a new account the first distribution may be refused (AccessDenied) until AWS support has verified it; "
        "until then Cdn=none"
    )  # fmt: skip
    return Check("CloudFront", well=True, said=said)


def refusal(service: str, error: Exception) -> str:
    """Say why a service did not answer, and what helps."""
    if not isinstance(error, ClientError):
        return unreached(error)
    code, status = code_of(error), error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in {"SubscriptionRequiredException", "OptInRequired"}:
        return f"{service} is not opened for this account yet; a new account takes up to a day"
    if status == HTTPStatus.NOT_IMPLEMENTED or code in {"InternalFailure", "NotImplemented"}:
        return f"{service} is not offered at this endpoint ({code})"
    if status == HTTPStatus.FORBIDDEN or any(word in code for word in ("Denied", "Unauthorized", "Authorization")):
        return f"{service} refuses ({code}): your policies, or the organisation's, must allow it"
    return f"{service} says {code}: {error.response['Error'].get('Message', '')}"


def memory_check() -> Check:
    """Say what no call tells."""
    said = f"the largest function takes {MEMORY_MB:,} MB, which new accounts allow; no call tells what yours does"
    return Check("memory", well=True, said=said)


def unreached(error: Exception) -> str:
    """Say why no answer came."""
    said = str(error).rstrip(".")
    return f"{said}; `aws configure` or AWS_PROFILE gives them" if "redentials" in said else said


def code_of(error: ClientError) -> str:
    """Give the error's name, as AWS documents it."""
    return str(error.response["Error"]["Code"])
