"""The API's secret, in SSM: CloudFormation cannot make a SecureString."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def keep_secret(ssm: "SSMClient", name: str, fresh: Callable[[], str]) -> str:
    """Give the secret of that name; one that is not there is made once, so that the tokens that it signed stay in force."""
    try:
        return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        secret = fresh()
        ssm.put_parameter(Name=name, Value=secret, Type="SecureString")
        return secret
