"""Killed, doubled and lost on the real stack: each must end in the bytes of an undisturbed run."""

import json
import signal
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import psutil
import pytest

from functions.common import events, keys
from infra.local.places import places
from tests.conftest import STACK_PLACES
from tests.media import clip
from tests.stack.library import Library, until
from tests.stack.published import published

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import NotificationConfigurationTypeDef

CLIP = "film_12s"


def drop(library: Library, name: str) -> str:
    return library.drop(f"faults/{name}/film.mp4", clip(CLIP))


@pytest.fixture(scope="module")
def quiet(library: Library) -> Mapping[str, bytes | str]:
    """What an undisturbed run publishes."""
    video = drop(library, "quiet")
    return published(library, library.settled(video, "ready"))


def processes(word: str) -> list[psutil.Process]:
    """Find the stack's processes whose command has a word in it."""
    emulator = json.loads(places(STACK_PLACES).emulator_file.read_text())
    return [child for child in psutil.Process(emulator["pid"]).children(recursive=True) if has(child, word)]


def has(process: psutil.Process, word: str) -> bool:
    try:
        return any(word in part for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def encoder() -> psutil.Process:
    """Wait for one that encodes pictures."""
    return until(lambda: processes("rung_0.mp4") or None, lambda: "no encoder was seen")[0]


def written(library: Library, video: str) -> dict[str, datetime]:
    """Tell when each object of a rung was written last."""
    listed = library.s3.list_objects_v2(Bucket=library.stack.media_bucket, Prefix=f"v/{video}/")
    return {found["Key"]: found["LastModified"] for found in listed.get("Contents", ()) if "-h264/v0" in found["Key"]}


def chunks_made(library: Library, video: str) -> dict[str, datetime]:
    """Wait for the first chunk."""
    return until(lambda: written(library, video) or None, lambda: "no chunk was made")


def test_a_killed_encoder_costs_its_chunk_only(library: Library, quiet: Mapping[str, bytes | str]) -> None:
    video = drop(library, "encoder")
    begun = chunks_made(library, video)
    encoder().send_signal(signal.SIGKILL)  # it gets no chance to tidy up

    assert published(library, library.settled(video, "ready")) == quiet
    assert begun.items() <= written(library, video).items()  # no chunk that was made was made again


def test_a_killed_function_costs_its_chunk_only(library: Library, quiet: Mapping[str, bytes | str]) -> None:
    """The one that encodes: its heart has beaten, so its message comes back after that and not after the queue's ninety minutes."""
    video = drop(library, "function")
    begun = chunks_made(library, video)
    worker = next(each for each in encoder().parents() if has(each, "functions.transcode.handler.handle"))
    worker.send_signal(signal.SIGKILL)

    assert published(library, library.settled(video, "ready")) == quiet
    assert begun.items() <= written(library, video).items()


def test_doubled_events_change_nothing(library: Library, quiet: Mapping[str, bytes | str]) -> None:
    video = drop(library, "doubled")
    orders = until(
        lambda: found if len(found := library.keys(library.stack.work_bucket, f"orders/{video}/")) > 2 else None,
        lambda: "there are no orders",
    )
    for stage, key in [*(("transcode", order) for order in orders), ("ingest", f"{library.shelf}/faults/doubled/film.mp4")]:
        library.sqs.send_message(QueueUrl=library.stack.queues[stage], MessageBody=events.body([key]))

    assert published(library, library.settled(video, "ready")) == quiet


@pytest.fixture
def deaf_inbox(library: Library) -> Iterator[None]:
    """An inbox whose events go nowhere."""
    bucket = library.stack.inbox_bucket
    heard = library.s3.get_bucket_notification_configuration(Bucket=bucket)
    configuration: NotificationConfigurationTypeDef = {"QueueConfigurations": heard["QueueConfigurations"]}
    library.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    yield
    library.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


@pytest.mark.usefixtures("deaf_inbox")
def test_the_sweep_finds_a_video_whose_event_was_lost(library: Library, quiet: Mapping[str, bytes | str]) -> None:
    video = drop(library, "lost")
    manifest_key = keys.MANIFEST.key(id=video)

    def swept() -> bytes | None:
        library.sweep()
        return library.read(library.stack.media_bucket, manifest_key)

    until(swept, lambda: "the sweep did not find it")

    assert published(library, library.settled(video, "ready")) == quiet
