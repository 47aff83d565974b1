"""10. What the account was billed in the last week, by service; run it a week after the deployment, while nobody sends."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.benchmarks.figures import Figure
from tests.cloud.lab import Lab
from tests.cloud.purse import BILL_CALL

DAYS: Final = 7
MONTH: Final = 30
IDLE: Final = 1.2  # dollars a month that docs/deploy.md promises where nothing is sent and watched, with storage's cents


def measure(lab: Lab) -> list[Figure]:
    """Ask Cost Explorer, which must have been opened in the console a day before. It knows the whole account."""
    lab.purse.pay(BILL_CALL, "a call of Cost Explorer")
    today = datetime.now(UTC).date()
    answer = lab.installation.session.client("ce", region_name="us-east-1").get_cost_and_usage(
        TimePeriod={"Start": str(today - timedelta(days=DAYS)), "End": str(today)},
        Granularity="DAILY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
    )
    services = defaultdict[str, float](float)
    for day in answer["ResultsByTime"]:
        for group in day["Groups"]:
            services[group["Keys"][0]] += float(group["Metrics"]["UnblendedCost"]["Amount"])
    for service, dollars in sorted(services.items(), key=lambda each: -each[1]):
        print(f"{dollars:10.4f}  {service}")
    whole = sum(services.values())
    return [Figure("bill_month", whole / DAYS * MONTH, f"dollars a month, as the last {DAYS} days were", most=IDLE)]
