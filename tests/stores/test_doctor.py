"""`reel doctor --store`, as a program, on stores that are well and on others."""

import json
import secrets
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from functions.common import promises
from functions.common.promises import sentence
from tests.command import Runs, start
from tests.stores.servers import REGION, Caller, Server

RIGHTS = ("ListBucket", "GetBucketVersioning", "GetObject", "PutObject", "DeleteObject")


def as_(caller: Caller) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": caller.key, "AWS_SECRET_ACCESS_KEY": caller.secret}


def bucket(server: Server, versioning: str = "") -> str:
    name = f"doctor-{secrets.token_hex(4)}"
    server.s3().create_bucket(Bucket=name)
    if versioning:
        server.s3().put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})  # type: ignore[typeddict-item]  # a text
    return name


def left(server: Server, name: str) -> int:
    """Count what is in a bucket, versions and markers too."""
    found = server.s3().list_object_versions(Bucket=name)
    return len([*found.get("Versions", ()), *found.get("DeleteMarkers", ())])


def user(server: Server, *actions: str) -> Caller:
    """Make somebody who may do this alone."""
    iam, name = server.client("iam"), f"user-{secrets.token_hex(4)}"
    statement = {"Effect": "Allow", "Action": [f"s3:{action}" for action in actions], "Resource": "*"}
    iam.create_user(UserName=name)
    iam.put_user_policy(
        UserName=name, PolicyName="some", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Caller(made["AccessKeyId"], made["SecretAccessKey"])


def test_a_store_that_keeps_every_promise_is_well_and_as_it_was(ministack: Server, reel: Runs) -> None:
    name = bucket(ministack, "Enabled")
    for key in ("a/folder/mine", "mine"):
        ministack.s3().put_object(Bucket=name, Key=key, Body=b"mine")
    ended = reel("doctor", "--store", f"s3://{name}/a/folder/", "--endpoint", ministack.endpoint, "--json", **as_(ministack.owner))
    tried = promises.ALONE + promises.SHARED + promises.VERSIONED

    assert (ended.code, {check["well"] for check in ended.json}) == (0, {True})
    assert ended.err.startswith(f"Trying s3://{name}/a/folder/reel-doctor-")
    assert [check["name"] for check in ended.json] == ["store", *map(sentence, tried), "what was tried is removed"]
    assert left(ministack, name) == 2


def test_a_store_that_breaks_promises_is_told_with_what_it_did_instead_and_emptied_too(rclone: Server, reel: Runs) -> None:
    name = bucket(rclone)
    ended = reel("doctor", "--store", f"s3://{name}", "--endpoint", rclone.endpoint, **as_(rclone.owner))

    assert (ended.code, "This store cannot hold a reelbucket" in ended.err) == (1, True)
    assert "it answered (done, done, 'two') instead of (done, refused, 'one')" in ended.out
    assert "this bucket keeps none; the inbox needs them" in ended.out
    assert "are left" not in ended.out
    for found in rclone.s3().list_objects_v2(Bucket=name).get("Contents", ()):  # rclone may list for minutes what was removed
        with pytest.raises(ClientError, match="NoSuchKey"):
            rclone.s3().get_object(Bucket=name, Key=found["Key"])


def test_what_was_tried_is_removed_after_a_ctrl_c(ministack: Server, tmp_path: Path) -> None:
    name = bucket(ministack)
    said = {"AWS_DEFAULT_REGION": REGION, **as_(ministack.owner)}
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # one in the background ignores it
    child = start(tmp_path, tmp_path, said, "doctor", "--store", f"s3://{name}", "--endpoint", ministack.endpoint)
    signal.signal(signal.SIGINT, heard)

    def interrupted() -> bool:
        child.send_signal(signal.SIGSTOP)  # it goes no further while it is looked at
        begun = left(ministack, name) > 20
        if begun:
            child.send_signal(signal.SIGINT)
        child.send_signal(signal.SIGCONT)
        return begun

    while not interrupted():
        assert child.poll() is None, "it ended, and wrote nothing"
        time.sleep(0.01)
    child.communicate()

    assert (child.returncode, left(ministack, name)) == (130, 0)


@pytest.mark.parametrize("missing", RIGHTS)
def test_a_right_that_is_missing_is_told_and_nothing_stays(ministack: Server, reel: Runs, missing: str) -> None:
    name = bucket(ministack)
    some = as_(user(ministack, *(set(RIGHTS) - {missing})))
    ended = reel("doctor", "--store", f"s3://{name}", "--endpoint", ministack.endpoint, **some)

    assert (ended.code, "These credentials may not do" in ended.err, missing in ended.err) == (1, True, True)
    assert left(ministack, name) == 0


@pytest.mark.parametrize("missing", ["ListBucketVersions", "DeleteObjectVersion"])
def test_where_versions_are_kept_their_rights_are_needed_before_anything_is_written(
    ministack: Server, reel: Runs, missing: str
) -> None:
    name = bucket(ministack, "Enabled")
    some = as_(user(ministack, *RIGHTS, *({"ListBucketVersions", "DeleteObjectVersion", "GetObjectVersion"} - {missing})))
    ended = reel("doctor", "--store", f"s3://{name}", "--endpoint", ministack.endpoint, **some)

    assert (ended.code, "These credentials may not do" in ended.err) == (1, True)
    assert left(ministack, name) == 0


HERE, TLS = "http://HERE", "https://HERE"
WRONG: Mapping[str, tuple[tuple[str, ...], dict[str, str], tuple[int, str]]] = {
    "no credentials": (("s3://some", HERE), {"AWS_ACCESS_KEY_ID": ""}, (2, "`aws configure` keeps some")),
    "no such profile": (("s3://some", HERE), {"AWS_PROFILE": "nobody"}, (2, "nobody")),
    "a key that nobody knows": (("s3://some", HERE), {"AWS_ACCESS_KEY_ID": "x"}, (1, "InvalidAccessKeyId")),
    "no such bucket": (("s3://nobody-made-it", HERE), {}, (1, "There is no bucket 'nobody-made-it'")),
    "no name of a bucket": (("s3://No!", HERE), {}, (2, "'No!' is no bucket's name")),
    "nobody there": (("s3://some", "http://127.0.0.1:9"), {}, (3, "http://127.0.0.1:9 does not answer")),
    "no TLS": (("s3://some", TLS), {}, (3, "does not answer. Check --endpoint")),
    "no store": (("some", HERE), {}, (2, "'some' is no store")),
    "no endpoint": (("s3://some", "here"), {}, (2, "'here' is no endpoint")),
}


@pytest.mark.parametrize(("asked", "environment", "end"), WRONG.values(), ids=WRONG)
def test_where_nothing_can_be_tried_it_says_why_and_what_to_do(
    ministack: Server, reel: Runs, asked: tuple[str, str], environment: dict[str, str], end: tuple[int, str]
) -> None:
    store, endpoint = asked[0], asked[1].replace("HERE", ministack.endpoint.removeprefix("http://"))
    ended = reel("doctor", "--store", store, "--endpoint", endpoint, **as_(ministack.owner) | environment)

    assert (ended.code, ended.out, end[1] in ended.err) == (end[0], "", True), ended.err


def test_an_endpoint_without_a_store_is_not_understood(reel: Runs) -> None:
    ended = reel("doctor", "--endpoint", "http://127.0.0.1:9")

    assert (ended.code, "Name the store too" in ended.err) == (2, True)
