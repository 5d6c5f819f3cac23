"""Putting a restored table away: the table, its autoscaling and its alarms. The original cannot be named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.backups.erasing import RESTORED_MARK
from techmoda_ha.errors import HaError


@dataclass(frozen=True)
class Discarder:
    """Deletes tables that were restored in one region. `clients` makes clients of a service there."""

    clients: Callable[[str], Any]
    original: str

    def discard(self, table: str) -> None:
        """Delete a restored table; raise HaError when it is none, or could not be deleted."""
        ending = table.removeprefix(self.original)
        if ending == table or not ending.startswith(RESTORED_MARK):
            raise HaError(
                f"{table} was not restored from {self.original}; nothing was touched.",
                "See which tables were: ha backup status",
            )
        with aws_errors_as(f"{table} could not be deleted.", "Check region and rights, then repeat."):
            dynamodb = self.clients("dynamodb")
            if dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
                dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
                dynamodb.get_waiter("table_exists").wait(TableName=table)
            self._stop_scaling(table)
            self._delete_alarms(ending)
            dynamodb.delete_table(TableName=table)

    def _stop_scaling(self, table: str) -> None:
        scaling = self.clients("application-autoscaling")
        pages = scaling.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="dynamodb")
        members = ("ServiceNamespace", "ResourceId", "ScalableDimension")
        for target in [one for page in pages for one in page["ScalableTargets"]]:
            if f"{target['ResourceId']}/".startswith(f"table/{table}/"):
                scaling.deregister_scalable_target(**{name: target[name] for name in members})

    def _delete_alarms(self, ending: str) -> None:
        cloudwatch = self.clients("cloudwatch")
        pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        names = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
        if copies := [name for name in names if name.endswith(ending)]:
            cloudwatch.delete_alarms(AlarmNames=copies)
