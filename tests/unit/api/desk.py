"""The real API over a store of moto: buckets, queue and secret as the template makes them."""

import base64
import copy
import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

import boto3
import msgspec
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto import mock_aws

from functions.api.acts import Routes
from functions.api.auth import Guard
from functions.api.handler import Api
from functions.api.invitations import Inviter, ViewersKey
from functions.api.items import Items
from functions.api.uploads import Uploads
from functions.common import events, keys, s3, schema
from functions.common.model import Document, Manifest
from functions.common.post import OrderPost
from functions.common.settings import BucketNames
from functions.common.store import Buckets

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

EVENT: Final = json.loads((Path(__file__).parents[2] / "events" / "api-gateway-proxy.json").read_text())
NAMES: Final = BucketNames("reelbucket-inbox", "reelbucket-work", "reelbucket-media", "reelbucket-site", addressing="path")
PARAMETER: Final = "/reelbucket/api-token"
SITE: Final = "https://d111111abcdef8.cloudfront.net/"
VIEWERS: Final = "/reelbucket/viewers-key"
TOKEN: Final = "a secret of this test"  # noqa: S105  # of a store that lives in this process
MOST_BYTES: Final = 5 * 1024**4
WISH: Final[Mapping[str, object]] = {
    "client_id": "ann",
    "file_name": "talk.mp4",
    "file_size": 5,
    "content_type": "video/mp4",
}


class Context(LambdaContext):
    """What Lambda hands to a handler, as far as it is used."""

    _aws_request_id = "8f7e-request"


@dataclass
class Silence:
    """Telemetry that keeps what it was told."""

    alarms: list[str] = field(default_factory=list)

    def tell(self, what: str, **_fields: object) -> None:
        """Nothing listens."""

    def alarm(self, what: str, **_fields: object) -> None:
        """Keep it."""
        self.alarms.append(what)

    def count(self, metric: str, value: float = 1) -> None:
        """Nothing listens."""


@dataclass(frozen=True)
class Reply:
    """An answer of the API. `body` is the JSON, decoded."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Desk:
    """The API, and the store behind it."""

    api: Api
    s3: "S3Client"
    sqs: "SQSClient"
    queue: str
    buckets: Buckets
    telemetry: Silence

    def public(self) -> Self:
        """Give the same of a library that is not private."""
        routes = replace(self.api.routes, inviter=Inviter(boto3.client("ssm"), ""))
        return replace(self, api=Api.of(routes, self.telemetry))

    def send(self, event: dict[str, Any]) -> Reply:
        """Let the API answer an event."""
        answer = self.api.answer(event, Context())
        several = {name: ", ".join(values) for name, values in answer.get("multiValueHeaders", {}).items()}
        body = json.loads(answer["body"]) if answer["body"] else None
        return Reply(answer["statusCode"], {**answer.get("headers", {}), **several}, body)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = TOKEN,
        headers: Mapping[str, str] = MappingProxyType({}),
        **query: str,
    ) -> Reply:
        """Ask as a client with that token."""
        text = json.dumps(body) if body is not None else None
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        return self.send(event(method, f"/api/v1{path}", text, {**authorization, **headers}, query))

    def create(self, **fields: object) -> Any:  # noqa: ANN401  # JSON
        """Create an item, and give it."""
        reply = self.ask("POST", "/item", {**WISH, **fields})
        assert reply.status == 201, reply
        return reply.body

    def put_part(self, item: Mapping[str, Any], number: int, body: bytes) -> str:
        """Send a part as the store would get it, and give its ETag."""
        return self.s3.upload_part(
            Bucket=NAMES.inbox,
            Key=inbox_key(item),
            UploadId=item["upload"]["upload_id"],
            PartNumber=number,
            Body=body,
        )["ETag"]

    def uploaded(self, **fields: object) -> Any:  # noqa: ANN401  # JSON
        """Create an item of five bytes, and send them."""
        item = self.create(**fields)
        etag = self.put_part(item, 1, b"hello")
        reply = self.ask("POST", f"{address(item)}/complete", {"parts": [{"number": 1, "etag": etag}]})
        assert reply.status == 200, reply
        return reply.body

    def store(self, key: str, document: Document) -> None:
        """Write a document into the work bucket."""
        self.s3.put_object(Bucket=NAMES.work, Key=key, Body=schema.dump(document))

    def publish(self, manifest: Manifest) -> None:
        """Write a manifest, as the index stage would."""
        self.s3.put_object(Bucket=NAMES.media, Key=keys.MANIFEST.key(id=manifest.id), Body=schema.dump(manifest))

    def live(self) -> list[str]:
        """List what is in the inbox now."""
        return [found["Key"] for found in self.s3.list_objects_v2(Bucket=NAMES.inbox).get("Contents", [])]

    def orders_sent(self) -> list[str]:
        """Take the keys of the orders that lie in the transcode queue."""
        taken: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            taken += [key for sent in messages for key in events.read("", "", sent["Body"]).keys]
        return sorted(taken)


@functools.cache
def clients() -> "tuple[S3Client, SQSClient, SSMClient]":
    """Make the clients once: it takes longer than a test. What they reach is the store of the moment."""
    return s3.client(NAMES), boto3.client("sqs"), boto3.client("ssm")


def policy(text: str) -> dict[str, object]:
    """Read the one statement of a policy as CloudFront's cookies have it."""
    (statement,) = json.loads(base64.b64decode(text.translate(str.maketrans("-_~", "+=/"))))["Statement"]
    return dict(statement)


@functools.cache
def viewers_key() -> ViewersKey:
    """Make a key for invitations."""
    made = generate_private_key(public_exponent=65537, key_size=2048)  # what CloudFront takes
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ViewersKey("K2JCJMDEHXQW5F", pem.decode())


def keep_viewers_key(ssm: "SSMClient") -> None:
    """Put it where a private library's API reads it."""
    ssm.put_parameter(Name=VIEWERS, Value=msgspec.json.encode(viewers_key()).decode(), Type="SecureString", Overwrite=True)


@contextmanager
def open_desk() -> Iterator[Desk]:
    """Open a store and the API over it."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):  # of whoever runs the tests
            patch.delenv(name, raising=False)
        client, sqs, ssm = clients()
        for bucket in (NAMES.inbox, NAMES.work, NAMES.media, NAMES.site):
            client.create_bucket(Bucket=bucket)
        client.put_bucket_versioning(Bucket=NAMES.inbox, VersioningConfiguration={"Status": "Enabled"})
        queue = sqs.create_queue(QueueName="transcode")["QueueUrl"]
        ssm.put_parameter(Name=PARAMETER, Value=TOKEN, Type="SecureString")
        keep_viewers_key(ssm)
        buckets, telemetry = s3.buckets(client, NAMES), Silence()
        items = Items(buckets, Uploads(client, NAMES.inbox), MOST_BYTES)
        guard = Guard.of(ssm, PARAMETER, buckets.work)
        api = Api.of(Routes(items, OrderPost(sqs, queue).send, guard, Inviter(ssm, VIEWERS)), telemetry)
        yield Desk(api, client, sqs, queue, buckets, telemetry)


def event(method: str, path: str, body: str | None, headers: Mapping[str, str], query: Mapping[str, str]) -> dict[str, Any]:
    """Make API Gateway's event for a request."""
    made: dict[str, Any] = copy.deepcopy(EVENT)
    made |= {"httpMethod": method, "path": path, "body": body, "queryStringParameters": dict(query) or None}
    made["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
    made["headers"] |= headers
    made["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
    return made


def address(item: Mapping[str, Any]) -> str:
    """Give the address of an item."""
    return f"/item/{item['client_id']}/{item['item_id']}"


def inbox_key(item: Mapping[str, Any]) -> str:
    """Give the key under which an item's file lies."""
    return f"{item['client_id']}/{item['item_id']}/{item['file_name']}"
