"""The alarms of a drill: their states, and periods that are shortened for its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as

# What DescribeAlarms says and PutMetricAlarm takes.
_SETTINGS = (
    "AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions",
    "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit",
    "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData",
    "EvaluateLowSampleCountPercentile", "Metrics", "ThresholdMetricId",
)  # fmt: skip


def settings_of(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what PutMetricAlarm takes to make the same alarm."""
    found = {name: described[name] for name in _SETTINGS if described.get(name) not in (None, "")}
    if found.get("Metrics"):
        # A metric of its own and metric math exclude each other.
        for name in (
            "MetricName",
            "Namespace",
            "Statistic",
            "ExtendedStatistic",
            "Dimensions",
            "Period",
            "Unit",
        ):
            found.pop(name, None)
    else:
        found.pop("Metrics", None)
    return found


def with_period(settings: Mapping[str, Any], seconds: int) -> dict[str, Any]:
    """Return an alarm's settings with another period throughout."""
    changed = dict(settings)
    if "Period" in changed:
        changed["Period"] = seconds
    changed["Metrics"] = [
        {**one, "MetricStat": {**one["MetricStat"], "Period": seconds}} if "MetricStat" in one else one
        for one in settings.get("Metrics", [])
    ]
    return changed if changed["Metrics"] else {key: changed[key] for key in changed if key != "Metrics"}


@dataclass
class Alarms:
    """The alarms of one region. `client` is a CloudWatch client of it."""

    client: Any
    _before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def states(self, names: Iterable[str]) -> dict[str, str]:
        """Return the state of each of these alarms that exists; raise HaError."""
        return {name: str(one["StateValue"]) for name, one in self._described(names).items()}

    def in_alarm(self, names: Iterable[str]) -> bool:
        """Tell whether one of them is in ALARM; raise HaError."""
        return "ALARM" in self.states(names).values()

    def hasten(self, names: Iterable[str], seconds: int) -> None:
        """Give them shorter periods; raise HaError."""
        for name, described in self._described(names).items():
            settings = settings_of(described)
            self._before.setdefault(name, settings)
            with self._errors():
                self.client.put_metric_alarm(**with_period(settings, seconds))

    def restore(self) -> None:
        """Give them back the periods that they had; raise HaError."""
        while self._before:
            name = next(iter(self._before))
            with self._errors():
                self.client.put_metric_alarm(**self._before[name])
            del self._before[name]

    def _described(self, names: Iterable[str]) -> dict[str, Any]:
        wanted = sorted(names)
        if not wanted:
            return {}  # Asked for none, CloudWatch describes them all.
        with self._errors():
            found = self.client.describe_alarms(AlarmNames=wanted)["MetricAlarms"]
        return {one["AlarmName"]: one for one in found}

    def _errors(self) -> Any:
        return aws_errors_as("CloudWatch's alarms could not be handled.", "Check your rights, then repeat.")
