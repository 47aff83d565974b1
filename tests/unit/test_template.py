"""template.yaml: what no linter sees, and what it has in common with the code."""

import ast
import re
from collections.abc import Iterator, Mapping

import pytest

from functions.common.settings import (
    ApiSettings,
    BucketNames,
    CatalogueSettings,
    IngestSettings,
    QueueSettings,
    SweepSettings,
    read,
)
from infra.local.deployment import PARAMETERS
from tests.conftest import STACK_PARAMETERS
from tests.unit.template.reading import (
    QUEUED,
    ROOT,
    STAGES,
    environment,
    event,
    function,
    properties,
    references,
    resources,
    template,
    text,
)

FOURTEEN_DAYS = 14 * 24 * 3600
NEW_ACCOUNT = 10  # concurrent executions of a new account (Lambda guide, "Lambda quotas")


class Recorder(Mapping[str, str]):
    """An environment that remembers which of its variables were read."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """Note that the variable was read, and give it."""
        self.read.add(name)
        return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names; that reads none."""
        return iter(self.variables)

    def __len__(self) -> int:
        """Count the variables."""
        return len(self.variables)


def read_settings(stage: str, found: Mapping[str, str]) -> None:
    """Read all that a stage's handler reads. Raises Misconfigured for a variable that the template does not set."""
    BucketNames.of(found)
    if stage in QUEUED:
        QueueSettings.of(found)
    match stage:
        case "ingest":
            IngestSettings.of(found)
        case "catalogue":
            CatalogueSettings.of(found)
        case "sweep":
            SweepSettings.of(found)
        case "api":
            ApiSettings.of(found)
            read(found, "TRANSCODE_QUEUE_URL")


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_finds_every_setting_that_it_reads_and_no_other(stage: str) -> None:
    found = Recorder(environment(stage))

    read_settings(stage, found)

    assert {name for name in found if name.startswith("REELBUCKET_")} == found.read


@pytest.mark.parametrize("stage", QUEUED)
def test_a_worker_is_told_of_the_queue_that_starts_it(stage: str) -> None:
    assert environment(stage)["REELBUCKET_QUEUE_URL"] + ".Arn" == text(event(stage)["Queue"])


def test_the_sweep_is_told_of_each_stages_queues() -> None:
    settings = SweepSettings.of(environment("sweep"))

    assert {stage: getattr(settings.queues, stage) for stage in QUEUED} == {s: f"{s.capitalize()}Queue" for s in QUEUED}
    assert {stage: getattr(settings.dead, stage) for stage in QUEUED} == {s: f"{s.capitalize()}DeadQueue" for s in QUEUED}


@pytest.mark.parametrize("stage", STAGES)
def test_a_handler_is_where_the_template_says(stage: str) -> None:
    module, _, name = function(stage)["Handler"].rpartition(".")
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())

    assert module == f"functions.{stage}.handler"
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_is_built_by_its_own_target(stage: str) -> None:
    makefile = (ROOT / "functions" / "Makefile").read_text()

    assert template()["Resources"][f"{stage.capitalize()}Function"]["Metadata"]["BuildMethod"] == "makefile"
    assert re.search(rf"^build-{stage.capitalize()}Function:", makefile, re.MULTILINE)


@pytest.mark.parametrize("stage", QUEUED)
def test_a_message_stays_hidden_for_six_times_the_functions_timeout(stage: str) -> None:
    """The advice of the Lambda guide, "Creating and configuring an Amazon SQS event source mapping"."""
    assert properties(f"{stage.capitalize()}Queue")["VisibilityTimeout"] == 6 * function(stage)["Timeout"]


@pytest.mark.parametrize("stage", QUEUED)
def test_no_message_waits_for_a_batch(stage: str) -> None:
    """Without a window a batch has at most 10 messages (Lambda API, CreateEventSourceMapping); no linter sees that."""
    assert (event(stage)["MaximumBatchingWindowInSeconds"], event(stage)["BatchSize"] <= 10) == (0, True)


@pytest.mark.parametrize("stage", QUEUED)
def test_one_bad_message_does_not_bring_its_batch_back(stage: str) -> None:
    assert event(stage)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("stage", QUEUED)
def test_concurrency_is_bounded_and_not_below_lambdas_least(stage: str) -> None:
    assert int(text(event(stage)["ScalingConfig"]["MaximumConcurrency"])) >= 2


def test_encoding_cannot_be_given_less_than_lambdas_least() -> None:
    assert template()["Parameters"]["TranscodeConcurrency"]["MinValue"] == 2


def test_the_defaults_leave_a_new_account_room_for_api_and_sweep() -> None:
    """Above the account's limit messages are throttled, use up their receives and die untried."""
    workers = sum(int(text(event(stage)["ScalingConfig"]["MaximumConcurrency"])) for stage in QUEUED)

    assert workers + 2 <= NEW_ACCOUNT


@pytest.mark.parametrize("stage", QUEUED)
def test_a_message_that_failed_five_times_goes_to_the_dead_letters(stage: str) -> None:
    redrive = properties(f"{stage.capitalize()}Queue")["RedrivePolicy"]

    assert (text(redrive["deadLetterTargetArn"]), redrive["maxReceiveCount"]) == (f"{stage.capitalize()}DeadQueue.Arn", 5)


@pytest.mark.parametrize("queue", sorted(resources("AWS::SQS::Queue")))
def test_a_queue_is_encrypted_and_keeps_messages_as_long_as_it_can(queue: str) -> None:
    """S3 cannot send to a queue under the key that AWS manages for SQS; SSE-SQS has none."""
    found = properties(queue)

    assert (found["SqsManagedSseEnabled"], found["MessageRetentionPeriod"]) == (True, FOURTEEN_DAYS)


def test_the_sweep_ends_before_the_next_one_begins() -> None:
    minutes = re.fullmatch(r"rate\((\d+) minutes\)", text(event("sweep")["Schedule"]))

    assert minutes
    assert function("sweep")["Timeout"] < 60 * int(minutes[1])


def test_a_failed_sweep_is_followed_by_the_next_one_alone() -> None:
    assert event("sweep")["RetryPolicy"] == {"MaximumRetryAttempts": 0}
    assert function("sweep")["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}


def test_the_api_answers_before_the_gateway_gives_up() -> None:
    assert function("api")["Timeout"] < 29  # seconds; API Gateway quotas, integration timeout


def test_the_api_is_throttled() -> None:
    (settings,) = properties("Api")["MethodSettings"]

    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (20, 40)


@pytest.mark.parametrize("stage", QUEUED)
def test_dead_letters_and_a_backlog_raise_an_alarm(stage: str) -> None:
    watched = {text(node["Properties"]["Dimensions"][0]["Value"]) for node in resources("AWS::CloudWatch::Alarm").values()}

    assert {f"{stage.capitalize()}DeadQueue.QueueName", f"{stage.capitalize()}Queue.QueueName"} <= watched


def test_the_alarms_stay_within_the_free_ones() -> None:
    assert len(resources("AWS::CloudWatch::Alarm")) <= 10


RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
ALARMS = {  # how the runbook's table calls them
    "Budget": "the budget's mail",
    "SweepAlarm": "`SweepAlarm`",
    "SearchAlarm": "`SearchAlarm`",
    **{f"{stage.capitalize()}DeadAlarm": "`…DeadAlarm` of ingest, transcode, index, catalogue" for stage in QUEUED},
    **{f"{stage.capitalize()}AgeAlarm": "`…AgeAlarm` of the same" for stage in QUEUED},
}


def test_the_runbook_knows_every_alarm() -> None:
    assert set(ALARMS) == {*resources("AWS::CloudWatch::Alarm"), *resources("AWS::Budgets::Budget")}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_the_runbook_leads_from_an_alarm_to_what_to_do(name: str) -> None:
    (anchor,) = re.findall(rf"^\| {re.escape(ALARMS[name])} \| .+\| \[.+\]\(#([a-z-]+)\) \|$", RUNBOOK, re.MULTILINE)

    assert anchor in {head.lower().replace(" ", "-") for head in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)}


@pytest.mark.parametrize("name", sorted(template()["Parameters"]))
def test_a_parameter_is_described_bounded_and_used(name: str) -> None:
    parameter = template()["Parameters"][name]
    parts = [template()[part] for part in ("Conditions", "Globals", "Resources", "Outputs")]

    assert parameter["Description"]
    assert {"AllowedPattern", "AllowedValues", "MinValue", "MinLength"} & set(parameter)
    assert name in {found for part in parts for found in references(part)}


@pytest.mark.parametrize("given", [PARAMETERS, STACK_PARAMETERS], ids=["up", "tests"])
def test_the_local_stacks_set_parameters_that_exist(given: Mapping[str, str]) -> None:
    assert set(given) - set(template()["Parameters"]) == set()


def test_the_local_stack_makes_nothing_that_the_emulator_lacks() -> None:
    assert PARAMETERS["Cdn"] == "none"
    lacking = {name for name, node in template()["Resources"].items() if node["Type"].startswith("AWS::CloudFront::")}
    assert {name for name in lacking if template()["Resources"][name].get("Condition") not in {"HasCdn", "HasMediaCdn"}} == set()


@pytest.mark.parametrize("name", sorted(template()["Parameters"]))
def test_the_deployment_guide_tells_a_parameter_and_its_default(name: str) -> None:
    default = template()["Parameters"][name]["Default"]
    told = f"`{default}`" if default != "" else "empty"

    assert f"\n| `{name}` | {told} |" in (ROOT / "docs" / "deploy.md").read_text()
