"""`make deploy` and `make undeploy`, as far as they decide and as far as moto answers."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from moto import mock_aws

from client.reel.account import BUCKETS, Account
from client.reel.parameters import Wish
from functions.api.invitations import ViewersKey
from infra import sam
from infra.cloud.installation import Installation, settled, told
from infra.cloud.private import private
from infra.cloud.removing import undeploy
from infra.local.command import LocalError
from infra.secret import keep_secret
from tests.unit.template.reading import template

OUTPUTS = {"SiteUrl": "https://a/", "MediaUrl": "https://b/", "ApiUrl": "https://c/v1", "ApiId": "i"}


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")  # noqa: S106
        yield Installation(Account(session, Wish("films")), {})


@pytest.mark.parametrize(("limit", "encoders"), [(10, "2"), (30, "20"), (1000, "40")])
def test_a_first_deployment_encodes_as_much_at_once_as_the_account_allows(limit: int, encoders: str) -> None:
    assert settled({}, {}, limit)["TranscodeConcurrency"] == encoders


@pytest.mark.parametrize(("limit", "encoders"), [(1000, "4"), (13, "3")])
def test_a_later_deployment_raises_nothing_unasked_and_lowers_what_is_too_much(limit: int, encoders: str) -> None:
    assert settled({}, {"TranscodeConcurrency": "4"}, limit)["TranscodeConcurrency"] == encoders


def test_what_a_person_names_goes_first() -> None:
    wished = {"TranscodeConcurrency": "60", "Cdn": "none"}

    assert settled(wished, {"TranscodeConcurrency": "4"}, 1000) == wished


@pytest.mark.parametrize(("wished", "limit"), [("41", 50), ("3", 10)])
def test_more_than_the_account_allows_is_refused_before_anything_is_deployed(wished: str, limit: int) -> None:
    with pytest.raises(LocalError, match="more than the account allows"):
        settled({"TranscodeConcurrency": wished}, {}, limit)


def test_the_least_is_never_too_much() -> None:
    assert settled({"TranscodeConcurrency": "2"}, {}, 10)["TranscodeConcurrency"] == "2"


def test_the_addresses_that_a_person_named_are_the_sites() -> None:
    found = told(OUTPUTS, {"SiteUrl": "https://films.example/", "MediaUrl": ""}, None)

    assert (found["SiteUrl"], found["MediaUrl"], found["ApiUrl"]) == ("https://films.example/", "https://b/", "https://c/v1")


def test_an_emulators_api_is_at_the_emulator() -> None:
    assert told(OUTPUTS, {}, "http://127.0.0.1:1/")["ApiUrl"] == "http://127.0.0.1:1/_aws/execute-api/i/v1"


def test_the_build_is_the_templates_architecture_unless_one_is_named() -> None:
    assert template()["Parameters"]["Architecture"]["Default"] == sam.ARCHITECTURE


def test_sam_is_told_of_no_account_but_the_one_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("SAM_CLI_POLL_DELAY", "9")
    found = sam.environment({"AWS_DEFAULT_REGION": "eu-west-1"})

    assert {name: value for name, value in found.items() if name.startswith(("AWS_", "SAM_CLI_P"))} == {
        "AWS_DEFAULT_REGION": "eu-west-1"
    }


def test_a_secret_is_made_once_and_kept_encrypted(installation: Installation) -> None:
    ssm = installation.session.client("ssm")
    first, second = (keep_secret(ssm, "/films/api-token", made) for made in (lambda: "first", lambda: "second"))

    assert (first, second) == ("first", "first")
    assert ssm.get_parameter(Name="/films/api-token")["Parameter"]["Type"] == "SecureString"


def fill(installation: Installation) -> str:
    """Make kept buckets, as a deleted stack leaves them; give the inbox."""
    s3 = installation.session.client("s3")
    for bucket in map(installation.account.bucket, BUCKETS):
        s3.create_bucket(Bucket=bucket)
    inbox = installation.account.bucket("inbox")
    s3.put_bucket_versioning(Bucket=inbox, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket=inbox, Key="talk.mp4", Body=body)
    s3.delete_object(Bucket=inbox, Key="talk.mp4")
    s3.create_multipart_upload(Bucket=inbox, Key="half.mp4")
    return inbox


def test_kept_buckets_are_told_with_every_version_and_left_alone(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = fill(installation)
    undeploy(installation, "")

    assert f"kept: {inbox}, 2 objects, 11 B\n" in capsys.readouterr().out
    assert len(installation.session.client("s3").list_buckets()["Buckets"]) == 4


def test_the_word_empties_all_versions_markers_and_uploads(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = fill(installation)
    installation.secret()
    undeploy(installation, "yes")

    assert f"deleted: {inbox}, with 3 objects" in capsys.readouterr().out
    assert installation.session.client("s3").list_buckets()["Buckets"] == []
    assert installation.session.client("ssm").describe_parameters()["Parameters"] == []


def test_what_is_removed_already_is_no_failure(installation: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    undeploy(installation, "yes")
    undeploy(installation, "")

    assert "there are no buckets either" in capsys.readouterr().out


def test_another_word_than_yes_is_asked_back(installation: Installation) -> None:
    with pytest.raises(LocalError, match="is not understood"):
        undeploy(installation, "Yes")


def test_a_private_library_has_a_key_of_which_the_cdn_knows_the_public_half(installation: Installation) -> None:
    made = private(installation, "yes", {})
    session = installation.session
    stored = session.client("ssm").get_parameter(Name=made["ViewersParameter"], WithDecryption=True)["Parameter"]["Value"]
    key = msgspec.json.decode(stored, type=ViewersKey)
    group = session.client("cloudfront").get_key_group(Id=made["ViewersKeyGroup"])["KeyGroup"]["KeyGroupConfig"]
    public = session.client("cloudfront").get_public_key(Id=key.id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"]
    ours = load_pem_private_key(key.pem.encode(), None).public_key()

    assert group["Items"] == [key.id]
    assert load_pem_public_key(public.encode()) == ours


def test_a_private_library_keeps_its_key_until_another_one_is_asked_for(installation: Installation) -> None:
    known = private(installation, "yes", {})
    other = private(installation, "new-key", known)

    assert private(installation, "yes", known) == private(installation, "", known) == {}
    assert {*known.values()} & {*other.values()} == set()


def test_a_library_becomes_public_again(installation: Installation) -> None:
    assert private(installation, "no", {"ViewersKeyGroup": "group"}) == {"ViewersKeyGroup": ""}


def test_what_private_cannot_mean_is_refused(installation: Installation) -> None:
    without = replace(installation, account=replace(installation.account, wish=Wish("films", cdn=False)))
    with pytest.raises(LocalError, match="is not understood"):
        private(installation, "maybe", {})
    with pytest.raises(LocalError, match="with Cdn=none nobody watches"):
        private(without, "yes", {})
