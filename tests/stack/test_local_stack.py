import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from infra.local import emulator
from infra.local.account import Account
from infra.local.command import LocalError
from infra.local.deployment import TOKEN_PARAMETER
from infra.local.places import ROOT, Places, places
from infra.local.site import IMMUTABLE, site_files
from infra.local.stack import Stack, up
from tests.conftest import STACK_PARAMETERS, STACK_PLACES


@pytest.fixture
def where(tmp_path: Path) -> Iterator[Places]:
    """Places for an emulator of the test's own, stopped at its end."""
    made = Places(tmp_path, port=0, port_is_fixed=False)
    yield made
    emulator.stop(made)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_the_emulator_listens_on_the_loopback_interface_alone(where: Places) -> None:
    started = emulator.start(where)
    listening = psutil.Process(started.pid).net_connections("tcp")
    assert {one.laddr.ip for one in listening if one.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_a_killed_emulator_is_started_anew(where: Places) -> None:
    killed = emulator.start(where)
    process = psutil.Process(killed.pid)
    process.kill()
    process.wait(60)  # seconds; the kernel takes a moment on a busy machine
    assert emulator.running(where) is None
    assert emulator.start(where).is_healthy()


def test_a_stopped_emulator_is_gone(where: Places) -> None:
    started = emulator.start(where)
    emulator.stop(where)
    assert (started.process(), emulator.running(where)) == (None, None)


def test_a_port_that_was_asked_for_and_is_taken_is_named(where: Places, taken_port: int) -> None:
    with pytest.raises(LocalError, match=f"port {taken_port} is taken"):
        emulator.start(Places(where.own, taken_port, port_is_fixed=True))


def test_a_default_port_that_is_taken_is_exchanged_for_a_free_one(where: Places, taken_port: int) -> None:
    started = emulator.start(Places(where.own, taken_port, port_is_fixed=False))
    assert (started.is_healthy(), started.port != taken_port) == (True, True)


@pytest.mark.parametrize("line", ["No resource provider found for AWS::X::Y", 'name process. Falling back to "docker" runtime'])
def test_a_log_that_tells_of_something_left_out_fails_the_deployment(where: Places, line: str) -> None:
    where.run.mkdir()
    (where.run / "localstack.log").write_text(f"all is well\n{line}\n")
    with pytest.raises(LocalError, match=line[:20]):
        emulator.require_clean_log(where)


def test_the_stacks_file_tells_what_up_gave(stack: Stack) -> None:
    assert Stack.read(places(STACK_PLACES).stack_file) == stack


def test_a_second_up_keeps_what_is_there(stack: Stack) -> None:
    account = Account.at(stack.endpoint)
    account.s3.put_object(Bucket=stack.inbox_bucket, Key="kept.txt", Body=b"kept")
    assert up(places(STACK_PLACES), STACK_PARAMETERS) == stack
    assert account.s3.get_object(Bucket=stack.inbox_bucket, Key="kept.txt")["Body"].read() == b"kept"


def test_a_second_up_deploys_nothing(stack: Stack) -> None:
    account = Account.at(stack.endpoint)
    before = account.cloudformation.describe_stack_events(StackName="reelbucket-local")["StackEvents"]
    up(places(STACK_PLACES), STACK_PARAMETERS)
    assert account.cloudformation.describe_stack_events(StackName="reelbucket-local")["StackEvents"] == before


def test_the_secret_of_the_api_is_in_the_parameter_store(stack: Stack) -> None:
    stored = Account.at(stack.endpoint).ssm.get_parameter(Name=TOKEN_PARAMETER, WithDecryption=True)["Parameter"]
    assert (stored["Type"], stored["Value"]) == ("SecureString", stack.api_token)


def test_the_sites_pages_learn_where_media_and_api_are(stack: Stack) -> None:
    with urllib.request.urlopen(stack.site_url + "config.json") as answer:
        assert answer.read().decode() == f'{{"media": "{stack.media_url}", "api": "{stack.api_url}/api/v1"}}'


@pytest.mark.parametrize("page", ["index.html", "upload.html"])
def test_what_a_page_loads_has_its_content_type_and_is_kept_by_browsers(stack: Stack, page: str) -> None:
    await_front_page(stack)
    _, body = fetched(stack.site_url + page)
    loaded = re.findall(r'<(?:script|link rel="stylesheet")[^>]* (?:src|href)="([^"]+)"', body.decode())
    said = [fetched(stack.site_url + name)[0] for name in loaded]

    assert [each["Content-Type"] for each in said] == ["text/css; charset=utf-8", "text/javascript; charset=utf-8"]
    assert {each["Cache-Control"] for each in said} == {IMMUTABLE}


def test_site_and_media_are_two_origins(stack: Stack) -> None:
    assert stack.site_url.split("/")[2] != stack.media_url.split("/")[2]


def test_a_document_that_changes_twice_in_a_second_is_read_anew(stack: Stack) -> None:
    """A browser asks with both: the ETag that it has, and a time in whole seconds."""
    s3, bucket, key = Account.at(stack.endpoint).s3, stack.media_bucket, "twice.json"
    old = s3.put_object(Bucket=bucket, Key=key, Body=b"old")["ETag"]
    new = s3.put_object(Bucket=bucket, Key=key, Body=b"new")["ETag"]
    time_of_new = s3.head_object(Bucket=bucket, Key=key)["LastModified"]
    assert s3.get_object(Bucket=bucket, Key=key, IfNoneMatch=old, IfModifiedSince=time_of_new)["Body"].read() == b"new"
    with pytest.raises(ClientError, match="304"):
        s3.get_object(Bucket=bucket, Key=key, IfNoneMatch=new)


def test_every_queue_of_the_stack_exists(stack: Stack) -> None:
    sqs = Account.at(stack.endpoint).sqs
    assert {"ingest", "transcode", "index", "catalogue"} <= {
        stage for stage, address in stack.queues.items() if sqs.get_queue_attributes(QueueUrl=address)
    }


def test_the_front_page_is_made_by_the_catalogue_after_a_deployment(stack: Stack) -> None:
    assert "index.html" not in {file.key for file in site_files()}
    await_front_page(stack)


def test_a_feed_names_the_sites_own_address(stack: Stack) -> None:
    await_front_page(stack)
    with urllib.request.urlopen(stack.site_url + "feed.xml") as answer:
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        assert f'xml:base="{stack.site_url}"' in answer.read().decode()


def test_a_functions_log_lies_in_the_run_folder(stack: Stack) -> None:
    await_front_page(stack)
    logs = list((places(STACK_PLACES).run / "logs").iterdir())
    assert [log for log in logs if "catalogue" in log.name and "REPORT RequestId" in log.read_text()]


def test_the_binaries_of_the_built_functions_are_executable() -> None:
    binaries = [path for path in (ROOT / ".aws-sam" / "build").rglob("*") if path.name.startswith(("ffmpeg-", "ffprobe-"))]
    assert binaries
    assert all(path.stat().st_mode & 0o111 == 0o111 for path in binaries if path.is_file())


def fetched(url: str) -> tuple[Message, bytes]:
    """Give the headers and the body."""
    with urllib.request.urlopen(url) as answer:
        return answer.headers, answer.read()


def await_front_page(stack: Stack) -> None:
    """Wait until the catalogue has written the front page."""
    end = time.monotonic() + 600
    while not answers(stack.site_url + "index.html"):
        assert time.monotonic() < end, "the catalogue did not write the front page"
        time.sleep(0.2)


def answers(url: str) -> bool:
    """Tell whether there is something at this address."""
    try:
        with urllib.request.urlopen(url) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False
