"""The tables that the drill restores beside the live one, and deletes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.stage import Stage
from techmoda_ha.errors import HaError
from techmoda_ha.recovery.restoring import Restoration
from techmoda_ha.recovery.tables import Table

PITR_DEADLINE_SECONDS = 600.0  # AWS: the latest restorable time is typically five minutes ago.

Until = Callable[[Callable[[], bool], float, str], bool]
"""Waits until a condition holds, for so many seconds at most, and tells whether it did."""


@dataclass
class Restores:
    """Restores of the stage's table. `names` are those that are there."""

    stage: Stage
    names: list[str] = field(default_factory=list)

    def restore(self, moment: int, until: Until, show: Callable[[str], None]) -> Table:
        """Restore the table as of the moment (epoch seconds), once that can be; raise HaError."""
        region = self.stage.primary
        self._wait_until_restorable(moment, until)
        name = f"{region.table_name}-as-of-{moment}"
        self.names.append(name)
        restoration = Restoration(self._client(), sleep=self.stage.sleep)
        return restoration.restore(region.table_name, moment, name, show)

    def delete(self) -> None:
        """Delete all of them; raise HaError."""
        while self.names:
            with aws_errors_as(f"The table {self.names[-1]} could not be deleted.", "Delete it by hand."):
                self._client().delete_table(TableName=self.names[-1])
            self.names.pop()

    def _wait_until_restorable(self, moment: int, until: Until) -> None:
        client, table = self._client(), self.stage.primary.table_name

        def is_restorable() -> bool:
            described = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
            latest: datetime = described["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"]
            return latest.timestamp() >= moment

        with aws_errors_as("The table's point-in-time recovery could not be read.", "Check your rights."):
            if not until(is_restorable, PITR_DEADLINE_SECONDS, "the moment is to be restorable"):
                raise HaError(
                    "The moment before the damage does not become restorable.", "Look at the table."
                )

    def _client(self) -> Any:
        return self.stage.clients("dynamodb", self.stage.primary.name)
