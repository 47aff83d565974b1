"""Has a template judged by checkov and cloudsplaining, as CloudFormation gets it; runs in .local/judges, without a network."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from cloudsplaining.command.scan_policy_file import scan_policy
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from infra.judges.example import Example, Node
from infra.judges.findings import JUDGES, Finding, answers, owner, verdict

CHECKOV: Final = str(Path(sys.executable).with_name("checkov"))
ON_ANYTHING: Final = ("PrivilegeEscalation", "ResourceExposure", "CredentialsExposure", "ServiceWildcard")
ON_EVERYTHING: Final = ("DataExfiltration", "InfrastructureModification")  # what functions are for, if a resource bounds it


def expanded(template: Node) -> Node:
    """Give what SAM makes of a template, without our answers: the judges find everything, and we compare."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # SAM's translator asks which partition it is in
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it tells which features of AWS's own translator it has not
    made = json.loads(json.dumps(template))
    made.setdefault("Globals", {}).setdefault("Function", {})["CodeUri"] = "s3://bucket/key"  # as `sam package` would
    made = transform(made, {}, SimpleNamespace(load=dict))
    for node in made["Resources"].values():
        for judge in JUDGES:
            node.get("Metadata", {}).pop(judge, None)
    return made


def checkov(template: Node) -> Iterator[tuple[str, str, str]]:
    """Give resource, id and words of each of checkov's findings."""
    argv = [CHECKOV, "--framework", "cloudformation", "--soft-fail", "--output", "json", "--file", "template.json"]
    with tempfile.TemporaryDirectory() as folder:  # its home too: nobody's own settings, and no key with which it would report
        Path(folder, "template.json").write_text(json.dumps(template, indent=1))  # it needs lines
        # Without the option and the variable it asks the network for texts, and for a newer version of itself.
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True"}
        done = subprocess.run([*argv, "--skip-download"], cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
    report = json.loads(done.stdout)
    if report["summary"]["parsing_errors"] or not report["summary"]["resource_count"]:
        sys.exit("error: checkov could not read the template")
    for found in report["results"]["failed_checks"]:
        yield found["resource"].partition(".")[2], found["check_id"], found["check_name"]


def cloudsplaining(template: Node) -> Iterator[tuple[str, str, str]]:
    """Give resource, risk and words of each of cloudsplaining's findings about a role's own policies."""
    example = Example(template)
    for name, node in template["Resources"].items():
        for policy in node["Properties"].get("Policies", []) if node["Type"] == "AWS::IAM::Role" else []:
            for risk, what in risks(example.of(policy["PolicyDocument"])):
                yield name, risk, f"it may {what}"


def risks(document: Node) -> Iterator[tuple[str, str]]:
    """Give each risk of a policy with what brings it: the gravest on any resource, the others where no resource bounds them."""
    strict = scan_policy(document, flag_resource_arn_statements=True, flag_conditional_statements=True)
    bounded = scan_policy(document)
    for risk in (*ON_ANYTHING, *ON_EVERYTHING):
        found = (strict if risk in ON_ANYTHING else bounded)[risk]["findings"]
        if found:
            yield risk, ", ".join(one["type"] if isinstance(one, dict) else one for one in found)


def main() -> None:
    """Judge the template that the argument names; status 1 if something is found that it does not answer."""
    template = yaml_parse(Path(sys.argv[1]).read_text())
    made = expanded(template)
    found = {
        Finding(judge.__name__, owner(resource, template), identifier, says)
        for judge in (checkov, cloudsplaining)
        for resource, identifier, says in judge(made)
    }
    sys.exit("\n".join(verdict(found, set(answers(template)))) or None)


if __name__ == "__main__":
    main()
