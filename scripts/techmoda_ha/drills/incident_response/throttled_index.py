"""Somebody has lowered the index's throughput by hand: lists by category are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from techmoda_ha.drills.backup_restore.goods import Shelf, new_items
from techmoda_ha.drills.incident_response.load import Load
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site, outcome_objection
from techmoda_ha.errors import HaError

UNITS = 1
# One query reads this much: 8 x 32 KB, eventually consistent, are 32 units.
ITEMS, ITEM_BYTES = 8, 32_000
THREADS, RATE = 1, 1.25
RETURN_ACTION = "incident-return"  # lambda_src/incident_responder/playbooks/raise_capacity.py
RETURN_AFTER = timedelta(seconds=15)
RETURN_DEADLINE_SECONDS = 90.0


@dataclass
class ThrottledIndex:
    """The scenario."""

    site: Site
    name: str = "throttled-index"
    metrics_flow: bool = True
    minimum_before: int | None = None
    returned_seconds: float | None = None
    _units_before: dict[str, int] | None = None
    _load: Load | None = None
    _items: list[str] = field(default_factory=list)

    @property
    def responder(self) -> Responder:
        """Return the region's responder."""
        return self.site.responder

    @property
    def _found(self) -> tuple[str, Any]:
        for alarm, parameters in self.responder.alarms_of("raise-capacity").items():
            if parameters.get("index") and parameters["throughput"] == "read":
                return alarm, parameters
        return "", {}

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return the alarm on refused reads of the index."""
        return (self._found[0],) if self._found[0] else ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the same."""
        return self.alarms

    @property
    def _target(self) -> dict[str, str]:
        _, parameters = self._found
        return {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{parameters['table']}/index/{parameters['index']}",
            "ScalableDimension": "dynamodb:index:ReadCapacityUnits",
        }

    def describe(self) -> str:
        """Say what it does."""
        _, parameters = self._found
        return f"lower the read capacity of {parameters.get('index')} to {UNITS} and query it"

    def lacks(self) -> str:
        """There must be an alarm, and the index be autoscaled."""
        if not self.alarms:
            return "no alarm leads to the playbook raise-capacity for the index's reads"
        return "" if self._minimum() is not None else f"{self._target['ResourceId']} is not autoscaled"

    def unready(self) -> str:
        """No raise may be under way."""
        return "a raise of its minimum is under way" if self._actions() else ""

    def cause(self) -> None:
        """Write large items, lower the throughput, and query."""
        _, parameters = self._found
        dynamodb, category = self.site.client("dynamodb"), self.site.stage.category
        self.minimum_before = self._minimum()
        with self.site.errors("Lowering the throughput"):
            made = new_items(ITEMS, f"{category}-large", "drill incident")
            self._items = list(made)
            large = [{**item, "padding": {"S": "x" * ITEM_BYTES}} for item in made.values()]
            for item in large:
                dynamodb.put_item(TableName=parameters["table"], Item=item)
            self._units_before = self._throughput()
            self._set_throughput({**self._units_before, "ReadCapacityUnits": UNITS})
        self._load = Load(self._query, THREADS, RATE)
        self._load.start()

    def is_detected(self) -> bool:
        """The alarm is on."""
        return self.site.alarms.in_alarm(self.alarms)

    def objection(self, response: Response) -> str:
        """It must have raised the minimum and laid down its return."""
        if objection := outcome_objection(response, "acted"):
            return objection
        if response.details.get("returns_to") != self.minimum_before:
            return (
                f"the minimum would return to {response.details.get('returns_to')}, not {self.minimum_before}"
            )
        return "" if self._actions() else "no scheduled action brings the minimum back"

    def mend(self) -> None:
        """Nothing: the responder has done it."""

    def has_recovered(self) -> bool:
        """Queries are answered, by a capacity that is at least the raised minimum."""
        with self.site.errors("Reading the throughput"):
            units = self._throughput()["ReadCapacityUnits"]
        return bool(self._load and self._load.is_well() and units >= (self._minimum() or 0))

    def bring_return_forward(self) -> None:
        """Let the scheduled return, due within the hour, happen now; raise HaError when it does not."""
        clock, sleep = self.site.stage.clock, self.site.stage.sleep
        if self._load:
            self._load.stop()
        at = datetime.now(UTC) + RETURN_AFTER
        with self.site.errors("Bringing the return forward"):
            self.site.client("application-autoscaling").put_scheduled_action(
                **self._target, ScheduledActionName=RETURN_ACTION, Schedule=f"at({at:%Y-%m-%dT%H:%M:%S})",
                Timezone="UTC",
            )  # fmt: skip
        began = clock()
        while self._minimum() != self.minimum_before:
            if clock() - began > RETURN_DEADLINE_SECONDS:
                raise HaError("The raised minimum did not return.", "See its scheduled action.")
            sleep(0.5)
        self.returned_seconds = clock() - began

    def undo(self) -> None:
        """Put minimum and throughput back, and delete the return and the items."""
        if self._load:
            self._load.stop()
            self._load = None
        scaling = self.site.client("application-autoscaling")
        with self.site.errors("Putting the throughput back"):
            if self.minimum_before is not None and self._minimum() != self.minimum_before:
                scaling.register_scalable_target(**self._target, MinCapacity=self.minimum_before)
            if self._units_before:
                for action in self._actions():
                    scaling.delete_scheduled_action(**self._target, ScheduledActionName=action)
                self._set_throughput(self._units_before)
                self._units_before = None
            if self._items:
                Shelf(self.site.client("dynamodb"), self._found[1]["table"]).delete(self._items)
                self._items = []

    def _query(self) -> bool:
        _, parameters = self._found
        try:
            self.site.client("dynamodb").query(
                TableName=parameters["table"], IndexName=parameters["index"],
                KeyConditionExpression="category = :category",
                ExpressionAttributeValues={":category": {"S": f"{self.site.stage.category}-large"}},
            )  # fmt: skip
        except ClientError:
            return False
        return True

    def _minimum(self) -> int | None:
        with self.site.errors("Reading the limits"):
            found = self.site.client("application-autoscaling").describe_scalable_targets(
                ServiceNamespace="dynamodb", ResourceIds=[self._target["ResourceId"]],
                ScalableDimension=self._target["ScalableDimension"],
            )["ScalableTargets"]  # fmt: skip
        return int(found[0]["MinCapacity"]) if found else None

    def _actions(self) -> list[str]:
        """Return the return action, if it lies ahead."""
        with self.site.errors("Reading the scheduled actions"):
            scaling = self.site.client("application-autoscaling")
            found = scaling.describe_scheduled_actions(**self._target)["ScheduledActions"]
        return [one["ScheduledActionName"] for one in found if one["ScheduledActionName"] == RETURN_ACTION]

    def _throughput(self) -> dict[str, int]:
        _, parameters = self._found
        table = self.site.client("dynamodb").describe_table(TableName=parameters["table"])["Table"]
        indexes = {one["IndexName"]: one["ProvisionedThroughput"] for one in table["GlobalSecondaryIndexes"]}
        found = indexes[parameters["index"]]
        return {name: int(found[name]) for name in ("ReadCapacityUnits", "WriteCapacityUnits")}

    def _set_throughput(self, units: dict[str, int]) -> None:
        _, parameters = self._found
        if units == self._throughput():
            return
        dynamodb = self.site.client("dynamodb")
        update = {"IndexName": parameters["index"], "ProvisionedThroughput": units}
        dynamodb.update_table(TableName=parameters["table"], GlobalSecondaryIndexUpdates=[{"Update": update}])
        dynamodb.get_waiter("table_exists").wait(TableName=parameters["table"])
