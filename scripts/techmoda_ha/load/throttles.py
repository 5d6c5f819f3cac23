"""What AWS refused for lack of capacity in a span of time, by part, as CloudWatch counted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as

MINUTE_SECONDS = 60


@dataclass(frozen=True)
class CapacityParts:
    """The parts whose refusals are counted, by the names of their resources."""

    table: str
    index: str
    products_function: str
    authorizer_function: str

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> CapacityParts:
        """Read an environment's outputs; the index has the same name everywhere."""
        return cls(
            outputs["table_name"], "by-category",
            outputs["products_function_name"], outputs["authorizer_function_name"],
        )  # fmt: skip

    @property
    def metrics(self) -> dict[str, tuple[str, str, dict[str, str]]]:
        """Return namespace, metric and dimensions by part, named as the capacity model names them."""
        table = {"TableName": self.table}
        index = {**table, "GlobalSecondaryIndexName": self.index}
        found = {
            f"{label}_{kind.lower()}": ("AWS/DynamoDB", f"{kind}ThrottleEvents", dimensions)
            for label, dimensions in (("table", table), ("index", index))
            for kind in ("Read", "Write")
        }
        for label, name in (("products", self.products_function), ("authorizer", self.authorizer_function)):
            found[label] = ("AWS/Lambda", "Throttles", {"FunctionName": name})
        return found


def count_throttles(
    cloudwatch: Any, parts: CapacityParts, start: datetime, end: datetime
) -> dict[str, float]:
    """Return the number of refusals by part between two times; whole minutes, the last one included.

    Raises HaError when CloudWatch cannot be read.
    """
    counts = {}
    with aws_errors_as("The throttle metrics could not be read.", "Check cloudwatch:GetMetricStatistics."):
        for part, (namespace, name, dimensions) in parts.metrics.items():
            answer = cloudwatch.get_metric_statistics(
                Namespace=namespace,
                MetricName=name,
                Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
                StartTime=start.replace(second=0, microsecond=0),
                EndTime=end + timedelta(seconds=MINUTE_SECONDS),
                Period=MINUTE_SECONDS,
                Statistics=["Sum"],
            )
            counts[part] = float(sum(point["Sum"] for point in answer["Datapoints"]))
    return counts


def seconds_to_a_clean_minute(cloudwatch: Any, parts: CapacityParts, now: datetime) -> float:
    """Return how long to wait (seconds) until earlier refusals cannot be taken for those of a run.

    CloudWatch counts by whole minutes. 0 when nothing was refused in this one. Raises HaError when
    CloudWatch cannot be read.
    """
    if not any(count_throttles(cloudwatch, parts, now, now).values()):
        return 0.0
    return seconds_to_the_next_minute(now)


def seconds_to_the_next_minute(now: datetime) -> float:
    """Return how long the minute still lasts (seconds); CloudWatch counts by whole ones."""
    return MINUTE_SECONDS - now.second - now.microsecond / 1e6
