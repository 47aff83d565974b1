"""What boto3 raises when a service does not do its part, and which of that passes. EFFECT: imports it, and calls nothing."""

from typing import Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

FAULTS: Final = (ClientError, NoConnection, HTTPClientError)
THEIRS: Final = 500  # from this status on the fault is not the request's (RFC 9110, section 15.6)


def status(fault: ClientError) -> int:
    """Give the HTTP status of a service's answer."""
    return fault.response["ResponseMetadata"]["HTTPStatusCode"]


def passes(fault: Exception) -> bool:
    """Tell whether it is the service's own or the line's: the same request may do well later."""
    return status(fault) >= THEIRS if isinstance(fault, ClientError) else isinstance(fault, FAULTS)
