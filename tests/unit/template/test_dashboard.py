"""The dashboard: it shows only what exists, and leaves nothing out."""

import ast
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from functions.common.telemetry import NAMESPACE, CloudWatch
from tests.unit.template.reading import QUEUED, ROOT, STAGES, function, properties, resources, text

FREE = 50  # metrics of a dashboard that costs nothing (CloudWatch pricing, free tier)
COLUMNS = 24  # of a dashboard (CloudWatch API, "Dashboard body structure and syntax")
# What AWS measures without being asked (SQS guide, "Available CloudWatch metrics"; Lambda guide, "Types of metrics").
GIVEN = {
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "AWS/Lambda": {"Errors", "Throttles", "Duration"},
}
DIMENSION = {"AWS/SQS": "QueueName", "AWS/Lambda": "FunctionName", NAMESPACE: "service"}


class Shown(NamedTuple):
    """A metric that the dashboard shows."""

    namespace: str
    metric: str
    dimension: str
    of: str


def widgets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text(properties("Dashboard")["DashboardBody"]))["widgets"]
    return found


def rows() -> Iterator[list[Any]]:
    for widget in widgets():
        yield from widget["properties"]["metrics"]


def shown() -> set[Shown]:
    return {Shown(*row[:4]) for row in rows() if isinstance(row[0], str)}


def emitted() -> set[str]:
    """Give every metric that the code counts, read from the code."""
    trees = (ast.parse(path.read_text()) for path in (ROOT / "functions").rglob("*.py"))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "count" and call.args
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str) and call.args[0].value.isalnum()
    }


def test_every_metric_of_the_dashboard_is_emitted_by_the_code_or_given_by_aws() -> None:
    known = {**GIVEN, NAMESPACE: emitted()}

    assert {each for each in shown() if each.metric not in known.get(each.namespace, ())} == set()


def test_every_metric_that_the_code_emits_is_shown() -> None:
    assert emitted() == {each.metric for each in shown() if each.namespace == NAMESPACE}


def test_every_metric_is_named_by_the_dimension_that_it_has() -> None:
    assert {each for each in shown() if each.dimension != DIMENSION[each.namespace]} == set()


def test_the_codes_own_metrics_have_the_service_as_their_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    CloudWatch("index", {}).count("FailedVideos")
    written = json.loads(capsys.readouterr().out)
    (directive,) = written["_aws"]["CloudWatchMetrics"]

    assert (directive["Namespace"], directive["Dimensions"], written["service"]) == (NAMESPACE, [["service"]], "index")


@pytest.mark.parametrize("stage", QUEUED)
def test_every_queue_has_its_age_its_backlog_and_its_dead_letters(stage: str) -> None:
    name = stage.capitalize()
    of = {(each.metric, each.of) for each in shown() if each.namespace == "AWS/SQS"}

    assert {
        ("ApproximateAgeOfOldestMessage", f"{name}Queue.QueueName"),
        ("ApproximateNumberOfMessagesVisible", f"{name}Queue.QueueName"),
        ("ApproximateNumberOfMessagesVisible", f"{name}DeadQueue.QueueName"),
    } <= of


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_has_its_errors_its_throttles_and_its_durations(stage: str) -> None:
    of = {each.metric for each in shown() if each.of == f"{stage.capitalize()}Function"}

    assert of == GIVEN["AWS/Lambda"]


def test_the_dashboard_names_no_queue_function_or_stage_that_is_none() -> None:
    queues = {f"{name}.QueueName" for name in resources("AWS::SQS::Queue")}
    functions = set(resources("AWS::Serverless::Function"))

    assert {each.of for each in shown()} - queues - functions - set(STAGES) == set()


def test_the_dashboard_stays_within_the_free_ones() -> None:
    assert len(shown()) <= FREE


def test_no_two_widgets_of_the_dashboard_lie_on_each_other_or_outside() -> None:
    cells = [
        (column, line)
        for widget in widgets()
        for column in range(widget["x"], widget["x"] + widget["width"])
        for line in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < COLUMNS


def test_the_price_of_encoding_is_reckoned_with_the_memory_that_transcode_has() -> None:
    (dollars,) = [row[0]["expression"] for row in rows() if isinstance(row[0], dict) and row[0]["label"] == "dollars"]

    assert f"* {function('transcode')['MemorySize']} / 1024 *" in dollars


def test_what_an_expression_reckons_with_is_in_its_widget() -> None:
    for widget in widgets():
        metrics = widget["properties"]["metrics"]
        named = {row[-1]["id"] for row in metrics if isinstance(row[-1], dict) and "id" in row[-1]}
        expressions = [row[0]["expression"] for row in metrics if isinstance(row[0], dict)]
        assert all(expression.split()[0] in named for expression in expressions)


def test_the_alarms_line_of_the_age_stands_where_the_alarm_does() -> None:
    (line,) = [
        mark["value"]
        for widget in widgets()
        if widget["properties"]["title"].startswith("Oldest")
        for mark in widget["properties"]["annotations"]["horizontal"]
    ]

    assert {properties(f"{stage.capitalize()}AgeAlarm")["Threshold"] for stage in QUEUED} == {line}
