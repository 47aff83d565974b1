from typing import Any

import pytest

from infra.judges.example import Example, Unreadable
from tests.unit.template.reading import STAGES, properties, template

EXAMPLE = Example(
    {
        "Parameters": {"Name": {"Type": "String", "Default": "reelbucket"}, "Kind": {"Type": "String"}},
        "Resources": {"WorkBucket": {"Type": "AWS::S3::Bucket"}, "WorkQueue": {"Type": "AWS::SQS::Queue"}},
    }
)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"Ref": "Name"}, "reelbucket"),
        ({"Ref": "Kind"}, "Kind"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "WorkBucket"}, "workbucket"),
        ({"Fn::GetAtt": ["WorkQueue", "Arn"]}, "arn:aws:sqs:us-east-1:123456789012:workqueue"),
        ({"Fn::Sub": "${WorkBucket.Arn}/current/*"}, "arn:aws:s3:::workbucket/current/*"),
        ({"Fn::Sub": "arn:${AWS::Partition}:s3:::${Name}"}, "arn:aws:s3:::reelbucket"),
        ({"Fn::If": ["IsPrivate", {"Ref": "WorkBucket"}, {"Ref": "AWS::NoValue"}]}, "workbucket"),
        ({"Resource": [{"Ref": "Name"}, "*"]}, {"Resource": ["reelbucket", "*"]}),
    ],
)
def test_a_reference_becomes_its_example(node: dict[str, Any], expected: object) -> None:
    assert EXAMPLE.of(node) == expected


@pytest.mark.parametrize(
    "node",
    [{"Fn::If": ["HasCdn", "a", "b"]}, {"Fn::GetAtt": ["WorkQueue", "QueueName"]}, {"Ref": "Nobody"}, {"Fn::Sub": "${Nobody.Arn}"}],
)
def test_what_has_no_example_is_not_guessed(node: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        EXAMPLE.of(node)


@pytest.mark.parametrize("stage", STAGES)
def test_every_role_reads_as_iam_will_see_it(stage: str) -> None:
    (policy,) = properties(f"{stage.capitalize()}Role")["Policies"]

    resources = [found["Resource"] for found in Example(template()).of(policy["PolicyDocument"])["Statement"]]

    assert all(arn.startswith("arn:aws:") for found in resources for arn in (found if isinstance(found, list) else [found]))
