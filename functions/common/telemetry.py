"""Log lines and metrics. EFFECT: writes to standard output, which CloudWatch reads.

Every value of a metric's dimension is billed as a metric of its own, so dimensions are service and stage only; video id, rev and
unit stand in the log line.
"""

from collections.abc import Mapping

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.common.settings import PREFIX

NAMESPACE = PREFIX.strip("_").lower()


class CloudWatch:
    """Telemetry as JSON lines and embedded metrics, by aws-lambda-powertools."""

    def __init__(self, stage: str, environment: Mapping[str, str]) -> None:
        self._logger = Logger(service=stage, level=environment.get("POWERTOOLS_LOG_LEVEL", "INFO"))
        self._metrics = Metrics(namespace=NAMESPACE, service=stage)

    def tell(self, what: str, **fields: object) -> None:
        """Write one line."""
        self._logger.info(what, extra=fields)

    def alarm(self, what: str, **fields: object) -> None:
        """Write one line with the exception that is being handled, and count a failure."""
        self._logger.error(what, extra=fields, exc_info=True)  # noqa: LOG014  # called with and without an exception
        self.count("Failures")

    def count(self, metric: str, value: float = 1) -> None:
        """Count something, and write the count at once: an invocation may be killed."""
        self._metrics.add_metric(metric, MetricUnit.Count, value)
        self._metrics.flush_metrics()
