"""A throttled table: raise the minimum that autoscaling keeps, and let it return by itself.

Autoscaling follows the use only after two minutes, and while a table is throttled its use does not even
show the whole demand. The return is a scheduled action of Application Auto Scaling, laid down before the
minimum is raised: whatever becomes of the responder, the raise ends. The action also keeps what the minimum
was, so that a second raise does not take the first one for the usual state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from common.clock import Clock, rfc3339
from incident_responder.decisions import Act, Decision, Done, Leave, Report
from incident_responder.incidents import Incident
from incident_responder.playbooks.aws import aws_errors_as

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "raise-capacity"
RETURN_ACTION = "incident-return"
# Two actions of one target at the same time would be in no order.
AHEAD_OF_OTHERS = timedelta(minutes=1)
UNITS = {"read": "Read", "write": "Write"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Which throughput is raised: the table's own, or an index's."""

    table: str
    throughput: str  # read or write
    index: str = ""
    factor: float = 2.0
    hold_minutes: int = 60

    def __post_init__(self) -> None:
        if self.throughput not in UNITS:
            raise ValueError('throughput must be "read" or "write"')
        if not 1 < self.factor <= 10:
            raise ValueError("factor must be over 1 and at most 10")
        if self.hold_minutes < 1:
            raise ValueError("hold_minutes must be at least 1")

    @property
    def resource_id(self) -> str:
        """Return the scalable target's resource."""
        return f"table/{self.table}" + (f"/index/{self.index}" if self.index else "")

    @property
    def dimension(self) -> str:
        """Return the scalable target's dimension."""
        return f"dynamodb:{'index' if self.index else 'table'}:{UNITS[self.throughput]}CapacityUnits"


@dataclass(frozen=True, slots=True)
class Limits:
    """How the target is: its limits, the units it has, and what is scheduled for it."""

    minimum: int
    maximum: int
    units: int
    usual_minimum: int | None  # what a pending return would put back
    next_change: datetime | None  # the first action of somebody else's


@dataclass(frozen=True, slots=True)
class Raise:
    """What is to be done: the new minimum, and the one that comes back, and when."""

    minimum: int
    usual_minimum: int
    until: datetime


def decide(limits: Limits, parameters: Parameters, now: datetime) -> Raise | str:
    """Return the raise, or in words why there can be none."""
    wanted = min(limits.maximum, math.ceil(max(limits.minimum, limits.units) * parameters.factor))
    if wanted <= limits.minimum:
        return (
            f"{parameters.throughput}s of {parameters.resource_id} are throttled, and their minimum is at "
            f"the maximum of {limits.maximum} units already: raise the maximum"
        )
    until = now + timedelta(minutes=parameters.hold_minutes)
    if limits.next_change is not None:
        until = min(until, limits.next_change - AHEAD_OF_OTHERS)
    if until <= now + AHEAD_OF_OTHERS:
        return f"a scheduled action changes the limits of {parameters.resource_id} within two minutes"
    usual = limits.minimum if limits.usual_minimum is None else limits.usual_minimum
    return Raise(wanted, usual, until)


class RaiseCapacity:
    """The playbook for one table or index."""

    name = NAME

    def __init__(
        self,
        parameters: Parameters,
        scaling: ApplicationAutoScalingClient,
        dynamodb: DynamoDBClient,
        clock: Clock,
    ) -> None:
        self._parameters = parameters
        self._resource = f"{parameters.resource_id}:{parameters.throughput}"
        self._scaling = scaling
        self._dynamodb = dynamodb
        self._clock = clock

    @classmethod
    def build(cls, parameters: Parameters, clients: Callable[[str], Any], clock: Clock) -> RaiseCapacity:
        """Return the playbook with clients of its own."""
        return cls(parameters, clients("application-autoscaling"), clients("dynamodb"), clock)

    def resource_of(self, incident: Incident) -> str:
        """Return the throughput that is raised."""
        del incident  # It is the same for every incident.
        return self._resource

    def assess(self, incident: Incident) -> Decision:
        """Decide how far to raise the minimum. Raises PlaybookError."""
        del incident  # That the alarm went off is all that it says.
        limits = self._limits()
        if limits is None:
            return Leave(f"{self._resource} is not autoscaled")
        decided = decide(limits, self._parameters, self._clock.now())
        if isinstance(decided, str):
            return Report(decided, {"minimum": limits.minimum, "maximum": limits.maximum})
        summary = (
            f"raise the minimum of {self._resource} from {limits.minimum} to {decided.minimum} units "
            f"(maximum {limits.maximum}) until {rfc3339(decided.until)}, then back to {decided.usual_minimum}"
        )
        return Act(summary, lambda: self._raise(decided, limits))

    def _limits(self) -> Limits | None:
        target = self._target()
        with aws_errors_as("the limits of autoscaling cannot be read"):
            found = self._scaling.describe_scalable_targets(
                ServiceNamespace="dynamodb",
                ResourceIds=[self._parameters.resource_id],
                ScalableDimension=target["ScalableDimension"],
            )["ScalableTargets"]
            if not found:
                return None
            actions = self._scaling.describe_scheduled_actions(**target)["ScheduledActions"]
            table = self._dynamodb.describe_table(TableName=self._parameters.table)["Table"]
        ahead = {one["ScheduledActionName"]: one for one in actions if self._is_ahead(one)}
        own = ahead.pop(RETURN_ACTION, None)
        others = [moment for one in ahead.values() if (moment := once_at(one["Schedule"])) is not None]
        return Limits(
            minimum=found[0]["MinCapacity"],
            maximum=found[0]["MaxCapacity"],
            units=self._units(table),
            usual_minimum=None if own is None else own["ScalableTargetAction"]["MinCapacity"],
            next_change=min(others, default=None),
        )

    def _target(self) -> Any:
        return {
            "ServiceNamespace": "dynamodb",
            "ResourceId": self._parameters.resource_id,
            "ScalableDimension": self._parameters.dimension,
        }

    def _is_ahead(self, action: Any) -> bool:
        moment = once_at(action["Schedule"])
        return moment is not None and moment > self._clock.now()

    def _units(self, table: Any) -> int:
        indexes = {one["IndexName"]: one for one in table.get("GlobalSecondaryIndexes", [])}
        holder = indexes.get(self._parameters.index, {}) if self._parameters.index else table
        units = holder.get("ProvisionedThroughput", {})
        return int(units.get(f"{UNITS[self._parameters.throughput]}CapacityUnits", 0))

    def _raise(self, decided: Raise, limits: Limits) -> Done:
        target = self._target()
        with aws_errors_as(f"the minimum of {self._resource} could not be raised"):
            # The way back first: a raise must not outlive its reason because a call between the two failed.
            self._scaling.put_scheduled_action(
                **target,
                ScheduledActionName=RETURN_ACTION,
                Schedule=f"at({decided.until.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
                Timezone="UTC",
                ScalableTargetAction={"MinCapacity": decided.usual_minimum},
            )
            self._scaling.register_scalable_target(**target, MinCapacity=decided.minimum)
        return Done(
            f"raised the minimum of {self._resource} from {limits.minimum} to {decided.minimum} units until "
            f"{rfc3339(decided.until)}; then it returns to {decided.usual_minimum}",
            {
                "minimum_before": limits.minimum,
                "minimum": decided.minimum,
                "maximum": limits.maximum,
                "returns_to": decided.usual_minimum,
                "returns_at": rfc3339(decided.until),
            },
        )


def once_at(schedule: str) -> datetime | None:
    """Return the moment of a one-time schedule, None of a recurring one. Ours and the events' are in UTC."""
    if not (schedule.startswith("at(") and schedule.endswith(")")):
        return None
    return datetime.fromisoformat(schedule[3:-1]).replace(tzinfo=UTC)
