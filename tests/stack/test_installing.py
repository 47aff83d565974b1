"""`make deploy` and `make undeploy` as a person with an account runs them; the account is the emulator's."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from client.reel.account import Account, open_session
from client.reel.parameters import Wish
from infra.cloud.installation import Installation
from infra.local import emulator
from infra.local.account import KEYS, REGION
from infra.local.places import ROOT, Places
from tests.command import Ended, runs
from tests.media import clip

NAME = "films"

type Makes = Callable[..., Ended]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Give the environment of a person whose account an emulator is."""
    where = Places(tmp_path_factory.mktemp("own"), port=0, port_is_fixed=False)
    endpoint = emulator.start(where).endpoint
    yield {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEYS, "AWS_SECRET_ACCESS_KEY": KEYS, "NAME": NAME, "REGION": REGION}
    emulator.stop(where)


@pytest.fixture(scope="module")
def parameters(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file with what differs from the cloud."""
    port = environment["AWS_ENDPOINT_URL"].rpartition(":")[2]
    path = tmp_path_factory.mktemp("mine") / "parameters"
    path.write_text(f"""Cdn=none AddressingStyle=path TlsOnly=false  # no CloudFront, no names of buckets, no TLS
        SiteUrl=http://127.0.0.1:{port}/{NAME}-site-000000000000-{REGION}/
        MediaUrl=http://localhost:{port}/{NAME}-media-000000000000-{REGION}/
        SiteTitle='My films'""")
    return path


@pytest.fixture(scope="module")
def make(environment: Mapping[str, str]) -> Makes:
    """Run what `make` runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}

    def run(command: str, **more: str) -> Ended:
        argv = [sys.executable, "-m", "infra.cloud", command]
        done = subprocess.run(argv, cwd=ROOT, env={**kept, **environment, **more}, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="module")
def deployed(make: Makes, parameters: Path) -> Ended:
    """Deploy for the first time."""
    return make("deploy", PARAMETERS=f"@{parameters}")


@pytest.fixture
def installation(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Installation:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Installation(Account(open_session(REGION, {}), Wish(NAME)), {})


def exported(said: str) -> dict[str, str]:
    """Give what a person would copy from what was said; the token is asked for."""
    (server,) = [line.partition("=")[2] for line in said.splitlines() if "export REEL_SERVER=" in line]
    return {"REEL_SERVER": server}


def test_a_deployment_says_where_the_site_is_and_it_takes_a_video(make: Makes, deployed: Ended, tmp_path: Path) -> None:
    assert (deployed.code, deployed.err) == (0, "")
    reel = runs(tmp_path, tmp_path, {**exported(deployed.out), "REEL_TOKEN": make("secret").out.strip()})
    sent = reel("upload", clip("blink"), "--wait")
    made = reel("token", "make", "ann")

    assert (sent.code, made.code) == (0, 0), sent.err + made.err
    assert reel("list", REEL_TOKEN=made.out.strip()).code == 0


def test_a_second_deployment_changes_what_is_named_and_nothing_else(
    make: Makes, deployed: Ended, installation: Installation
) -> None:
    assert deployed.code == 0
    secret, before = make("secret").out, installation.known()
    again = make("deploy", PARAMETERS="SiteTitle='New films' TranscodeConcurrency=3")

    assert (again.code, make("secret").out) == (0, secret), again.err
    assert installation.known() == {**before, "SiteTitle": "New films", "TranscodeConcurrency": "3"}
    assert before["TranscodeConcurrency"] == "40"  # what the emulator's thousand executions leave


def test_more_encoders_than_the_account_allows_are_refused(make: Makes, deployed: Ended) -> None:
    assert deployed.code == 0
    ended = make("deploy", PARAMETERS="TranscodeConcurrency=991")

    assert (ended.code, "more than the account allows" in ended.err) == (1, True)


def objects(installation: Installation) -> dict[str, int]:
    s3 = installation.session.client("s3")
    there = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"].startswith(f"{NAME}-")}
    pages = s3.get_paginator("list_object_versions")
    return {bucket: sum(len(page.get("Versions", ())) for page in pages.paginate(Bucket=bucket)) for bucket in there}


def test_what_is_undeployed_keeps_its_videos_until_the_word_is_said(
    make: Makes, deployed: Ended, installation: Installation, parameters: Path
) -> None:
    assert deployed.code == 0
    gone = make("undeploy")
    kept = objects(installation)

    assert (gone.code, installation.account.stack_status()) == (0, None), gone.err
    assert len(kept) == 4
    assert all(f"kept: {bucket}, {count} objects" in gone.out for bucket, count in kept.items())

    again = make("deploy", PARAMETERS=f"@{parameters}")
    assert (again.code, "kept from before" in again.out, installation.account.stack_status()) == (1, True, None)

    emptied = make("undeploy", EMPTY="yes")
    assert (emptied.code, objects(installation)) == (0, {}), emptied.err
    assert installation.session.client("ssm").describe_parameters()["Parameters"] == []


def test_another_word_deletes_nothing(make: Makes) -> None:
    ended = make("undeploy", EMPTY="true")

    assert (ended.code, "is not understood" in ended.err) == (1, True)


def test_an_account_that_cannot_be_reached_is_one_line(make: Makes) -> None:
    ended = make("undeploy", AWS_ENDPOINT_URL="http://127.0.0.1:9")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines() == ['error: credentials: Could not connect to the endpoint URL: "http://127.0.0.1:9/"']


def test_missing_credentials_are_one_line_that_says_what_to_do(make: Makes) -> None:
    ended = make("secret", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_EC2_METADATA_DISABLED="true", HOME="/nonexistent")

    assert ended.code == 1
    assert ended.err == "error: credentials: Unable to locate credentials; `aws configure` or AWS_PROFILE gives them\n"


def test_a_secret_is_not_made_without_a_stack(make: Makes) -> None:
    ended = make("secret", NAME="others")

    assert (ended.code, "there is no stack others in us-east-1" in ended.err) == (1, True)
