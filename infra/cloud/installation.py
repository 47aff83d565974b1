"""One installation: a stack of template.yaml in an account, what was asked for it, and what is known of it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from client.reel.account import Account
from client.reel.parameters import Wish
from client.reel.verdicts import OTHERS, ceiling
from infra.local.account import emulated_api
from infra.local.command import LocalError
from infra.secret import keep_secret

SECRET_BYTES = 32


@dataclass(frozen=True)
class Installation:
    """A stack in `account`, there or not yet; `given` are the template's parameters that a person named."""

    account: Account
    given: Mapping[str, str]

    @property
    def name(self) -> str:
        """Give the stack's name, which is the parameter Name."""
        return self.account.wish.name

    @property
    def session(self) -> boto3.Session:
        """Give the way into the account."""
        return self.account.session

    def known(self) -> dict[str, str]:
        """Give the parameters that the stack has now, none where there is no stack. Raises what boto3 raises."""
        stack: Any = self.account.stack() or {}
        return {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", ())}

    def outputs(self) -> dict[str, str]:
        """Give what the stack tells. Raises LocalError where there is none."""
        stack: Any = self.account.stack() or {}
        if not stack.get("Outputs"):
            raise LocalError(f"there is no stack {self.name} in {self.session.region_name}; `make deploy` makes it")
        return told(
            {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]},
            {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]},
            os.environ.get("AWS_ENDPOINT_URL"),
        )

    def judged(self) -> "Installation":
        """Give the same with a wish that counts what the stack has already; where nobody answers, as it is."""
        try:
            wish = Wish.of({**self.known(), **self.given})
        except (BotoCoreError, ClientError):
            return self
        return replace(self, account=replace(self.account, wish=wish))

    def token_parameter(self) -> str:
        """Give the name of the API's secret: the one given, the stack's, or the usual one."""
        return self.given.get("TokenParameter") or self.known().get("TokenParameter") or f"/{self.name}/api-token"

    def secrets(self) -> list[str]:
        """Give the names of all secrets that are this installation's: the API's, and the key of a private library."""
        known = self.known()
        return [self.token_parameter(), *([known["ViewersParameter"]] if known.get("ViewersKeyGroup") else [])]

    def secret(self) -> str:
        """Give the API's secret, which is made once."""
        return keep_secret(self.session.client("ssm"), self.token_parameter(), lambda: secrets.token_urlsafe(SECRET_BYTES))

    def require_entry(self) -> None:
        """Raise LocalError where there is no region, or no credentials that are taken."""
        for check in self.account.entry():
            if not check.well:
                raise LocalError(f"{check.name}: {check.said}")


def told(outputs: Mapping[str, str], parameters: Mapping[str, str], endpoint: str | None) -> dict[str, str]:
    """Give the outputs, with the addresses that a person named instead of the CDN's, and with an emulator's own for its API."""
    named = {name: parameters[name] for name in ("SiteUrl", "MediaUrl") if parameters.get(name)}
    emulated = {"ApiUrl": emulated_api(endpoint, outputs["ApiId"])} if endpoint else {}
    return {**outputs, **named, **emulated}


def settled(given: Mapping[str, str], known: Mapping[str, str], limit: int) -> dict[str, str]:
    """Give the parameters of a deployment; others stay as the stack has them. Raises LocalError for more than the account allows.

    At first as many chunks are encoded at once as the account allows. Later nobody raises it unasked, for it is what costs.
    """
    most, now = ceiling(limit), known.get("TranscodeConcurrency")
    wished = given.get("TranscodeConcurrency", "")
    if wished.isdecimal() and int(wished) > max(most, limit - OTHERS):
        raise LocalError(f"TranscodeConcurrency={wished} is more than the account allows: {limit} functions at once less {OTHERS}")
    return {"TranscodeConcurrency": str(min(int(now), most) if now else most), **given}
