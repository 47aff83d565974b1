"""The sweep as it is wired: over a store of moto, in which every upload is of 2010."""

from collections.abc import Iterator

import boto3
import pytest

from functions.sweep import handler
from tests.unit.api.desk import NAMES, Desk, open_desk

STAGES = ("INGEST", "TRANSCODE", "INDEX", "CATALOGUE")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Open a store whose environment is the sweep's."""
    with open_desk() as opened:
        sqs = boto3.client("sqs")
        settings = {"SWEEP_FIRST_AGE_S": "600", "GRACE_S": "0", "ADDRESSING": NAMES.addressing}
        settings |= {"INBOX": NAMES.inbox, "WORK": NAMES.work, "MEDIA": NAMES.media, "SITE": NAMES.site}
        for stage in STAGES:
            for kind in ("QUEUE", "DEAD"):
                settings[f"{stage}_{kind}_URL"] = sqs.create_queue(QueueName=f"{stage}-{kind}")["QueueUrl"]
        for name, value in settings.items():
            monkeypatch.setenv(f"REELBUCKET_{name}", value)
        monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "reelbucket")
        handler._sweep.cache_clear()  # noqa: SLF001  # a function lives as long as its process
        yield opened
        handler._sweep.cache_clear()  # noqa: SLF001


def test_old_uploads_are_given_up_in_the_inbox_and_among_the_media(desk: Desk) -> None:
    desk.create()
    desk.s3.create_multipart_upload(Bucket=NAMES.media, Key="v/a/b/f0-0123456789abcdef.mp4")
    said = handler.handle({}, None)
    left = [
        found for bucket in (NAMES.inbox, NAMES.media) for found in desk.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    ]

    assert (said, left) == ({"uploads": 2, "reminders": 0}, [])


def test_a_sweep_that_finds_nothing_says_so(desk: Desk) -> None:
    del desk
    assert handler.handle({}, None) == {"reminders": 0}
