"""A person at the local stack: drops files into the inbox with plain S3 calls, and reads what is published."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import urllib3
from botocore.config import Config

from functions.common import keys, schema
from functions.common.inbox import read_name
from functions.common.model import Manifest, Root
from infra.local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

PATIENCE_S = 600  # far beyond what a busy machine takes: only what never comes waits so long


class GaveUpError(AssertionError):
    """What was waited for did not come."""


@dataclass(frozen=True)
class Library:
    """A running stack and clients for it. All keys are put under `shelf`, so that a stack that runs on can be used again."""

    stack: Stack
    shelf: str
    s3: "S3Client"
    sqs: "SQSClient"
    functions: "LambdaClient"

    @classmethod
    def of(cls, stack: Stack) -> "Library":
        """Make clients for a stack."""
        key = "test"  # LocalStack takes any
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=key, region_name=stack.region)
        config = Config(s3={"addressing_style": "path"}, signature_version="s3v4", read_timeout=120)
        at = stack.endpoint
        return cls(
            stack,
            secrets.token_hex(4),
            session.client("s3", endpoint_url=at, config=config),
            session.client("sqs", endpoint_url=at),
            session.client("lambda", endpoint_url=at, config=config),
        )

    @property
    def port(self) -> int:
        """Give the port of every service."""
        port = urllib3.util.parse_url(self.stack.endpoint).port
        assert port
        return port

    def drop(self, key: str, content: bytes | Path) -> str:
        """Put a file into the inbox as `aws s3 cp` would; give the id of its video."""
        body = content.read_bytes() if isinstance(content, Path) else content
        self.s3.put_object(Bucket=self.stack.inbox_bucket, Key=f"{self.shelf}/{key}", Body=body)
        return self.video(key)

    def remove(self, key: str) -> None:
        """Delete a file from the inbox as `aws s3 rm` would."""
        self.s3.delete_object(Bucket=self.stack.inbox_bucket, Key=f"{self.shelf}/{key}")

    def video(self, key: str) -> str:
        """Give the id of the video that an inbox key belongs to."""
        name = read_name(f"{self.shelf}/{key}")
        if name is None:
            raise ValueError(f"{key} has no extension that reelbucket knows")
        return keys.video_id(name.stem)

    def get(self, key: str) -> bytes:
        """Read a public object as a browser would."""
        answer = urllib3.request("GET", self.stack.media_url + key, timeout=60)
        assert answer.status == HTTPStatus.OK, f"{answer.status} for {key}"
        return answer.data

    def read(self, bucket: str, key: str) -> bytes | None:
        """Read an object of any bucket; None when there is none."""
        try:
            return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """List keys."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def manifest(self, video: str) -> Manifest | None:
        """Read a video's manifest."""
        body = self.read(self.stack.media_bucket, keys.MANIFEST.key(id=video))
        return schema.load(Manifest, body) if body else None

    def root(self, name: str = "all") -> Root | None:
        """Read a list's root."""
        body = self.read(self.stack.media_bucket, keys.ROOT.key(list=name))
        return schema.load(Root, body) if body else None

    def page(self, key: str) -> str:
        """Read a page of the site; empty when there is none."""
        return (self.read(self.stack.site_bucket, key) or b"").decode()

    def wait(self, video: str, wanted: Callable[[Manifest], bool], patience_s: float = PATIENCE_S) -> Manifest:
        """Wait until a video's manifest is as wanted."""
        last: list[Manifest | None] = [None]

        def there() -> Manifest | None:
            last[0] = self.manifest(video)
            return last[0] if last[0] and wanted(last[0]) else None

        found = until(there, lambda: f"the manifest of {video} stayed {last[0]}", patience_s)
        if found is None:
            raise GaveUpError(video)
        return found

    def settled(self, video: str, status: str, patience_s: float = PATIENCE_S) -> Manifest:
        """Wait until a video has a status that is the last, and expect which."""
        last = ("ready", "failed", "rejected", "deleted")
        manifest = self.wait(video, lambda found: found.status in last, patience_s)
        assert manifest.status == status, f"{manifest.status}: {manifest.error} {manifest.problems}"
        return manifest

    def sweep(self) -> dict[str, int]:
        """Run the sweep now; give what it says that it did."""
        said: dict[str, int] = self._run("-sweep")
        return said

    def sweep_up(self, video: str) -> Counter[str]:
        """Sweep until nothing is left of a deleted video but its manifest."""
        manifest = keys.MANIFEST.key(id=video)

        def bare() -> bool:
            made = self.keys(self.stack.media_bucket, f"v/{video}/")
            return made == [manifest] and not self.keys(self.stack.work_bucket, f"receipts/{video}/")

        return self.sweep_until(bare, "there is more than the manifest")

    def sweep_until(self, swept: Callable[[], bool], what: str) -> Counter[str]:
        """Sweep as often as it takes, as its clock would; give what the runs say together that they did."""
        said = Counter[str]()

        def look() -> bool | None:
            said.update(self.sweep())
            return swept() or None

        until(look, lambda: f"after every sweep {what}")
        return said

    def take_in(self) -> None:
        """Run the search function now, as its clock does each minute."""
        self._run("-search")

    def _run(self, ending: str) -> Any:  # noqa: ANN401  # JSON
        """Invoke a function that a clock starts, and give what it answers."""
        name, _, _ = self.stack.inbox_bucket.partition("-inbox-")
        answer = self.functions.invoke(FunctionName=name + ending, Payload=b"{}")
        said = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, said
        return json.loads(said)


def until[T](look: Callable[[], T | None], explain: Callable[[], str], patience_s: float = PATIENCE_S) -> T:
    """Look twice a second until there is something to see. Raises GaveUpError with an explanation."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.3)
    raise GaveUpError(explain())
