"""template.yaml, read into values that a test can compare.

References become text: `!Ref X` is `X`, `!GetAtt X.Arn` is `X.Arn`, and in `!Sub` the `${}` goes. A reference to a parameter
becomes its default.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cfnlint.decode import decode  # type: ignore[import-untyped]

ROOT: Final = Path(__file__).parents[3]
STAGES: Final = ("ingest", "transcode", "index", "catalogue", "search", "api", "sweep")
QUEUED: Final = ("ingest", "transcode", "index", "catalogue")
BUCKETS: Final = ("Inbox", "Work", "Media", "Site")

type Node = Any  # what stands in the YAML; nothing beyond this file handles it but to look one value up


@dataclass(frozen=True)
class Statement:
    """One statement of a role: objects are `WorkBucket.Arn/current/*`."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    effect: str
    conditional: bool

    def covers(self, action: str, resource: str) -> bool:
        """Tell whether the statement names this action and resource (IAM guide: `*` is any text, `?` one character)."""
        return action in self.actions and any(_pattern(pattern).fullmatch(resource) for pattern in self.resources)


@dataclass(frozen=True)
class Notification:
    """Which event below which prefix goes to which queue."""

    event: str
    prefix: str
    queue: str


@functools.cache
def template() -> Node:
    """Read the template once."""
    found, problems = decode(ROOT / "template.yaml")
    assert not problems, problems
    return found


def resources(kind: str) -> dict[str, Node]:
    """Give all resources of a type by their logical ids."""
    return {name: node for name, node in template()["Resources"].items() if node["Type"] == kind}


def properties(name: str) -> Node:
    """Give the properties of one resource."""
    return template()["Resources"][name]["Properties"]


def text(node: Node) -> str:
    """Write a value as text, references as the top of this file says."""
    match node:
        case {"Ref": name} if name in template()["Parameters"]:
            return str(template()["Parameters"][name]["Default"])
        case {"Ref": name}:
            return str(name)
        case {"Fn::GetAtt": parts}:
            return ".".join(parts) if isinstance(parts, list) else str(parts)
        case {"Fn::Sub": str(pattern)}:
            return re.sub(r"\$\{([^}]+)\}", r"\1", pattern)
    return str(node)


def resolved(node: Node, values: Mapping[str, str]) -> Node:  # noqa: PLR0911  # one for each form
    """Give a part of the template as CloudFormation would make it, where `X` and `X.Arn` have these values."""
    match node:
        case {"Ref": str(name)}:
            return values[name]
        case {"Fn::GetAtt": [resource, attribute]}:
            return values[f"{resource}.{attribute}"]
        case {"Fn::Sub": str(pattern)}:
            return re.sub(r"\$\{([^}]+)\}", lambda match: values[match[1]], pattern)
        case {"Fn::If": [_, then, {"Ref": "AWS::NoValue"}]}:
            return resolved(then, values)  # with it a role may do most
        case Mapping():
            return {str(name): resolved(child, values) for name, child in node.items()}
        case list():
            return [resolved(child, values) for child in node]
    return str(node) if isinstance(node, str) else node  # cfn-lint's text knows its line, which JSON needs not


def texts(node: Node) -> tuple[str, ...]:
    """Write one value or a list of them."""
    return tuple(map(text, node)) if isinstance(node, list) else (text(node),)


def function(stage: str) -> Node:
    """Give the properties of a stage's function."""
    return properties(f"{stage.capitalize()}Function")


def environment(stage: str) -> dict[str, str]:
    """Give the environment that a stage's function finds."""
    common = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = function(stage)["Environment"]["Variables"]
    return {name: text(node) for name, node in {**common, **own}.items()}


def event(stage: str) -> Node:
    """Give the properties of the one event that starts a stage."""
    (found,) = function(stage)["Events"].values()
    return found["Properties"]


def statements(stage: str) -> tuple[Statement, ...]:
    """Give all that a stage's role may do."""
    policies = properties(f"{stage.capitalize()}Role")["Policies"]
    return tuple(_statement(node) for policy in policies for node in policy["PolicyDocument"]["Statement"])


def may(stage: str, action: str, resource: str) -> bool:
    """Tell whether a stage's role allows an action."""
    return any(statement.covers(action, resource) for statement in statements(stage))


def notifications(bucket: str) -> tuple[Notification, ...]:
    """Give what a bucket tells its queues."""
    configured = properties(f"{bucket}Bucket").get("NotificationConfiguration", {}).get("QueueConfigurations", [])
    return tuple(Notification(node["Event"], _prefix(node), text(node["Queue"])) for node in configured)


def references(node: Node) -> Iterator[str]:
    """Give every name that a part of the template refers to."""
    match node:
        case {"Ref": name} | {"Condition": str(name)}:
            yield str(name)
        case {"Fn::Sub": pattern}:
            yield from re.findall(r"\$\{([A-Za-z]+)", pattern if isinstance(pattern, str) else pattern[0])
    children = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in children:
        yield from references(child)


def _statement(node: Node) -> Statement:
    return Statement(texts(node["Action"]), texts(node["Resource"]), node["Effect"], "Condition" in node)


def _prefix(node: Node) -> str:
    rules = node.get("Filter", {"S3Key": {"Rules": []}})["S3Key"]["Rules"]
    return "".join(rule["Value"] for rule in rules if rule["Name"] == "prefix")


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern))
