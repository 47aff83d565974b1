"""Whether a bucket of any S3 keeps the promises on which a reelbucket rests: `reel doctor --store`.

The promises are those to which the project's tests hold every store (functions/common/promises.py). All that is written lies below
one prefix, and is removed at the end.
"""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

import boto3
import botocore.exceptions as wrong
from botocore.config import Config
from botocore.parsers import ResponseParserError

from functions.common.errors import Unavailable
from functions.common.faults import passes
from functions.common.promises import ALONE, SHARED, VERSIONED, Shelf, broken, sentence
from functions.common.s3 import CONNECTIONS, S3Door

from .failures import Failed, Misused, Refused, Unreachable
from .items import Check
from .library import Tell
from .verdicts import code_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TRIES: Final = 3  # of a request that gets no answer; a store that is away is told within a minute
RIGHTS: Final = (
    "s3:ListBucket, GetBucketVersioning, GetObject, PutObject and DeleteObject; where versions are kept also ListBucketVersions, "
    "GetObjectVersion and DeleteObjectVersion"
)
NO_S3: Final = "{} does not answer as S3 does. Check --endpoint."
CREDENTIALS: Final = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
DENIED: Final = {"AccessDenied", "AllAccessDisabled", "403"}
UNKNOWN: Final = {"NotImplemented", "MethodNotAllowed", "501", "405"}  # what a store says that has no versions


@dataclass(frozen=True)
class Store:
    """A bucket, and the prefix below which it is tried, in which nothing else is."""

    s3: "S3Client"
    bucket: str
    prefix: str

    @classmethod
    def at(cls, address: str, endpoint: str | None) -> Self:
        """Open s3://bucket/prefix with the credentials of the AWS command line. Raises Misused."""
        parts = urlsplit(address)
        if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
            raise Misused(f"{address!r} is no store. Give one such as s3://my-bucket or s3://my-bucket/a/folder")
        if endpoint is not None and (urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).netloc):
            raise Misused(f"{endpoint!r} is no endpoint. Give an address such as https://s3.example.org")
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "auto"},  # few other stores have a host name for each bucket
            retries={"mode": "standard", "total_max_attempts": TRIES},
            connect_timeout=5,
            max_pool_connections=CONNECTIONS,
        )
        with _told(endpoint or "AWS", parts.netloc):
            s3 = boto3.client("s3", endpoint_url=endpoint, config=config)
        folder = parts.path.strip("/")
        return cls(s3, parts.netloc, f"{folder}/" * bool(folder) + f"reel-doctor-{secrets.token_hex(4)}/")

    def checks(self, tell: Tell) -> Iterator[Check]:
        """Try every promise. Raises Failed where they cannot be tried."""
        with _told(self.s3.meta.endpoint_url, self.bucket):
            versioning = self._reached()
        tell(f"Trying s3://{self.bucket}/{self.prefix}, which is removed again. It takes some seconds.")
        yield Check("store", well=True, said=f"{self.bucket} at {self.s3.meta.endpoint_url}")
        shelf = Shelf(S3Door(self.s3, self.bucket), self.prefix)
        try:
            with ThreadPoolExecutor(1) as worker:  # where no Ctrl-C parts a write from its answer: it would come after the removal
                with _told(self.s3.meta.endpoint_url, self.bucket):
                    worker.submit(self._write_and_read).result()
                for number, promise in enumerate((*ALONE, *SHARED, *(VERSIONED if versioning == "Enabled" else ()))):
                    said = worker.submit(broken, promise, Shelf(shelf.door, f"{shelf.prefix}{number}/")).result()
                    yield Check(sentence(promise), well=not said, said=said)
        finally:
            removed = self._removed(shelf, versioned=bool(versioning))
        yield removed
        if versioning != "Enabled":
            yield Check("versions", well=True, said="this bucket keeps none; the inbox needs them")

    def _reached(self) -> str:
        """See, before anything is written, that it could be removed; give the state of the versions."""
        self.s3.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)
        versioning, nothing = self._versioning(), self.prefix + "nothing"
        if versioning:
            self.s3.list_object_versions(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)
            self.s3.delete_object(Bucket=self.bucket, Key=nothing, VersionId="null")  # as S3 names that of times before versions
        else:
            self.s3.delete_object(Bucket=self.bucket, Key=nothing)
        return versioning

    def _write_and_read(self) -> None:
        """See that these credentials may: else every promise would seem to be broken."""
        key = self.prefix + "rights.json"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"{}")
        self.s3.get_object(Bucket=self.bucket, Key=key)

    def _versioning(self) -> str:
        """Ask whether it keeps versions: Enabled, Suspended, or empty, also for a store that does not know the question."""
        try:
            return self.s3.get_bucket_versioning(Bucket=self.bucket).get("Status", "")
        except wrong.ClientError as error:
            if code_of(error) in UNKNOWN:
                return ""
            raise

    def _removed(self, shelf: Shelf, *, versioned: bool) -> Check:
        name = "what was tried is removed"
        try:
            shelf.clear(versioned=versioned)
            left = sum(_there(shelf, found.key) for found in shelf.listed())
        except (wrong.ClientError, wrong.BotoCoreError) as error:
            return Check(name, well=False, said=f"it is not: {error} Remove s3://{self.bucket}/{shelf.prefix} yourself.")
        return Check(name, well=not left, said=f"{left} objects are left: remove s3://{self.bucket}/{shelf.prefix}" if left else "")


def _there(shelf: Shelf, key: str) -> bool:
    """Tell whether an object can be read: a store whose lists are stale still names what is gone."""
    try:
        return shelf.door.get(key) is not None
    except Unavailable:
        return True


@contextmanager
def _told(endpoint: str, bucket: str) -> Iterator[None]:
    """Turn what boto3 raises into a sentence that says what to do."""
    try:
        yield
    except (wrong.NoCredentialsError, wrong.PartialCredentialsError) as error:
        raise Misused(
            "No credentials were found. `aws configure` keeps some; AWS_PROFILE names others, and AWS_ACCESS_KEY_ID with "
            "AWS_SECRET_ACCESS_KEY are some."
        ) from error
    except (wrong.ConnectionError, wrong.HTTPClientError) as error:
        raise Unreachable(f"{endpoint} does not answer. Check --endpoint and the connection.") from error
    except ResponseParserError as error:
        raise Refused(NO_S3.format(endpoint)) from error
    except wrong.ParamValidationError as error:
        raise Misused(f"{bucket!r} is no bucket's name.") from error
    except wrong.ClientError as error:
        raise _refusal(error, endpoint, bucket) from error
    except (wrong.BotoCoreError, ValueError) as error:
        raise Misused(f"{error}. Check the store's name, --endpoint, and the configuration of the AWS command line.") from error


def _refusal(error: wrong.ClientError, endpoint: str, bucket: str) -> Failed:
    code = code_of(error)
    if code == "NoSuchBucket":
        return Refused(f"There is no bucket {bucket!r} at {endpoint}. Make it, or check its name.")
    if code == "404":
        return Refused(NO_S3.format(endpoint))
    if code in CREDENTIALS:
        return Refused(f"{endpoint} does not take these credentials ({code}). Check them, and for which store they are.")
    if code in DENIED:
        return Refused(f"These credentials may not do {error.operation_name} on {bucket!r}. They need {RIGHTS}.")
    if passes(error):
        return Unreachable(f"{endpoint} answers {code}. Try again later.")
    return Refused(f"{endpoint} refuses {error.operation_name}: {error}")
