"""Writes a part of the template as AWS will read it: references become the names and ARNs of an example."""

import re
from dataclasses import dataclass
from typing import Any, Final

type Node = Any  # what stands in the template

PSEUDO: Final = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}
# Service Authorization Reference, "Resource types defined by …"
ARNS: Final = {
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:123456789012:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:123456789012:log-group:{name}:*",
}


class Unreadable(Exception):  # noqa: N818 - it says what a part of the template is
    """A part of the template has no example here; a judge that guessed would judge something else."""


@dataclass(frozen=True)
class Example:
    """Examples for what one template refers to."""

    template: Node

    def of(self, node: Node) -> Node:  # noqa: PLR0911  # one for each form
        """Give a part of the template without references. Raises Unreadable for those that are not known here."""
        match node:
            case {"Ref": str(name)}:
                return self._named(name)
            case {"Fn::GetAtt": [str(name), "Arn"]}:
                return self._named(f"{name}.Arn")
            case {"Fn::Sub": str(pattern)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._named(found[1]), pattern)
            case {"Fn::If": [_, then, {"Ref": "AWS::NoValue"}]}:
                return self.of(then)  # with it there is more to judge
            case dict() if any(key.startswith("Fn::") or key == "Ref" for key in node):
                raise Unreadable(f"no example is known for {node}")
            case dict():
                return {key: self.of(value) for key, value in node.items()}
            case list():
                return [self.of(value) for value in node]
        return node

    def _named(self, name: str) -> str:
        """Give the example of what stands between the braces of `${}`."""
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.template.get("Parameters", {}):
            return str(self.template["Parameters"][name].get("Default", name))
        logical, _, attribute = name.partition(".")
        kind = self.template["Resources"].get(logical, {}).get("Type")
        if attribute == "Arn" and kind in ARNS:
            return ARNS[kind].format(name=logical.lower())
        if kind and not attribute:
            return logical.lower()
        raise Unreadable(f"no example is known for ${{{name}}}")
