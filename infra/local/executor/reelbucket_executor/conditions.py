"""Lets an ETag decide alone whether a browser's copy is fresh, as S3 does (RFC 9110, section 13.1.3).

LocalStack 4.14 answers 304 if either the ETag or the time matches. Times count whole seconds, so a document that changed
twice within one would stay what it was to everyone who had read it in between.
"""

from datetime import datetime

from localstack.aws.api.s3 import GetObjectRequest, HeadObjectRequest
from localstack.services.s3 import provider
from localstack.services.s3.utils import validate_failed_precondition


def ask_etag_first() -> None:
    """Replace how conditional reads are judged; once or many times is the same."""
    provider.validate_failed_precondition = _by_etag  # type: ignore[attr-defined]


def _by_etag(request: GetObjectRequest | HeadObjectRequest, last_modified: datetime, etag: str) -> None:
    judged = request.copy()
    if judged.get("IfNoneMatch"):
        judged["IfModifiedSince"] = None
    validate_failed_precondition(judged, last_modified, etag)
