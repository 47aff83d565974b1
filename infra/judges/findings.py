"""Holds what the judges found against what the template answers.

An answer stands beside the resource that it speaks for, in checkov's own form, and names the judge:

    Metadata:
      checkov: {skip: [{id: CKV_AWS_18, comment: "why it is as it is"}]}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infra.judges.example import Node

JUDGES: Final = ("checkov", "cloudsplaining")


@dataclass(frozen=True, order=True)
class Finding:
    """One judge dislikes one thing about one resource."""

    judge: str
    resource: str  # its logical id in the template that we wrote
    id: str
    says: str = ""  # the judge's own words; an answer has its reason here


def owner(name: str, template: Node) -> str:
    """Give the resource of ours that SAM made this one of: it adds to the name, `Api` becomes `Apiv1Stage`."""
    return max((ours for ours in template["Resources"] if name.startswith(ours)), key=len, default=name)


def answers(template: Node) -> Iterator[Finding]:
    """Give all answers of the template."""
    for resource, node in template["Resources"].items():
        for judge in JUDGES:
            for given in node.get("Metadata", {}).get(judge, {}).get("skip", []):
                yield Finding(judge, resource, given["id"], given.get("comment", ""))


def verdict(found: set[Finding], answered: set[Finding]) -> list[str]:
    """Give a line for each finding without an answer, each answer without a finding, and each answer that gives no reason."""
    asked = {_matter(finding) for finding in found}
    silent = {_matter(answer) for answer in answered}
    return [
        *(f"{_line(finding)}: {finding.says}" for finding in sorted(found) if _matter(finding) not in silent),
        *(f"{_line(answer)}: nothing is found here any more" for answer in sorted(answered) if _matter(answer) not in asked),
        *(f"{_line(answer)}: the answer gives no reason" for answer in sorted(answered) if not answer.says.strip()),
    ]


def _matter(finding: Finding) -> tuple[str, str, str]:
    return finding.judge, finding.resource, finding.id


def _line(finding: Finding) -> str:
    return f"{finding.judge}: {finding.resource}: {finding.id}"
