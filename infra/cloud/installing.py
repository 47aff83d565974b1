"""`make deploy`: looks at the account, makes the secret, builds, deploys, puts the site's files. Again and again without harm."""

import os
from collections.abc import Mapping

from client.reel.shell import open_screen
from client.reel.verdicts import UNFINISHED
from infra import sam
from infra.cloud.installation import Installation, settled
from infra.cloud.private import private
from infra.cloud.removing import delete_stack
from infra.local.command import LocalError, say
from infra.local.site import Site, render_anew

HINT = "What failed first, and why, stands above; docs/deploy.md, When it does not work, says what to do."


def deploy(asked: Installation, privacy: str) -> None:
    """Make the stack, or bring it up to date; `privacy` is what PRIVATE= says."""
    installation = asked.judged()
    _look(installation)
    if installation.account.stack_status() in UNFINISHED:
        say("removing the empty stack that a failed first deployment left")
        delete_stack(installation)
    known = installation.known()
    wished = {**installation.given, "TokenParameter": installation.token_parameter(), **private(installation, privacy, known)}
    parameters = settled(wished, known, installation.account.limit())
    installation.secret()
    sam.build(parameters.get("Architecture") or known.get("Architecture") or sam.ARCHITECTURE)
    say("the first time takes about ten minutes, most of them CloudFront's")
    sam.deploy(installation.name, parameters, _where(installation), "--resolve-s3", hint=HINT, shown=True)
    outputs = installation.outputs()
    videos = _publish(installation, outputs)
    _announce(installation, outputs, videos)


def _look(installation: Installation) -> None:
    checks = list(installation.account.checks())
    open_screen().checks(checks)
    bad = [check.name for check in checks if not check.well]
    if bad:
        raise LocalError(f"nothing was changed: see {', '.join(bad)} above")


def _where(installation: Installation) -> dict[str, str]:
    """Tell SAM of the account that was looked at."""
    region = installation.session.region_name
    theirs = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    return {**theirs, "AWS_DEFAULT_REGION": region, "AWS_REGION": region}


def _publish(installation: Installation, outputs: Mapping[str, str]) -> int:
    s3, sqs = installation.session.client("s3"), installation.session.client("sqs")
    Site(s3, outputs["SiteBucketName"], outputs["MediaUrl"], outputs["ApiUrl"]).publish()
    return render_anew(s3, outputs["MediaBucketName"], sqs, outputs["CatalogueQueueUrl"])


def _announce(installation: Installation, outputs: Mapping[str, str], videos: int) -> None:
    public = outputs["SiteUrl"].startswith("http")
    same = f"NAME={installation.name} REGION={installation.session.region_name}"
    say(f"the pages of {videos} videos are rendered anew")
    say(f"the site: {outputs['SiteUrl']}" + ("" if public else " (Cdn=none: read with your own credentials only)"))
    say(f"the inbox, for any S3 tool: s3://{outputs['InboxBucketName']}")
    say("to upload, and to make a token for somebody else:")
    say(f"  export REEL_SERVER={outputs['SiteUrl'] if public else outputs['ApiUrl']}")
    say(f'  export REEL_TOKEN="$(make -s secret {same})"')
    say("  bin/reel upload FILE… --wait")
    say("  bin/reel token make ann")
    if installation.known().get("ViewersKeyGroup"):
        say("the library is private: bin/reel invite makes a link for whoever may watch, you too")
