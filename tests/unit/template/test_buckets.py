"""The buckets, and what they tell the queues."""

import pytest

from functions.common import keys
from tests.unit.template.reading import BUCKETS, Notification, notifications, properties, template, text, texts

CREATED = "s3:ObjectCreated:*"


def test_the_work_bucket_wakes_each_stage_by_the_prefix_of_its_keys() -> None:
    assert set(notifications("Work")) == {
        Notification(CREATED, keys.ORDER.prefix(), "TranscodeQueue.Arn"),
        Notification(CREATED, keys.OK.prefix(), "IndexQueue.Arn"),
        Notification(CREATED, keys.CURRENT.prefix(), "IndexQueue.Arn"),
        Notification(CREATED, keys.FRAGMENT.prefix(), "CatalogueQueue.Arn"),
    }


def test_the_inbox_tells_of_everything_that_comes_and_goes() -> None:
    gone = ("s3:ObjectRemoved:*", "s3:LifecycleExpiration:DeleteMarkerCreated")

    assert set(notifications("Inbox")) == {Notification(kind, "", "IngestQueue.Arn") for kind in (CREATED, *gone)}


@pytest.mark.parametrize("bucket", ["Media", "Site"])
def test_what_is_published_wakes_nobody(bucket: str) -> None:
    assert notifications(bucket) == ()


@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_two_notifications_overlap(bucket: str) -> None:
    """S3 refuses two that could tell of one event; no linter sees it."""
    told = notifications(bucket)

    assert [(one, other) for one in told for other in told if one is not other and overlap(one, other)] == []


def overlap(one: Notification, other: Notification) -> bool:
    families = one.event.removesuffix("*"), other.event.removesuffix("*")
    prefixes = one.prefix, other.prefix
    return all(pair[0].startswith(pair[1]) or pair[1].startswith(pair[0]) for pair in (families, prefixes))


def test_an_event_and_its_family_on_one_prefix_overlap() -> None:
    assert overlap(Notification(CREATED, "a/", "q"), Notification("s3:ObjectCreated:Put", "a/b/", "q"))


@pytest.mark.parametrize("bucket", ["Inbox", "Work"])
def test_a_bucket_is_made_after_its_queues_let_it_in(bucket: str) -> None:
    """S3 asks the queue when the bucket is made; a reference from the policy to the bucket would be a circle."""
    assert set(texts(template()["Resources"][f"{bucket}Bucket"]["DependsOn"])) == policies_for(bucket)


@pytest.mark.parametrize("bucket", ["Inbox", "Work"])
def test_a_queue_takes_messages_from_its_own_bucket_alone(bucket: str) -> None:
    conditions = [properties(policy)["PolicyDocument"]["Statement"][0]["Condition"] for policy in policies_for(bucket)]
    name = text(properties(f"{bucket}Bucket")["BucketName"])

    assert {text(found["ArnEquals"]["aws:SourceArn"]) for found in conditions} == {f"arn:AWS::Partition:s3:::{name}"}
    assert {text(found["StringEquals"]["aws:SourceAccount"]) for found in conditions} == {"AWS::AccountId"}


def policies_for(bucket: str) -> set[str]:
    return {found.queue.replace("Queue.Arn", "QueuePolicy") for found in notifications(bucket)}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_deleted_stack_keeps_its_buckets_and_a_failed_first_one_does_not(bucket: str) -> None:
    node = template()["Resources"][f"{bucket}Bucket"]

    assert (node["DeletionPolicy"], node["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_nobody_can_make_a_bucket_public(bucket: str) -> None:
    found = properties(f"{bucket}Bucket")

    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
    assert found["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_only_the_inbox_keeps_versions() -> None:
    assert [name for name in BUCKETS if "VersioningConfiguration" in properties(f"{name}Bucket")] == ["Inbox"]


@pytest.mark.parametrize("bucket", ["Work", "Media", "Site"])
def test_no_clock_deletes_what_the_sweep_deletes_by_protocol(bucket: str) -> None:
    rules = properties(f"{bucket}Bucket")["LifecycleConfiguration"]["Rules"]

    allowed = {keys.UNDERWAY.prefix(), keys.ASKED.prefix()}
    assert {rule.get("Prefix") for rule in rules if "AbortIncompleteMultipartUpload" not in rule} <= allowed
