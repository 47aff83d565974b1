"""The template's roles, by real calls to a store that enforces them: what each stage must be able to do, and what is refused.

tests/unit/template/test_rights.py reads the same roles as text; here an emulator of IAM judges them, as AWS's own would.
"""

import hashlib
import time
from collections.abc import Callable
from http import HTTPStatus

import pytest
import time_machine
import urllib3
from botocore.exceptions import ClientError

from functions.api.parts import Part
from functions.api.uploads import SIGNED_S, Uploads
from functions.common import keys, promises
from functions.common.model import Item
from functions.common.promises import Shelf
from functions.common.s3 import S3Door
from functions.common.store import Absent, Answer
from tests.stores.account import SECRETS, Account
from tests.stores.servers import Server
from tests.unit.template.reading import BUCKETS, QUEUED, STAGES, resources
from tests.unit.template.rights import DELETES, FIELDS, OBJECTS, READS, VERSIONED_READERS, WRITES

ABSENT = {"NoSuchKey", "NoSuchUpload"}  # whoever is told so was let in
QUEUES = tuple(resources("AWS::SQS::Queue"))
LISTS = {
    "ingest": {"Inbox", "Work"},
    "transcode": {"Inbox", "Work", "Media"},
    "index": {"Work", "Media"},
    "catalogue": {"Work", "Media", "Site"},
    "search": {"Work", "Media"},
    "api": {"Inbox", "Work", "Media"},
    "sweep": {"Inbox", "Work", "Media", "Site"},
}
SENT = {"created_at": "2026-03-05T10:00:00Z", "file_size": 5, "content_type": "video/mp4", "video_id": "a" * 16, "part_size": 5}

type Upload = tuple[Uploads, Item]


@pytest.fixture(scope="module")
def account(ministack: Server) -> Account:
    return Account.made(ministack)


def may(call: Callable[[], object]) -> bool:
    """Tell whether a call was let in. What is neither done nor refused fails the test."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ABSENT | {"AccessDenied", "AccessDeniedException"}:
            raise
        return code in ABSENT
    return True


@pytest.fixture
def upload(account: Account) -> Upload:
    uploads = Uploads(account.client("api", "s3"), account.values["InboxBucket"])
    key = keys.UPLOAD.key(client=FIELDS["client"], item=FIELDS["item"], file="signed.mp4")
    begun = uploads.begin(key, "video/mp4")
    named = {"item_id": FIELDS["item"], "client_id": FIELDS["client"], "file_name": "signed.mp4", "key": key, "upload_id": begun}
    return uploads, Item(**named, **SENT)  # type: ignore[arg-type]  # texts, and what SENT has


def status(method: str, address: str, body: bytes = b"") -> int:
    """Ask an address without credentials."""
    return urllib3.request(method, address, body=body).status


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_writes_its_own_objects_and_no_others(account: Account, stage: str) -> None:
    s3 = account.client(stage, "s3")

    def write(name: str) -> bool:
        bucket, key = account.place(name)
        return may(lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"{}"))

    assert {name for name in OBJECTS if write(name)} == WRITES[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_what_it_needs_and_nothing_else(account: Account, stage: str) -> None:
    s3 = account.client(stage, "s3")

    def read(name: str) -> bool:
        bucket, key = account.place(name)
        return may(lambda: s3.get_object(Bucket=bucket, Key=key))

    assert {name for name in OBJECTS if read(name)} == READS[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_deletes_what_is_its_to_delete(account: Account, stage: str) -> None:
    s3 = account.client(stage, "s3")

    def delete(name: str) -> bool:
        bucket, key = account.place(name)
        return may(lambda: s3.delete_object(Bucket=bucket, Key=key))

    assert {name for name in OBJECTS if delete(name)} == DELETES[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_the_buckets_that_it_reads(account: Account, stage: str) -> None:
    s3 = account.client(stage, "s3")

    def listed(bucket: str) -> bool:
        return may(lambda: s3.list_objects_v2(Bucket=account.values[f"{bucket}Bucket"]))

    assert {bucket for bucket in BUCKETS if listed(bucket)} == LISTS[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_version_of_a_source_is_read_by_those_that_open_sources_and_removed_by_the_sweep(account: Account, stage: str) -> None:
    bucket, key = account.values["InboxBucket"], "talks/On bees.mp4"
    version = account.server.s3().put_object(Bucket=bucket, Key=key, Body=b"bees")["VersionId"]
    s3 = account.client(stage, "s3")

    assert may(lambda: s3.get_object(Bucket=bucket, Key=key, VersionId=version)) == (stage in VERSIONED_READERS)
    assert may(lambda: s3.delete_object(Bucket=bucket, Key=key, VersionId=version)) == (stage == "sweep")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("secret", SECRETS)
def test_nobody_but_the_api_reads_a_secret(account: Account, stage: str, secret: str) -> None:
    ssm = account.client(stage, "ssm")

    def read() -> object:
        return ssm.get_parameter(Name=account.values[secret], WithDecryption=True)

    assert may(read) == (stage == "api")


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_takes_its_own_messages_and_the_sweep_the_dead_ones(account: Account, stage: str) -> None:
    sqs = account.client(stage, "sqs")
    taken = {name for name in QUEUES if may(lambda: sqs.receive_message(QueueUrl=account.values[name]))}  # noqa: B023  # called at once
    dead = {f"{queued.capitalize()}DeadQueue" for queued in QUEUED}

    assert taken == (dead if stage == "sweep" else {f"{stage.capitalize()}Queue"} & set(QUEUES))


@pytest.mark.parametrize("stage", STAGES)
def test_only_sweep_and_api_send_messages_and_transcode_to_itself(account: Account, stage: str) -> None:
    sqs = account.client(stage, "sqs")
    sent = {name for name in QUEUES if may(lambda: sqs.send_message(QueueUrl=account.values[name], MessageBody="{}"))}  # noqa: B023  # called at once
    own = {
        "sweep": {f"{queued.capitalize()}Queue" for queued in QUEUED},
        "api": {"TranscodeQueue"},
        "transcode": {"TranscodeQueue"},
    }

    assert sent == own.get(stage, set())


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_writes_to_its_own_log_alone(account: Account, stage: str) -> None:
    logs = account.client(stage, "logs")

    def begun(other: str) -> bool:
        return may(
            lambda: logs.create_log_stream(logGroupName=account.values[f"{other.capitalize()}Log"], logStreamName=f"of-{stage}")
        )

    assert {other for other in STAGES if begun(other)} == {stage}


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_changes_a_bucket_itself(account: Account, stage: str) -> None:
    s3, name = account.client(stage, "s3"), account.values["InboxBucket"]
    calls: dict[str, Callable[[], object]] = {
        "open": lambda: s3.delete_public_access_block(Bucket=name),
        "policy": lambda: s3.put_bucket_policy(Bucket=name, Policy="{}"),
        "versions": lambda: s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"}),
        "notify": lambda: s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={}),
        "rights": lambda: s3.put_object_acl(Bucket=name, Key="x", ACL="public-read"),
        "remove": lambda: s3.delete_bucket(Bucket=name),
    }

    assert {what for what, call in calls.items() if may(call)} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_becomes_another_or_gives_itself_more(account: Account, stage: str) -> None:
    sts, iam = account.client(stage, "sts"), account.client(stage, "iam")
    other = "api" if stage != "api" else "sweep"

    assert not may(lambda: sts.assume_role(RoleArn=account.role(other), RoleSessionName="tried"))
    assert not may(lambda: iam.put_role_policy(RoleName=stage, PolicyName="more", PolicyDocument="{}"))


def test_who_writes_under_a_condition_may_do_so(account: Account) -> None:
    """The verbs create and derive, as the stages use them."""
    door = S3Door(account.client("ingest", "s3"), account.values["WorkBucket"])
    key = keys.CURRENT.key(id="conditionalwrite")

    assert [door.put(key, body, Absent()) for body in (b"1", b"2")] == [Answer.DONE, Answer.REFUSED]


def test_the_api_may_try_what_the_doctor_asks_of_it(account: Account) -> None:
    door = S3Door(account.client("api", "s3"), account.values["WorkBucket"])
    prefix = keys.ASKED.prefix(client="doctor")

    assert {promises.broken(promise, Shelf(door, f"{prefix}{number}/")) for number, promise in enumerate(promises.WRITTEN)} == {""}


def test_the_address_of_a_part_takes_that_part_without_credentials(upload: Upload) -> None:
    uploads, item = upload

    assert status("PUT", uploads.address(item, 1), b"hello") == HTTPStatus.OK
    assert uploads.arrived(item) == (Part(1, hashlib.md5(b"hello", usedforsecurity=False).hexdigest(), 5),)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("signed.mp4", "other.mp4"),
        (f"/{FIELDS['client']}/", "/another/"),
        ("partNumber=1", "partNumber=2"),
        ("uploadId=", "uploadId=x"),
        ("X-Amz-Expires=900", "X-Amz-Expires=90000"),
    ],
)
def test_the_address_of_a_part_takes_nothing_else(upload: Upload, said: str, instead: str) -> None:
    uploads, item = upload
    address = uploads.address(item, 1)

    assert said in address
    assert status("PUT", address.replace(said, instead), b"hello") == HTTPStatus.FORBIDDEN
    assert uploads.arrived(item) == ()


@pytest.mark.parametrize("body", [b"hell", b"hello!", b""])
def test_the_address_of_a_part_takes_no_other_size(upload: Upload, body: bytes) -> None:
    uploads, item = upload

    assert status("PUT", uploads.address(item, 1), body) == HTTPStatus.FORBIDDEN
    assert uploads.arrived(item) == ()


def test_the_address_of_a_part_is_over_at_its_end(upload: Upload) -> None:
    uploads, item = upload
    with time_machine.travel(time.time() - SIGNED_S - 1):
        address = uploads.address(item, 1)

    assert status("PUT", address, b"hello") == HTTPStatus.FORBIDDEN
    assert uploads.arrived(item) == ()


def test_the_address_that_an_encoder_reads_gives_one_version_of_one_source_and_nothing_else(account: Account) -> None:
    bucket, owner = account.values["InboxBucket"], account.server.s3()
    versions = [str(owner.put_object(Bucket=bucket, Key="bees.mp4", Body=body)["VersionId"]) for body in (b"one", b"two")]
    owner.put_object(Bucket=bucket, Key="wasps.mp4", Body=b"three")
    door = S3Door(account.client("transcode", "s3"), bucket)
    address = door.address("bees.mp4", versions[0], 60)
    with time_machine.travel(time.time() - 61):
        over = door.address("bees.mp4", versions[0], 60)

    assert urllib3.request("GET", address).data == b"one"
    others = (
        address.replace(versions[0], versions[1]),
        address.replace("bees", "wasps"),
        address.replace(bucket, account.values["WorkBucket"]),
        over,
    )
    assert [status("GET", other) for other in others] == [HTTPStatus.FORBIDDEN] * len(others)
    assert [status(method, address) for method in ("PUT", "DELETE")] == [HTTPStatus.FORBIDDEN] * 2


def test_an_address_is_worth_no_more_than_the_rights_of_who_signed_it(account: Account) -> None:
    s3 = account.client("transcode", "s3")
    bucket, key = account.place("ITEM")
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=60)

    assert status("GET", address) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("bucket", BUCKETS)
def test_without_credentials_no_bucket_is_read_listed_or_written(account: Account, bucket: str) -> None:
    """In AWS the CDN alone reads media and site."""
    address = f"{account.server.endpoint}/{account.values[f'{bucket}Bucket']}"
    key = next(key for place, key in OBJECTS.values() if place == bucket)

    assert status("GET", f"{address}/{key}") == HTTPStatus.FORBIDDEN
    assert status("GET", address) == HTTPStatus.FORBIDDEN
    assert status("PUT", f"{address}/{key}", b"x") == HTTPStatus.FORBIDDEN
