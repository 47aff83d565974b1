"""What an AWS account allows, asked before the first deployment. It reads, and changes nothing.

Not every limit can be asked for: whether AWS has verified an account for CloudFront shows at the first distribution, and what
may be written shows at writing. Such a line says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .failures import Misused
from .items import Check
from .parameters import Wish
from .verdicts import (
    UNFINISHED,
    buckets_check,
    cdn_check,
    code_of,
    concurrency_check,
    memory_check,
    refusal,
    stack_check,
    unreached,
)

BUCKETS: Final = ("inbox", "work", "media", "site")
PATIENT: Final = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "max_attempts": 3})
NOT_TAKEN: Final = ("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch")


class Call(NamedTuple):
    """One reading call of a service, by which a refusal of the whole service shows."""

    service: str
    operation: str


CALLS: Final = (
    Call("s3", "list_buckets"),
    Call("sqs", "list_queues"),
    Call("lambda", "list_functions"),
    Call("iam", "list_roles"),
    Call("logs", "describe_log_groups"),
    Call("apigateway", "get_rest_apis"),
    Call("events", "list_rules"),
    Call("ssm", "describe_parameters"),
)
OF_ALARMS: Final = (Call("sns", "list_topics"), Call("cloudwatch", "describe_alarms"))


def open_session(region: str | None, environment: Mapping[str, str]) -> boto3.Session:
    """Open the account of the AWS command line. AWS_REGION counts too, which boto3 does not read. Raises Misused."""
    try:
        return boto3.Session(region_name=region or environment.get("AWS_REGION") or None)
    except BotoCoreError as error:  # a profile that there is not
        raise Misused(f"{error}.") from error


@dataclass(frozen=True)
class Account:
    """An account in a region."""

    session: boto3.Session
    wish: Wish

    def checks(self) -> Iterator[Check]:
        """Look at one thing after the other; without credentials or region that is all there is to say."""
        first = self.entry()
        yield from first
        if all(check.well for check in first):
            yield from (self._stack(), self._buckets(), self._concurrency(), memory_check(), self._plan())
            yield self._cdn() if self.wish.cdn else Check("CloudFront", well=True, said="not wanted (Cdn=none)")
            yield from map(self._service, CALLS + (OF_ALARMS if self.wish.alarms else ()))

    def entry(self) -> list[Check]:
        """Look at what all else needs: a region, and credentials that are taken."""
        region = self._region()
        return [region, self._credentials()] if region.well else [region]

    @cached_property
    def number(self) -> str:
        """The account's number. Raises what boto3 raises."""
        return str(self._ask("sts", "get_caller_identity")["Account"])

    def bucket(self, kind: str) -> str:
        """Name a bucket as the template does."""
        return f"{self.wish.name}-{kind}-{self.number}-{self.session.region_name}"

    def limit(self) -> int:
        """Give how many functions may run at once, without those that others have reserved. Raises what boto3 raises."""
        return int(self._ask("lambda", "get_account_settings")["AccountLimit"]["UnreservedConcurrentExecutions"])

    def stack(self) -> Mapping[str, object] | None:
        """Describe the stack of this name as CloudFormation does, None where there is none. Raises what boto3 raises."""
        try:
            (stack,) = self._ask("cloudformation", "describe_stacks", StackName=self.wish.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        described: Mapping[str, object] = stack
        return described

    def stack_status(self) -> str | None:
        """Give the status of the stack, None where there is none. Raises what boto3 raises."""
        stack = self.stack()
        return str(stack["StackStatus"]) if stack else None

    def _ask(self, service: str, operation: str, *, region: str | None = None, **arguments: object) -> Any:  # noqa: ANN401  # JSON
        client: Callable[..., object] = self.session.client
        return getattr(client(service, region_name=region, config=PATIENT), operation)(**arguments)

    def _region(self) -> Check:
        region = self.session.region_name
        if not region:
            return Check(
                "region", well=False, said="none is set: give --region (make: REGION=), AWS_REGION, or run `aws configure`"
            )
        known = {
            name for part in self.session.get_available_partitions() for name in self.session.get_available_regions("lambda", part)
        }
        if region not in known:
            return Check("region", well=False, said=f"{region} is none that is known here; is it spelt right?")
        return Check("region", well=True, said=region)

    def _credentials(self) -> Check:
        try:
            found = self._ask("sts", "get_caller_identity")
        except ClientError as error:
            if code_of(error) in NOT_TAKEN and self._is_known_elsewhere():
                said = f"{self.session.region_name} is not opened for this account: AWS console, Account, AWS Regions"
                return Check("credentials", well=False, said=said)
            return Check(
                "credentials", well=False, said=f"AWS does not take them ({code_of(error)}): make new ones, or log in again"
            )
        except BotoCoreError as error:
            return Check("credentials", well=False, said=unreached(error))
        return Check("credentials", well=True, said=f"account {found['Account']}, {found['Arn']}")

    def _is_known_elsewhere(self) -> bool:
        """Tell whether the credentials are good where every account is open."""
        try:
            self._ask("sts", "get_caller_identity", region="us-east-1")
        except (ClientError, BotoCoreError):
            return False
        return True

    def _stack(self) -> Check:
        try:
            return stack_check(self.wish.name, self.stack_status())
        except (ClientError, BotoCoreError) as error:
            return Check("stack", well=False, said=refusal("cloudformation", error))

    def _buckets(self) -> Check:
        try:
            answers = {name: self._head(name) for name in map(self.bucket, BUCKETS)}
            status = self.stack_status()
        except (ClientError, BotoCoreError) as error:
            return Check("buckets", well=False, said=refusal("s3", error))
        return buckets_check(answers, deployed=status is not None and status not in UNFINISHED)

    def _head(self, bucket: str) -> str:
        try:
            self._ask("s3", "head_bucket", Bucket=bucket)
        except ClientError as error:
            return code_of(error)
        return "200"

    def _concurrency(self) -> Check:
        try:
            return concurrency_check(self.limit())
        except (ClientError, BotoCoreError) as error:
            return Check("concurrency", well=False, said=refusal("lambda", error))

    def _plan(self) -> Check:
        try:
            found = self._ask("freetier", "get_account_plan_state", region="us-east-1")
        except (ClientError, BotoCoreError):
            said = "not known. A new account may be on the free plan, which ends and closes the account: see Billing in the console"
            return Check("account plan", well=True, said=said)
        free = found["accountPlanType"] == "FREE"
        until = found.get("accountPlanExpirationDate", "its end")
        return Check(
            "account plan", well=True, said=f"free until {until}, then the account is closed: upgrade it" if free else "paid"
        )

    def _cdn(self) -> Check:
        try:
            listed = self._ask("cloudfront", "list_distributions", MaxItems="1")["DistributionList"]
        except (ClientError, BotoCoreError) as error:
            return Check("CloudFront", well=False, said=f"{refusal('cloudfront', error)}; Cdn=none deploys without")
        return cdn_check(has_one=bool(listed.get("Items")))

    def _service(self, call: Call) -> Check:
        try:
            self._ask(call.service, call.operation)
        except (ClientError, BotoCoreError) as error:
            return Check(call.service, well=False, said=refusal(call.service, error))
        return Check(call.service, well=True, said="answers; what may be written is seen at deploying")
