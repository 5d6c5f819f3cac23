"""Restoring a table as it was at a moment, into a new table, to compare the live one with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.recovery.tables import Table

POLL_SECONDS = 1.0
DEADLINE_SECONDS = 6 * 3600.0  # "95 % of restores finish in under an hour" (developer guide); size decides.


@dataclass(frozen=True)
class Restoration:
    """Restores by point-in-time recovery. Actions used: RestoreTableToPointInTime, DescribeTable."""

    client: Any
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def restore(
        self, source: str, moment: int, target: str, show: Callable[[str], None] = lambda _text: None
    ) -> Table:
        """Restore `source` as of the moment (epoch seconds) into the new table `target`, and wait for it.

        A restore of that name that is under way, or done, is waited for and used, so that this can be
        repeated. The items are all that is needed, so the new table gets no indexes and on-demand capacity.
        Raises HaError.
        """
        at = datetime.fromtimestamp(moment, UTC)
        with aws_errors_as(
            f"{source} could not be restored as of {at.isoformat()}.",
            "The detail names the window that can be restored, or what else is wrong.",
        ):
            try:
                self.client.restore_table_to_point_in_time(
                    SourceTableName=source,
                    TargetTableName=target,
                    RestoreDateTime=at,
                    BillingModeOverride="PAY_PER_REQUEST",
                    GlobalSecondaryIndexOverride=[],
                    LocalSecondaryIndexOverride=[],
                )
            except self.client.exceptions.TableAlreadyExistsException:
                show(f"{target} is there already")
            self._wait(target, show)
        restored = Table.read(self.client, target)
        self._check(restored, source, at)
        return restored

    def _wait(self, target: str, show: Callable[[str], None]) -> None:
        began = self.clock()
        while self.client.describe_table(TableName=target)["Table"]["TableStatus"] != "ACTIVE":
            waited = self.clock() - began
            if waited > DEADLINE_SECONDS:
                raise HaError(f"{target} is still being restored.", "Repeat the command to wait on.")
            show(f"restoring {target}: {waited:.0f} s")
            self.sleep(POLL_SECONDS)

    def _check(self, restored: Table, source: str, at: datetime) -> None:
        """Make sure that it is a restore of that table and moment: it may be deleted afterwards."""
        summary = restored.description.get("RestoreSummary", {})
        found = summary.get("RestoreDateTime")
        is_of_source = str(summary.get("SourceTableArn", "")).endswith(f":table/{source}")
        if (
            not is_of_source
            or not isinstance(found, datetime)
            or int(found.timestamp()) != int(at.timestamp())
        ):
            raise HaError(
                f"{restored.name} is there already and is no restore of {source} as of {at.isoformat()}.",
                "Give another name: --restored-table",
            )
