"""What of the deployment a surge strains: its limits as they are, and changing them for a drill.

Everything that `narrow` changed is put back by `restore`, which may be called again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.capacity.configuration import TABLE_PARTS
from techmoda_ha.capacity.weakness import LOW_CONCURRENCY, Weakness, low_limits, low_throttle
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.errors import HaError
from techmoda_ha.load.throttles import CapacityParts

OVER_TARGET, BELOW_TARGET = "AlarmHigh", "AlarmLow"
"""As Application Auto Scaling names the alarms of a policy. The second one fires whenever it is quiet."""

Limits = tuple[int, int]


@dataclass
class Ground:
    """The primary region's table, functions and stage, by AWS clients of that region."""

    parts: CapacityParts
    api_id: str
    stage: str
    alarms: tuple[str, ...]
    clients: Callable[[str], Any]
    _undo: list[Callable[[], None]] = field(default_factory=list)
    _tracking: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any], clients: Callable[[str], Any]) -> Ground:
        """Read the primary environment's outputs."""
        return cls(
            CapacityParts.from_outputs(outputs), outputs["rest_api_id"], outputs["stage_name"],
            tuple(outputs["alarm_names"]), clients,
        )  # fmt: skip

    def dimension(self, part: str) -> dict[str, str]:
        """Return the scalable target of one of the capacity model's TABLE_PARTS."""
        holder, _, kind = part.partition("_")
        index = f"/index/{self.parts.index}" if holder == "index" else ""
        return {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{self.parts.table}{index}",
            "ScalableDimension": f"dynamodb:{holder}:{kind.capitalize()}CapacityUnits",
        }

    def limits(self) -> dict[str, Limits]:
        """Return minimum and maximum by part; raise HaError when a part is not scaled."""
        scaling = self.clients("application-autoscaling")
        found = {}
        with aws_errors_as("The limits of autoscaling could not be read.", "Check your rights."):
            for part in TABLE_PARTS:
                wanted = self.dimension(part)
                answer = scaling.describe_scalable_targets(
                    ServiceNamespace="dynamodb", ResourceIds=[wanted["ResourceId"]],
                    ScalableDimension=wanted["ScalableDimension"],
                )  # fmt: skip
                for one in answer["ScalableTargets"]:
                    found[part] = (int(one["MinCapacity"]), int(one["MaxCapacity"]))
        if missing := set(TABLE_PARTS) - found.keys():
            raise HaError(
                f"Nothing scales {', '.join(sorted(missing))}: there is no surge of autoscaling to see.",
                "The drill needs capacity.mode = provisioned (modules/dynamodb-ha).",
            )
        return found

    def capacities(self) -> dict[str, int]:
        """Return the units a second that each part has now."""
        table = self.clients("dynamodb").describe_table(TableName=self.parts.table)["Table"]
        index = next(one for one in table["GlobalSecondaryIndexes"] if one["IndexName"] == self.parts.index)
        holders = {"table": table, "index": index}
        return {
            part: int(
                holders[part.partition("_")[0]]["ProvisionedThroughput"][
                    f"{part.partition('_')[2].capitalize()}CapacityUnits"
                ]
            )
            for part in TABLE_PARTS
        }

    def policies(self, part: str) -> list[Mapping[str, Any]]:
        """Return the scaling policies of a part; raise HaError when they cannot be read."""
        wanted = self.dimension(part)
        with aws_errors_as("The scaling policies could not be read.", "Check your rights."):
            answer = self.clients("application-autoscaling").describe_scaling_policies(
                ServiceNamespace="dynamodb", ResourceId=wanted["ResourceId"],
                ScalableDimension=wanted["ScalableDimension"],
            )  # fmt: skip
        found: list[Mapping[str, Any]] = answer["ScalingPolicies"]
        return found

    def tracking_alarms(self) -> dict[str, str]:
        """Return the names of the alarms by which target tracking acts, each with what to call it."""
        if not self._tracking:
            names = {
                alarm["AlarmName"]: part
                for part in TABLE_PARTS
                for policy in self.policies(part)
                for alarm in policy.get("Alarms", ())
            }
            self._tracking = {
                name: f"{part} {kind}"
                for name, part in names.items()
                for kind in (OVER_TARGET, BELOW_TARGET)
                if f"-{kind}-" in name
            }
        return self._tracking

    def firing(self) -> set[str]:
        """Return the alarms of the deployment and of its autoscaling that are in ALARM."""
        pages = self.clients("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
        kinds = ("MetricAlarms", "CompositeAlarms")
        names = {one["AlarmName"] for page in pages for kind in kinds for one in page.get(kind, [])}
        tracking = self.tracking_alarms()
        return (names & set(self.alarms)) | {tracking[name] for name in names & tracking.keys()}

    def read_units(self, start: datetime, end: datetime) -> float:
        """Return the read units that table and index gave between two times, whole minutes."""
        table = {"TableName": self.parts.table}
        index = {**table, "GlobalSecondaryIndexName": self.parts.index}
        return sum(
            point["Sum"]
            for dimensions in (table, index)
            for point in self._points(("AWS/DynamoDB", "ConsumedReadCapacityUnits"), dimensions, start, end)
        )

    def mean_seconds(self, start: datetime, end: datetime) -> float:
        """Return the mean duration of the products function between two times; 0 when it did not run."""
        dimensions = {"FunctionName": self.parts.products_function}
        points = self._points(("AWS/Lambda", "Duration"), dimensions, start, end)
        count = sum(point["SampleCount"] for point in points)
        return sum(point["Sum"] for point in points) / count / 1000 if count else 0.0

    def _points(
        self, metric: tuple[str, str], dimensions: Mapping[str, str], start: datetime, end: datetime
    ) -> list[Mapping[str, float]]:
        with aws_errors_as("CloudWatch could not be read.", "Check cloudwatch:GetMetricStatistics."):
            answer = self.clients("cloudwatch").get_metric_statistics(
                Namespace=metric[0],
                MetricName=metric[1],
                Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
                StartTime=start.replace(second=0, microsecond=0),
                EndTime=end + timedelta(seconds=60),
                Period=60,
                Statistics=["Sum", "SampleCount"],
            )
        found: list[Mapping[str, float]] = answer["Datapoints"]
        return found

    def narrow(self, plan: SurgePlan) -> dict[str, Limits]:
        """Scale the table's limits, make the plan's weakness, and return the limits now in force."""
        usual = self.limits()
        narrowed = {part: _scaled(limits, plan.scale) for part, limits in usual.items()}
        if plan.weakness is Weakness.AUTOSCALING_MAXIMUM:
            narrowed["table_read"] = low_limits(narrowed["table_read"][0])
        if narrowed != usual:
            self._undo.append(lambda: self._set_limits(usual))
            self._set_limits(narrowed)
        if plan.weakness is Weakness.RESERVED_CONCURRENCY:
            self._narrow_concurrency()
        if plan.weakness is Weakness.STAGE_THROTTLE:
            self._narrow_throttle(plan)
        return narrowed

    def restore(self) -> None:
        """Put everything back; raise HaError when something could not be."""
        while self._undo:
            self._undo[-1]()
            self._undo.pop()

    def _set_limits(self, limits: Mapping[str, Limits]) -> None:
        scaling, database = self.clients("application-autoscaling"), self.clients("dynamodb")
        with aws_errors_as("The limits of autoscaling could not be set.", "Check your rights; then apply."):
            for part, (minimum, maximum) in limits.items():
                scaling.register_scalable_target(
                    **self.dimension(part), MinCapacity=minimum, MaxCapacity=maximum
                )
            wanted = {part: minimum for part, (minimum, _maximum) in limits.items()}
            now = self.capacities()
            change: dict[str, Any] = {"TableName": self.parts.table}
            if any(now[part] != wanted[part] for part in ("table_read", "table_write")):
                change["ProvisionedThroughput"] = _throughput(wanted, "table")
            if any(now[part] != wanted[part] for part in ("index_read", "index_write")):
                update = {
                    "IndexName": self.parts.index,
                    "ProvisionedThroughput": _throughput(wanted, "index"),
                }
                change["GlobalSecondaryIndexUpdates"] = [{"Update": update}]
            if len(change) > 1:
                database.update_table(**change)

    def _narrow_concurrency(self) -> None:
        functions, name = self.clients("lambda"), self.parts.products_function
        with aws_errors_as("The reserved concurrency could not be changed.", "Check your rights."):
            usual = functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]

            def put(number: int) -> None:
                functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=number)

            self._undo.append(lambda: put(usual))
            put(LOW_CONCURRENCY)

    def _narrow_throttle(self, plan: SurgePlan) -> None:
        gateway, path = self.clients("apigateway"), "/*/*/throttling"
        with aws_errors_as("The stage's throttle could not be changed.", "Check your rights."):
            stage = gateway.get_stage(restApiId=self.api_id, stageName=self.stage)
            usual = stage["methodSettings"]["*/*"]

            def put(rate: float, burst: int) -> None:
                changes = {f"{path}/rateLimit": f"{rate:g}", f"{path}/burstLimit": str(burst)}
                operations = [
                    {"op": "replace", "path": key, "value": value} for key, value in changes.items()
                ]
                gateway.update_stage(restApiId=self.api_id, stageName=self.stage, patchOperations=operations)

            rate, burst = usual["throttlingRateLimit"], usual["throttlingBurstLimit"]
            self._undo.append(lambda: put(rate, burst))
            put(*low_throttle(plan.scenario.peak))


def _scaled(limits: Limits, scale: float) -> Limits:
    return max(1, ceil(limits[0] * scale)), max(1, ceil(limits[1] * scale))


def _throughput(wanted: Mapping[str, int], holder: str) -> dict[str, int]:
    return {
        "ReadCapacityUnits": wanted[f"{holder}_read"], "WriteCapacityUnits": wanted[f"{holder}_write"],
    }  # fmt: skip
