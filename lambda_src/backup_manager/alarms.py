"""Alarms that watch a table, found by the table's name among their dimensions."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from backup_manager.names import MARK, suffix

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

DIMENSION = "TableName"
REPLICATION = "ReceivingRegion"  # A restored table has no replica, so nothing replicates.
MADE_BY_SCALING = "TargetTracking-"  # Autoscaling makes and deletes these by itself.
# What PutMetricAlarm takes of what DescribeAlarms tells.
_DEFINITION = (
    "ActionsEnabled", "AlarmActions", "AlarmDescription", "ComparisonOperator", "DatapointsToAlarm",
    "Dimensions", "EvaluateLowSampleCountPercentile", "EvaluationPeriods", "ExtendedStatistic",
    "InsufficientDataActions", "MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic",
    "Threshold", "ThresholdMetricId", "TreatMissingData", "Unit",
)  # fmt: skip


class TableAlarms:
    """Reads the alarms of a table, and makes them for a restored one.

    A restored table's alarm is named as the original's with the table's suffix. A field is named as the
    original's alarm, its value is the alarm's definition without the name of the table.
    """

    def __init__(self, client: CloudWatchClient) -> None:
        self._client = client

    def read(self, table: str) -> dict[str, Any]:
        """Return the definitions of the alarms of the table."""
        pages = self._client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        ending = suffix(table) if f"-{MARK}-" in table else ""
        found = {}
        for page in pages:
            for alarm in page["MetricAlarms"]:
                name = alarm["AlarmName"]
                if not name.startswith(MADE_BY_SCALING) and _watches(alarm, table):
                    found[name.removesuffix(ending)] = _definition(alarm, None)
        return found

    def apply(self, table: str, definitions: Mapping[str, Mapping[str, Any]]) -> None:
        """Make these alarms for a restored table."""
        for name, definition in definitions.items():
            alarm: Any = _definition(definition, table)
            self._client.put_metric_alarm(AlarmName=f"{name}{suffix(table)}", **alarm)


def _definition(alarm: Mapping[str, Any], table: str | None) -> dict[str, Any]:
    """Return an alarm's definition that watches the table, or none in particular."""
    definition = {
        name: copy.deepcopy(alarm[name]) for name in _DEFINITION if alarm.get(name) not in (None, [])
    }
    for dimension in _table_dimensions(definition):
        dimension["Value"] = table or ""
    return definition


def _watches(alarm: Mapping[str, Any], table: str) -> bool:
    """Whether the alarm watches the table itself, and not its replication."""
    dimensions = list(_dimensions(alarm))
    return any(one["Name"] == DIMENSION and one["Value"] == table for one in dimensions) and not any(
        one["Name"] == REPLICATION for one in dimensions
    )


def _table_dimensions(alarm: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the dimensions that name a table."""
    return (one for one in _dimensions(alarm) if one["Name"] == DIMENSION)


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the dimensions of the alarm's metric, or of those in its expression."""
    yield from alarm.get("Dimensions") or []
    for query in alarm.get("Metrics") or []:
        if "MetricStat" in query:
            yield from query["MetricStat"]["Metric"].get("Dimensions") or []
