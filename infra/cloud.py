"""Put the site's files beside a stack that was deployed, and have its pages rendered anew: `python -m infra.cloud STACK`.

Again and again without harm: what is there as it should be is left alone, and equal pages are not written.
"""

import sys

import boto3

from infra.local.command import say
from infra.local.site import Site, render_anew

USAGE = "python -m infra.cloud STACK    with the credentials and the region of your AWS command line"


def main(arguments: list[str]) -> None:
    """Publish the site of the stack that is named."""
    if len(arguments) != 1:
        sys.exit(USAGE)
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=arguments[0])["Stacks"]
    found = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    Site(s3, found["SiteBucketName"], found["MediaUrl"], found["ApiUrl"]).publish()
    videos = render_anew(s3, found["MediaBucketName"], sqs, found["CatalogueQueueUrl"])
    say(f"the pages of {videos} videos are rendered anew; the site is {found['SiteUrl']}")


if __name__ == "__main__":
    main(sys.argv[1:])
