"""`reel doctor --aws`: what an account's answers are told as, and moto's account asked for real."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from client.reel.account import BUCKETS, Account, open_session
from client.reel.failures import Misused
from client.reel.items import Check
from client.reel.parameters import NAME, Wish, read_parameters
from client.reel.verdicts import LEAST, MEMORY_MB, buckets_check, ceiling, concurrency_check, refusal, stack_check, unreached
from tests.command import Runs
from tests.unit.template.reading import function, resources, template, text

REGION = "eu-west-1"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)  # noqa: S106


def refused(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Do")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(("limit", "most"), [(3, 2), (10, 2), (12, 2), (13, 3), (49, 39), (50, 40), (1000, 40)])
def test_encoders_get_what_the_account_leaves_them_and_no_more_than_helps(limit: int, most: int) -> None:
    assert ceiling(limit) == most


@pytest.mark.parametrize(
    ("limit", "well", "said"),
    [(9, False, "9 functions at once, and 10 are needed"), (10, True, "2 of them encoders"), (50, True, "40 of them encoders")],
)
def test_the_limit_of_concurrent_executions_is_told_with_what_it_allows(limit: int, well: bool, said: str) -> None:  # noqa: FBT001
    found = concurrency_check(limit)

    assert (found.well, said in found.said, "servicequotas" in found.said) == (well, True, limit < 50)


@pytest.mark.parametrize(
    ("answers", "deployed", "well", "said"),
    [
        ({"a": "404", "b": "404"}, False, True, "free"),
        ({"a": "200", "b": "200"}, True, True, "the stack's own"),
        ({"a": "200", "b": "404"}, False, False, "kept from before: a. Take another Name"),
        ({"a": "404", "b": "403"}, True, False, "b: S3 refuses"),
    ],
)
def test_a_buckets_name_is_free_the_stacks_own_kept_or_taken(
    answers: dict[str, str],
    deployed: bool,  # noqa: FBT001
    well: bool,  # noqa: FBT001
    said: str,
) -> None:
    found = buckets_check(answers, deployed=deployed)

    assert (found.well, said in found.said) == (well, True)


@pytest.mark.parametrize(
    ("status", "well"),
    [
        (None, True),
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("ROLLBACK_COMPLETE", True),
        ("UPDATE_IN_PROGRESS", False),
        ("DELETE_FAILED", False),
    ],
)
def test_a_stack_is_well_when_a_deployment_can_begin(status: str | None, well: bool) -> None:  # noqa: FBT001
    assert stack_check("films", status).well is well


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refused("AccessDeniedException"), "sqs refuses (AccessDeniedException): your policies"),
        (refused("AuthorizationError", 403), "sqs refuses"),
        (refused("SubscriptionRequiredException"), "up to a day"),
        (refused("InternalFailure", 501), "not offered at this endpoint"),
        (refused("Throttling"), "sqs says Throttling: no"),
        (NoCredentialsError(), "`aws configure` or AWS_PROFILE gives them"),
    ],
)
def test_a_refusal_is_told_by_its_service_with_what_helps(error: Exception, said: str) -> None:
    assert said in refusal("sqs", error)


def test_an_endpoint_that_is_not_there_is_named() -> None:
    assert unreached(OSError("no route to sts.example")) == "no route to sts.example"


def test_parameters_are_words_with_quotes_and_files(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("# of this installation\nAlarmEmail=ann@example.org\nCdn=cloudfront  # for now\n")

    assert read_parameters(f"@{tmp_path / 'mine'} Cdn=none SiteTitle='My films' SiteUrl=") == {
        "AlarmEmail": "ann@example.org",
        "Cdn": "none",
        "SiteTitle": "My films",
        "SiteUrl": "",
    }


@pytest.mark.parametrize("text", ["Cdn", "=none", "Site-Title=a", "'Cdn=none", "@no/such/file"])
def test_what_is_no_parameter_is_refused(text: str) -> None:
    with pytest.raises(Misused):
        read_parameters(text)


@pytest.mark.parametrize("name", ["Films", "1films", "films-", "fi", "f" * 21])
def test_a_name_that_begins_no_bucket_is_refused(name: str) -> None:
    with pytest.raises(Misused, match="begins no bucket's name"):
        Wish.of({"Name": name})


def test_the_name_is_bounded_as_in_the_template() -> None:
    assert template()["Parameters"]["Name"]["AllowedPattern"] == f"^{NAME.pattern}$"


def test_what_is_wished_for_has_the_templates_defaults() -> None:
    defaults = {name: str(parameter["Default"]) for name, parameter in template()["Parameters"].items()}

    assert Wish.of(defaults) == Wish.of({}) == Wish()


def test_the_least_concurrency_is_the_templates() -> None:
    assert template()["Parameters"]["TranscodeConcurrency"]["MinValue"] == LEAST


def test_no_function_takes_more_memory_than_new_accounts_allow() -> None:
    stages = [name.removesuffix("Function").lower() for name in resources("AWS::Serverless::Function")]

    assert max(function(stage)["MemorySize"] for stage in stages) == MEMORY_MB


def test_the_buckets_are_named_as_in_the_template(session: boto3.Session) -> None:
    names = {text(node["Properties"]["BucketName"]) for node in resources("AWS::S3::Bucket").values()}
    account = Account(session, Wish("films"))
    values = {"Name-": "films-", "AWS::AccountId": account.number, "AWS::Region": REGION}

    for pseudo, value in values.items():
        names = {name.replace(pseudo, value) for name in names}
    assert names == {account.bucket(kind) for kind in BUCKETS}


def enforced(account: Account) -> list[Check]:
    """Look at moto's account while it asks for credentials and policies."""
    looked: list[Check] = set_initial_no_auth_action_count(0)(lambda: list(account.checks()))()
    return looked


def of(checks: Iterable[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_kept_bucket_is_seen_before_the_deployment(session: boto3.Session) -> None:
    account = Account(session, Wish("films"))
    session.client("s3").create_bucket(
        Bucket=account.bucket("media"), CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    found = of(account.checks())["buckets"]

    assert (found.well, account.bucket("media") in found.said, account.bucket("work") in found.said) == (False, True, False)


def test_looking_at_an_account_changes_nothing(session: boto3.Session) -> None:
    list(Account(session, Wish("films", alarms=True)).checks())

    assert session.client("s3").list_buckets()["Buckets"] == []
    assert "QueueUrls" not in session.client("sqs").list_queues()


def test_a_service_that_the_users_policy_leaves_out_is_the_one_that_refuses(session: boto3.Session) -> None:
    iam = session.client("iam")
    iam.create_user(UserName="ann")
    allowed = {"Effect": "Allow", "Action": ["s3:*", "iam:*", "sts:*"], "Resource": "*"}
    iam.put_user_policy(
        UserName="ann", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    )
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    anns = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
    found = of(enforced(Account(anns, Wish("films"))))

    assert (found["credentials"].well, found["buckets"].well, found["s3"].well, found["sqs"].well) == (True, False, True, False)
    assert "sqs refuses" in found["sqs"].said


def test_wrong_credentials_end_the_looking(session: boto3.Session) -> None:
    assert session
    wrong = boto3.Session("AKIAIOSFODNN7EXAMPLE", "wrong", region_name=REGION)
    found = enforced(Account(wrong, Wish("films")))

    assert [(check.name, check.well) for check in found] == [("region", True), ("credentials", False)]
    assert "AWS does not take them (InvalidClientTokenId)" in found[1].said


def test_aws_region_counts_and_the_named_region_goes_before_it() -> None:
    assert open_session(None, {"AWS_REGION": "eu-west-3"}).region_name == "eu-west-3"
    assert open_session("eu-north-1", {"AWS_REGION": "eu-west-3"}).region_name == "eu-north-1"


def test_without_a_region_there_is_nothing_to_look_at(reel: Runs) -> None:
    ended = reel("doctor", "--aws", "--json")

    assert (ended.code, [(check["name"], check["well"]) for check in ended.json]) == (1, [("region", False)])


def test_without_credentials_the_doctor_says_how_to_give_them(reel: Runs) -> None:
    ended = reel("doctor", "--aws", "--region", REGION, AWS_EC2_METADATA_DISABLED="true")

    assert (ended.code, "aws configure" in ended.out) == (1, True)


def test_a_region_that_there_is_not_is_told(reel: Runs) -> None:
    ended = reel("doctor", "--aws", "--region", "mars-1")

    assert (ended.code, "is it spelt right?" in ended.out) == (1, True)


def test_a_region_without_aws_is_misused(reel: Runs) -> None:
    assert reel("doctor", "--region", REGION).code == 2
