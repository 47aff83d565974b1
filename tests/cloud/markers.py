"""7. Which event a delete marker's removal is, and whether an upload that was begun before a delete is newer than it."""

import json
import time
from collections.abc import Iterator
from typing import Any, Final

from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab, puts
from tests.stack.library import until

APART_S: Final = 2  # S3 tells times in whole seconds
PATIENCE_S: Final = 120
EVENTS: Final = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:LifecycleExpiration:DeleteMarkerCreated")


def measure(lab: Lab) -> list[Figure]:
    """Put, delete, take the marker away; then begin an upload, delete, and complete it."""
    puts(lab.purse, 200, "a dozen requests")
    bucket = lab.bucket(versioned=True)
    address, arn = lab.queue()
    allowed = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    lab.sqs.set_queue_attributes(QueueUrl=address, Attributes={"Policy": policy})
    rules: Any = {"QueueConfigurations": [{"QueueArn": arn, "Events": [event]} for event in EVENTS]}
    lab.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=rules)
    version = lab.s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    marker = lab.s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    lab.s3.delete_object(Bucket=bucket, Key="a", VersionId=marker)
    back = lab.s3.head_object(Bucket=bucket, Key="a")["VersionId"] == version
    names = list[str]()
    until(lambda: _take(lab, address, names) or None, lambda: f"only {names} came", PATIENCE_S)
    print("put, delete, removal of the marker:", *names)
    return [
        Figure("marker_events", len(names), f"events: {', '.join(names)}"),
        Figure("marker_back", float(back), "1 where the object is there again without its marker"),
        *_begun_before(lab, bucket),
    ]


def _take(lab: Lab, address: str, names: list[str]) -> bool:
    answer = lab.sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10, WaitTimeSeconds=5)
    for message in answer.get("Messages", ()):
        names += [record["eventName"] for record in json.loads(message["Body"]).get("Records", ())]
        lab.sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
    return len(names) == 3


def _begun_before(lab: Lab, bucket: str) -> Iterator[Figure]:
    s3, key = lab.s3, "b"
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    time.sleep(APART_S)
    s3.put_object(Bucket=bucket, Key=key, Body=b"between")
    time.sleep(APART_S)
    s3.delete_object(Bucket=bucket, Key=key)
    time.sleep(APART_S)
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"late")["ETag"]
    done = s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]}
    )["VersionId"]
    listed = s3.list_object_versions(Bucket=bucket, Prefix=key)
    (late,) = [each for each in listed["Versions"] if each["VersionId"] == done]
    (between,) = [each for each in listed["Versions"] if each["VersionId"] != done]
    (marker,) = listed["DeleteMarkers"]
    yield Figure("late_is_latest", float(late["IsLatest"]), "1 where an upload that ends after a delete is what is seen")
    yield Figure(
        "late_after_marker_s",
        (late["LastModified"] - marker["LastModified"]).total_seconds(),
        "s of its date after the marker's; below 0: it is dated by its begin",
    )
    yield Figure(
        "late_after_put_s", (late["LastModified"] - between["LastModified"]).total_seconds(), "s of its date after the PUT between"
    )
