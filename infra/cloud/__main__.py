"""`make deploy`, `make undeploy`, `make secret`: `python -m infra.cloud COMMAND`.

What is wished stands in the environment, as make gives it: NAME, REGION, PARAMETERS, PRIVATE, EMPTY.
"""

import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from client.reel.account import Account, open_session
from client.reel.failures import Failed
from client.reel.parameters import Wish, read_parameters
from infra.cloud.installation import Installation
from infra.cloud.installing import deploy
from infra.cloud.removing import undeploy
from infra.local.command import LocalError, end_with, say

USAGE = "usage: make deploy | undeploy | secret, with NAME=, REGION=, PARAMETERS=, PRIVATE= and EMPTY= (docs/deploy.md)"


def main(arguments: list[str]) -> None:
    """Do what is asked, or say in a sentence why not."""
    asked = os.environ.get
    try:
        given = {"Name": asked("NAME") or Wish.name, **read_parameters(asked("PARAMETERS", ""))}
        installation = Installation(Account(open_session(asked("REGION"), os.environ), Wish.of(given)), given)
        match arguments:
            case ["deploy"]:
                deploy(installation, asked("PRIVATE", ""))
            case ["undeploy"]:
                undeploy(installation, asked("EMPTY", ""))
            case ["secret"]:
                installation.require_entry()
                installation.outputs()  # or it says that there is no stack, and makes no secret
                say(installation.secret())
            case _:
                sys.exit(USAGE)
    except (LocalError, Failed, BotoCoreError, ClientError) as error:
        end_with(error)


if __name__ == "__main__":
    main(sys.argv[1:])
