"""4. That a missing key is 404 with ListBucket and 403 without, and that each stage may do what the template says and no more."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from itertools import batched
from typing import Final

from botocore.exceptions import ClientError

from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab, Probe, puts
from tests.stack.library import until
from tests.unit.template.reading import STAGES, may
from tests.unit.template.rights import OBJECTS

ACTIONS: Final = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion")
AT_ONCE: Final = 50  # resources of one simulation
SPREAD_S: Final = 60  # until a new role's rights hold everywhere


def measure(lab: Lab) -> list[Figure]:
    """Ask for a missing key under three roles; then ask IAM of each stage, action and kind of object."""
    puts(lab.purse, 200, "looks for a missing key")
    return [*_missing(lab), *_least(lab)]


def _missing(lab: Lab) -> Iterator[Figure]:
    bucket = lab.bucket()
    lab.s3.put_object(Bucket=bucket, Key="there/is")
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    list_ = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    under = {**list_, "Condition": {"StringLike": {"s3:prefix": "there/*"}}}
    roles: dict[str, tuple[Mapping[str, object], ...]] = {
        "with_list": (read, list_),
        "with_list_of_prefix": (read, under),
        "without_list": (read,),
    }
    for name, statements in roles.items():
        probe = lab.probe(lab.role(*statements))
        until(partial(_holds, probe, bucket), lambda: "the role never held", SPREAD_S)
        yield Figure(
            f"missing_{name}", _status(probe, bucket, "there/not"), f"what S3 says to a missing key, {name.replace('_', ' ')}"
        )


def _holds(probe: Probe, bucket: str) -> bool | None:
    return _status(probe, bucket, "there/is") == HTTPStatus.OK or None


def _status(probe: Probe, bucket: str, key: str) -> int:
    return int(probe.ask(act="get", bucket=bucket, key=key)["status"])


def _least(lab: Lab) -> Iterator[Figure]:
    """Count where IAM and the template's own text differ; IAM's simulation costs nothing."""
    arns = {_arn(lab, bucket, key): f"{bucket}Bucket.Arn/{key}" for bucket, key in OBJECTS.values()}
    try:
        asked = [(stage, *answer) for stage in STAGES for answer in _simulated(lab, lab.role_of(stage), list(arns))]
    except ClientError as error:
        print(f"IAM does not simulate here: {error}")
        return
    wrong = [each for each in asked if each[3] != may(each[0], each[1], arns[each[2]])]
    for stage, action, arn, allowed in wrong:
        print(f"{stage} {'may' if allowed else 'may not'} {action} {arn}")
    yield Figure("rights_asked", len(asked), "questions to IAM: each stage, action and kind of object")
    yield Figure("rights_otherwise", len(wrong), "answers that differ from the template's text", most=0)


def _arn(lab: Lab, bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{lab.installation.account.bucket(bucket.lower())}/{key}"


def _simulated(lab: Lab, role: str, arns: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Give action, object and whether it is allowed, for one role."""
    pages = lab.installation.session.client("iam").get_paginator("simulate_principal_policy")
    for some in batched(arns, AT_ONCE, strict=False):
        for page in pages.paginate(PolicySourceArn=role, ActionNames=ACTIONS, ResourceArns=some):
            for each in page["EvaluationResults"]:
                for one in each.get("ResourceSpecificResults", ()):
                    yield each["EvalActionName"], one["EvalResourceName"], one["EvalResourceDecision"] == "allowed"
                if "ResourceSpecificResults" not in each:
                    yield each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"] == "allowed"
