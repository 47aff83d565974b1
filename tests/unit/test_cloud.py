"""The trials in a real account, as far as they can be tried without one: the budget, the table, the probe."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cloud.__main__ import TRIALS
from tests.cloud.inside import handle
from tests.cloud.purse import Purse, TooDearError

README = Path(__file__).parents[1] / "cloud" / "README.md"


def test_nothing_is_done_that_the_budget_does_not_allow(tmp_path: Path) -> None:
    purse = Purse(1.0, tmp_path / "spent.json")
    purse.pay(0.6, "the first")

    with pytest.raises(TooDearError, match=r"the second may cost \$0\.6000; \$0\.6000 of \$1\.00 are spent"):
        purse.pay(0.6, "the second")
    assert purse.spent() == pytest.approx(0.6)


def test_what_was_spent_is_remembered_from_run_to_run(tmp_path: Path) -> None:
    Purse(1.0, tmp_path / "spent.json").pay(0.6, "yesterday")

    with pytest.raises(TooDearError):
        Purse(1.0, tmp_path / "spent.json").pay(0.6, "today")


def test_the_table_has_every_trial_by_its_number() -> None:
    rows = re.findall(r"^\| ([0-9]+) \| `([a-z]+)` \|", README.read_text(), re.MULTILINE)

    assert rows == [(str(number), name) for number, name in enumerate(TRIALS, 1)]


@pytest.mark.parametrize("name", TRIALS)
def test_a_trial_says_first_which_number_it_is(name: str) -> None:
    said = sys.modules[f"tests.cloud.{name}"].__doc__ or ""

    assert said.startswith(f"{list(TRIALS).index(name) + 1}. ")


def test_no_trial_is_collected_as_a_test() -> None:
    assert not list(README.parent.glob("test_*")) + list(README.parent.glob("*_test.py"))


def test_the_probe_sees_what_a_hardened_parent_lets_its_child_see() -> None:
    code = "import json; from tests.cloud.inside import handle; print(json.dumps(handle({'act': 'sandbox'}, None)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert re.search(r'"child": \["\d+", "1", "256", "1073741824", "0", "\d+"\]', done.stdout), done.stdout


def test_a_message_that_died_once_is_done_the_second_time() -> None:
    record = {"attributes": {"ApproximateReceiveCount": "2"}, "body": "https://queue 20", "receiptHandle": "r"}

    assert handle({"Records": [record]}, None) == {"batchItemFailures": []}
