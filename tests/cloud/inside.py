"""What a probe does inside a function: runs in Lambda, with the role of the one whose rights are tried. It prints no secret."""

import os
import sys
import time
from typing import Any

PIECE = 8 * 1024 * 1024  # bytes of one read: a chunk's share of a source is of this order


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Do what the event names. A message of a queue means: die at first."""
    if "Records" in event:
        return _die_once(event["Records"][0])
    acts = {"read": _read, "get": _get, "sandbox": _sandbox}
    return acts[event["act"]](event)


def _s3() -> Any:  # noqa: ANN401  # the runtime's boto3
    import boto3  # noqa: PLC0415  # a cold start without it is a second shorter

    return boto3.client("s3")


def _read(event: dict[str, Any]) -> dict[str, Any]:
    """Read an object again and again by ranges; give bytes and seconds."""
    s3, whole, begun = _s3(), 0, time.monotonic()
    while whole < event["bytes"]:
        start = whole % event["size"] // PIECE * PIECE
        answer = s3.get_object(
            Bucket=event["bucket"], Key=event["key"], VersionId=event["version"], Range=f"bytes={start}-{start + PIECE - 1}"
        )
        whole += len(answer["Body"].read())
    return {"bytes": whole, "seconds": time.monotonic() - begun}


def _get(event: dict[str, Any]) -> dict[str, Any]:
    """Ask for one object; give the status that S3 answers with."""
    from botocore.exceptions import ClientError  # noqa: PLC0415  # as above

    try:
        _s3().head_object(Bucket=event["bucket"], Key=event["key"])
    except ClientError as error:
        return {"status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    return {"status": 200}


def _sandbox(_event: dict[str, Any]) -> dict[str, Any]:
    """Harden this process as transcode does, and let a child tell what it can see."""
    from pathlib import Path  # noqa: PLC0415  # as above

    from functions.common.process import Limits, harden, private_folder, run  # noqa: PLC0415  # as above

    before = _seen(Path("/proc/self/environ"))
    harden()
    look = (
        "import os, resource\n"
        "try: print(len(open(f'/proc/{os.getppid()}/environ','rb').read()))\n"
        "except OSError as error: print(error.errno)\n"
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('NoNewPrivs')][0])\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], resource.getrlimit(resource.RLIMIT_AS)[0])\n"
        "print(sum(name.startswith('AWS_') for name in os.environ), os.getuid())\n"
    )
    with private_folder() as folder:
        done = run([sys.executable, "-c", look], Limits(wall_s=20, memory_bytes=1 << 30, file_bytes=1 << 20), folder)
    return {"own": before, "child": done.stdout.decode().split(), "error": done.stderr, "kernel": os.uname().release}


def _seen(path: Any) -> int:  # noqa: ANN401  # a Path, whose import waits
    try:
        return len(path.read_bytes())
    except OSError as error:
        return -int(error.errno or 0)


def _die_once(record: dict[str, Any]) -> dict[str, Any]:
    """At its first receive a message is hidden for as long as it says, and the worker dies; the next one takes it."""
    import boto3  # noqa: PLC0415  # as above

    if record["attributes"]["ApproximateReceiveCount"] == "1":
        queue, hidden_s = record["body"].split()
        boto3.client("sqs").change_message_visibility(
            QueueUrl=queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=int(hidden_s)
        )
        os._exit(1)
    return {"batchItemFailures": []}
