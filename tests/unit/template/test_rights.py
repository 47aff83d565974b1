"""The roles against functions/common/keys.py: what each stage writes, reads and deletes, and nothing else."""

import pytest

from functions.common import keys
from functions.common.headers import NAMED_BY_HASH
from tests.unit.template.reading import BUCKETS, QUEUED, STAGES, function, may, properties, resources, statements
from tests.unit.template.rights import BUCKET_OF, DELETES, FORMS, OBJECTS, READS, VERSIONED_READERS, WRITES


def allowed(stage: str, action: str) -> set[str]:
    return {name for name, (bucket, key) in OBJECTS.items() if may(stage, action, f"{bucket}Bucket.Arn/{key}")}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_may_write_its_own_objects_and_no_earlier_ones(stage: str) -> None:
    assert allowed(stage, "s3:PutObject") == WRITES[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_may_read_what_it_needs_and_nothing_else(stage: str) -> None:
    assert allowed(stage, "s3:GetObject") == READS[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_may_delete_what_is_its_to_delete(stage: str) -> None:
    assert allowed(stage, "s3:DeleteObject") == DELETES[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_only_those_that_open_sources_may_read_a_version_of_one(stage: str) -> None:
    assert ("DROPPED" in allowed(stage, "s3:GetObjectVersion")) == (stage in VERSIONED_READERS)


def test_only_the_sweep_may_remove_a_version_for_good() -> None:
    assert {stage for stage in STAGES if allowed(stage, "s3:DeleteObjectVersion")} == {"sweep"}


def test_only_api_and_sweep_may_abort_an_upload_in_the_inbox() -> None:
    assert {stage for stage in STAGES if "UPLOAD" in allowed(stage, "s3:AbortMultipartUpload")} == {"api", "sweep"}


def test_the_sweep_may_abort_an_upload_of_a_whole_file() -> None:
    assert "FILE" in allowed("sweep", "s3:AbortMultipartUpload")


def test_every_form_of_a_key_is_in_one_of_the_four_buckets() -> None:
    assert {name for name, form in FORMS.items() if form not in BUCKET_OF} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_written_under_a_condition_can_be_read_by_its_writer(stage: str) -> None:
    """If-Match needs the right to read, and a create that lost looks at what is there."""
    by_hash = {name for name, form in FORMS.items() if form in NAMED_BY_HASH and form not in (keys.PAGE, keys.DIRECTORY)}

    assert WRITES[stage] - by_hash - {"UPLOAD", "UNDERWAY"} <= READS[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_who_reads_a_bucket_may_list_it_so_that_absence_is_not_a_refusal(stage: str) -> None:
    reading = {"s3:GetObject", "s3:GetObjectVersion"}
    granted = [resource for found in statements(stage) if reading & set(found.actions) for resource in found.resources]
    read = {resource.partition("/")[0] for resource in granted}

    assert {arn for arn in read if not may(stage, "s3:ListBucket", arn)} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_no_right_depends_on_a_condition_or_is_taken_back(stage: str) -> None:
    assert {(found.effect, found.conditional) for found in statements(stage)} == {("Allow", False)}


@pytest.mark.parametrize("stage", STAGES)
def test_no_right_is_for_every_action_or_every_resource(stage: str) -> None:
    wide = [found for found in statements(stage) if "*" in found.resources or any("*" in action for action in found.actions)]

    assert wide == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_has_a_role_of_its_own_without_managed_policies(stage: str) -> None:
    role = f"{stage.capitalize()}Role"

    assert function(stage)["Role"] == {"Fn::GetAtt": [role, "Arn"]}
    assert "ManagedPolicyArns" not in properties(role)
    assert "Policies" not in function(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_writes_to_its_own_log_alone(stage: str) -> None:
    logs = [found for found in statements(stage) if any(action.startswith("logs:") for action in found.actions)]

    assert [found.resources for found in logs] == [(f"{stage.capitalize()}Log.Arn",)]
    assert properties(f"{stage.capitalize()}Log")["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{Name}}-{stage}"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_takes_messages_from_its_own_queue_and_the_sweep_from_the_dead_letters(stage: str) -> None:
    taken = {name for name in resources("AWS::SQS::Queue") if may(stage, "sqs:ReceiveMessage", f"{name}.Arn")}
    dead = {f"{queued.capitalize()}DeadQueue" for queued in QUEUED}

    assert taken == (dead if stage == "sweep" else {f"{stage.capitalize()}Queue"} & set(resources("AWS::SQS::Queue")))


@pytest.mark.parametrize("stage", QUEUED)
def test_a_worker_may_keep_its_message_hidden(stage: str) -> None:
    assert may(stage, "sqs:ChangeMessageVisibility", f"{stage.capitalize()}Queue.Arn")


@pytest.mark.parametrize("stage", STAGES)
def test_only_sweep_and_api_send_messages_and_transcode_to_itself(stage: str) -> None:
    sent = {name for name in resources("AWS::SQS::Queue") if may(stage, "sqs:SendMessage", f"{name}.Arn")}
    all_stages = {f"{queued.capitalize()}Queue" for queued in QUEUED}

    assert sent == {"sweep": all_stages, "api": {"TranscodeQueue"}, "transcode": {"TranscodeQueue"}}.get(stage, set())


@pytest.mark.parametrize("bucket", ["Media", "Site"])
def test_the_cdn_may_read_objects_and_not_list_them(bucket: str) -> None:
    conditional = [node["Fn::If"] for node in properties(f"{bucket}BucketPolicy")["PolicyDocument"]["Statement"]]
    allow = [then for condition, then, _ in conditional if condition == "HasCdn"]

    assert [(node["Principal"], node["Action"], node["Resource"]) for node in allow] == [
        ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", {"Fn::Sub": f"${{{bucket}Bucket.Arn}}/*"})
    ]


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_can_refuse_requests_without_tls(bucket: str) -> None:
    nodes = properties(f"{bucket}BucketPolicy")["PolicyDocument"]["Statement"]
    denied = [node.get("Fn::If", ["", node])[1] for node in nodes]

    assert any(node["Effect"] == "Deny" and node["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for node in denied)
