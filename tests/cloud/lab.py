"""An account to try things in: a deployed stack, and things of the trial's own that go again when it ends, however it ends."""

import io
import json
import secrets
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from infra.cloud.installation import Installation
from infra.cloud.removing import remove
from infra.local.places import ROOT
from infra.local.stack import Stack
from tests.cloud.purse import GB_SECOND, GET, PUT, Purse
from tests.stack.library import Library, until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

INSIDE: Final = Path(__file__).with_name("inside.py")
SHIPPED: Final = (  # beside it in the probe: how a stranger's file is kept apart
    "functions/__init__.py",
    "functions/common/__init__.py",
    "functions/common/launch.py",
    "functions/common/process.py",
)
ASSUMED: Final = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
ROLE_S: Final = 60  # until a new role may be used everywhere
PROBE_S: Final = 10  # that most probes may run; one that reads much takes longer
MEMORY_MB: Final = 3008  # transcode's
KEPT_S: Final = 30  # of logs, until they can be read


@dataclass(frozen=True)
class Probe:
    """A function of the trial's own."""

    functions: "LambdaClient"
    purse: Purse
    name: str
    most_s: int

    def ask(self, **what: object) -> Any:  # noqa: ANN401  # JSON
        """Invoke it; give its answer."""
        self.purse.pay(self.most_s * MEMORY_MB / 1024 * GB_SECOND, "a probe")
        answer = self.functions.invoke(FunctionName=self.name, Payload=json.dumps(what))
        said = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, said
        return json.loads(said)


@dataclass(frozen=True)
class Lab:
    """A stack, a person at it, a budget, and what has to be cleaned up."""

    installation: Installation
    library: Library
    purse: Purse
    after: ExitStack

    @property
    def name(self) -> str:
        """Give a new name for something of the trial's own; it begins with the stack's."""
        return f"{self.installation.name}-probe-{secrets.token_hex(4)}"

    @property
    def s3(self) -> "S3Client":
        """Give S3."""
        return self.library.s3

    @property
    def sqs(self) -> "SQSClient":
        """Give SQS."""
        return self.library.sqs

    @property
    def functions(self) -> "LambdaClient":
        """Give Lambda."""
        return self.library.functions

    def drop(self, key: str, content: bytes | Path) -> str:
        """Put a file into the inbox, and take it out in the end; give the id of its video."""
        self.after.callback(self.library.remove, key)
        return self.library.drop(key, content)

    def bucket(self, *, versioned: bool = False) -> str:
        """Make a bucket."""
        name, region = self.name, self.installation.session.region_name
        where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.s3.create_bucket(Bucket=name, **where)
        self.after.callback(remove, self.s3, [name])
        if versioned:
            self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def queue(self, **attributes: str) -> tuple[str, str]:
        """Make a queue; give its address and its ARN."""
        address = self.sqs.create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
        self.after.callback(self.sqs.delete_queue, QueueUrl=address)
        arn = self.sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return address, arn

    def role(self, *statements: Mapping[str, object]) -> str:
        """Make a role that may do this; give its ARN."""
        iam, name = self.installation.session.client("iam"), self.name
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(ASSUMED))["Role"]["Arn"]
        self.after.callback(iam.delete_role, RoleName=name)
        iam.put_role_policy(RoleName=name, PolicyName="probe", PolicyDocument=_policy(*statements))
        self.after.callback(iam.delete_role_policy, RoleName=name, PolicyName="probe")
        return arn

    def role_of(self, stage: str) -> str:
        """Give the ARN of a stage's own role."""
        return self.functions.get_function_configuration(FunctionName=f"{self.installation.name}-{stage}")["Role"]

    def probe(self, role: str, most_s: int = PROBE_S) -> "Probe":
        """Make a function of inside.py under a role."""
        name = self.name

        def made() -> bool | None:
            try:
                self.functions.create_function(
                    FunctionName=name, Role=role, Runtime="python3.13", Handler="inside.handle", Code={"ZipFile": _package()},
                    Timeout=most_s, MemorySize=MEMORY_MB,
                )  # fmt: skip
            except ClientError as error:
                if "cannot be assumed" in str(error):  # the role is seconds old
                    return None
                raise
            return True

        until(made, lambda: f"no function could be made under {role}", ROLE_S)
        self.after.callback(self.functions.delete_function, FunctionName=name)
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return Probe(self.functions, self.purse, name, most_s)

    def log(self, stage: str, since_s: float, words: str, count: int) -> list[str]:
        """Give the lines of a stage's log with these words: so many, or those that can be read after a while."""
        logs = self.installation.session.client("logs")
        group, start = f"/aws/lambda/{self.installation.name}-{stage}", int(since_s * 1000)
        found, deadline = list[str](), time.monotonic() + KEPT_S
        while len(found) < count and time.monotonic() < deadline:
            time.sleep(1)
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=start, filterPattern=f'"{words}"'
            )
            events = (event["message"] for page in pages for event in page["events"])
            found = [message for message in events if words in message]  # LocalStack gives others too
        return found


@contextmanager
def open_lab(installation: Installation, purse: Purse) -> Iterator[Lab]:
    """Give the lab of a deployed stack; in the end all that was made goes. Raises LocalError where there is no stack."""
    with ExitStack() as after:
        yield Lab(installation, _person(installation), purse, after)


def _person(installation: Installation) -> Library:
    outputs, session = installation.outputs(), installation.session
    stages = ("ingest", "transcode", "index", "catalogue")
    stack = Stack(
        endpoint=session.client("s3").meta.endpoint_url,
        region=str(session.region_name),
        inbox_bucket=outputs["InboxBucketName"],
        work_bucket=outputs["WorkBucketName"],
        media_bucket=outputs["MediaBucketName"],
        site_bucket=outputs["SiteBucketName"],
        site_url=outputs["SiteUrl"],
        media_url=outputs["MediaUrl"],
        api_url=outputs["ApiUrl"],
        api_token="",
        queues={stage: outputs[f"{stage.capitalize()}QueueUrl"] for stage in stages},
    )
    return Library(stack, secrets.token_hex(4), session.client("s3"), session.client("sqs"), session.client("lambda"))


def puts(purse: Purse, count: int, what: str) -> None:
    """Pay for so many writes and as many reads."""
    purse.pay(count * (PUT + GET), what)


def _policy(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(INSIDE, "inside.py")
        for name in SHIPPED:
            archive.write(ROOT / name, name)
    return packed.getvalue()
