"""An account with the template's roles, and with what they speak of: buckets, queues, logs, the secrets."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from tests.stores.servers import REGION, Caller, Server
from tests.unit.template.reading import BUCKETS, STAGES, properties, resolved, resources, template
from tests.unit.template.rights import OBJECTS

SECRETS: Final = ("TokenParameter", "ViewersParameter")
ACCOUNT: Final = "000000000000"
PLACE: Final = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}


@dataclass(frozen=True)
class Account:
    """A store that enforces rights. `values` are those of every reference that a role has."""

    server: Server
    values: dict[str, str]
    callers: dict[str, Caller] = field(default_factory=dict)

    @classmethod
    def made(cls, server: Server) -> "Account":
        """Make all that there is."""
        parameters = {name: str(node.get("Default", "")) for name, node in template()["Parameters"].items()}
        account = cls(server, {**parameters, **PLACE})
        account.make_places()
        account.make_roles()
        return account

    def make_places(self) -> None:
        """Make buckets, queues, logs and the secrets, under the template's names."""
        s3, sqs, logs, ssm = self.server.s3(), *map(self.server.client, ("sqs", "logs", "ssm"))
        for name in BUCKETS:
            bucket = self._named(f"{name}Bucket", "BucketName")
            s3.create_bucket(Bucket=bucket)
            self.values.update({f"{name}Bucket": bucket, f"{name}Bucket.Arn": f"arn:aws:s3:::{bucket}"})
        s3.put_bucket_versioning(Bucket=self.values["InboxBucket"], VersioningConfiguration={"Status": "Enabled"})
        for name in resources("AWS::SQS::Queue"):
            queue = self._named(name, "QueueName")
            self.values.update({name: sqs.create_queue(QueueName=queue)["QueueUrl"], f"{name}.Arn": self._arn("sqs", queue)})
        for name in resources("AWS::Logs::LogGroup"):
            group = self._named(name, "LogGroupName")
            logs.create_log_group(logGroupName=group)
            # AWS judges by the stream, which its `:*` covers; ministack by the group.
            self.values.update({name: group, f"{name}.Arn": self._arn("logs", f"log-group:{group}")})
        for secret in SECRETS:
            ssm.put_parameter(Name=self.values[secret], Value="a secret", Type="SecureString")
        for bucket, key in OBJECTS.values():
            s3.put_object(Bucket=self.values[f"{bucket}Bucket"], Key=key, Body=b"{}")

    def make_roles(self) -> None:
        """Make each stage's role: whom it trusts and what it may do."""
        iam = self.server.client("iam")
        for stage in STAGES:
            role = resolved(properties(f"{stage.capitalize()}Role"), self.values)
            iam.create_role(RoleName=stage, AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]))
            for policy in role["Policies"]:
                document = json.dumps(policy["PolicyDocument"])
                iam.put_role_policy(RoleName=stage, PolicyName=policy["PolicyName"], PolicyDocument=document)

    def client(self, stage: str, service: str) -> Any:  # noqa: ANN401  # of any service
        """Reach a service as a stage. The owner may assume every role here; in AWS only Lambda may."""
        if stage not in self.callers:
            given = self.server.client("sts").assume_role(RoleArn=self.role(stage), RoleSessionName="tried")["Credentials"]
            self.callers[stage] = Caller(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return self.server.client(service, self.callers[stage])

    @staticmethod
    def role(stage: str) -> str:
        """Name a stage's role."""
        return f"arn:aws:iam::{ACCOUNT}:role/{stage}"

    def place(self, name: str) -> tuple[str, str]:
        """Give the bucket and the key of an object that there is."""
        bucket, key = OBJECTS[name]
        return self.values[f"{bucket}Bucket"], key

    def _named(self, resource: str, field: str) -> str:
        return str(resolved(properties(resource)[field], self.values))

    @staticmethod
    def _arn(service: str, name: str) -> str:
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
