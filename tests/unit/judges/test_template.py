"""The judges themselves, on a template that they must not let pass."""

import json
import subprocess

import pytest

from infra.local.places import ROOT, TOOLS

PYTHON = TOOLS / "judges" / "bin" / "python"

WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
RAISES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "arn:aws:iam::123456789012:role/own"}],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
BAD = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Wide": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": [{"PolicyName": "wide", "PolicyDocument": WIDE}]},
        },
        "Raises": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": [{"PolicyName": "own", "PolicyDocument": RAISES}]},
        },
        "Public": {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}},
        "Door": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Handler": "a.b", "Runtime": "python3.13", "FunctionUrlConfig": {"AuthType": "NONE"}},
        },
        "Answered": {
            "Type": "AWS::SQS::Queue",
            "Metadata": {"checkov": {"skip": [{"id": "CKV_AWS_27", "comment": "nothing is sent to it"}]}},
        },
        "Mended": {
            "Type": "AWS::Logs::LogGroup",
            "Metadata": {"checkov": {"skip": [{"id": "CKV_AWS_18", "comment": "a group is no bucket"}]}},
        },
    },
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What the judges say of the bad template, all at once: they take ten seconds to come."""
    if not PYTHON.exists():
        pytest.skip("`make check` brings the judges")
    path = tmp_path_factory.mktemp("judged") / "template.yaml"
    path.write_text(json.dumps(BAD))
    return subprocess.run([PYTHON, "-m", "infra.judges", path], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_template_with_findings_fails(judged: subprocess.CompletedProcess[str]) -> None:
    assert judged.returncode == 1


def test_a_role_that_may_do_everything_with_s3_is_found(judged: subprocess.CompletedProcess[str]) -> None:
    assert "cloudsplaining: Wide: DataExfiltration: it may s3:GetObject" in judged.stderr
    assert "cloudsplaining: Wide: ServiceWildcard: it may s3" in judged.stderr


def test_a_role_that_may_raise_itself_is_found_though_it_names_a_resource(judged: subprocess.CompletedProcess[str]) -> None:
    assert "cloudsplaining: Raises: ResourceExposure: it may iam:PutRolePolicy" in judged.stderr


def test_a_bucket_that_everyone_may_read_is_found(judged: subprocess.CompletedProcess[str]) -> None:
    assert "checkov: Public: CKV_AWS_20:" in judged.stderr


def test_what_sam_makes_of_a_function_is_judged_too(judged: subprocess.CompletedProcess[str]) -> None:
    """CKV_AWS_258 is about AWS::Lambda::Url, which no SAM template spells."""
    assert "checkov: Door: CKV_AWS_258:" in judged.stderr


def test_an_answered_finding_is_not_repeated(judged: subprocess.CompletedProcess[str]) -> None:
    assert "Answered" not in judged.stderr


def test_an_answer_to_nothing_is_told(judged: subprocess.CompletedProcess[str]) -> None:
    assert "checkov: Mended: CKV_AWS_18: nothing is found here any more" in judged.stderr
