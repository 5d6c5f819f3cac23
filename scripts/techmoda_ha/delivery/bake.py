"""The bake: after a release its region's alarms are watched; one that goes off ends the release."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError, ViolationError

POLL_SECONDS = 10.0
NAMES_PER_CALL = 100  # DescribeAlarms' limit


@dataclass(frozen=True)
class AlarmWatch:
    """Watches alarms by name. `client` is a CloudWatch client of their region."""

    client: Any
    names: Sequence[str]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def bake(self, seconds: float) -> list[str]:
        """Watch for that long; return those in alarm already, for they say nothing of this release.

        Raises ViolationError as soon as another one goes off, and HaError when there is nothing to watch.
        """
        known = self.ringing()
        deadline = self.clock() + seconds
        while (left := deadline - self.clock()) > 0:
            self.sleep(min(POLL_SECONDS, left))
            if fresh := sorted(self.ringing() - known):
                raise ViolationError(
                    f"Raised after the release: {', '.join(fresh)}.",
                    "Roll back (ha rollback), then read the runbook that the alarm names.",
                )
        return sorted(known)

    def ringing(self) -> set[str]:
        """Return the alarms that are in state ALARM."""
        if not self.names:
            raise HaError("There is no alarm to watch.", "Deploy the monitoring first: make apply ENV=…")
        found: dict[str, str] = {}
        with aws_errors_as("The alarms could not be read.", "Check the credentials and the region."):
            for start in range(0, len(self.names), NAMES_PER_CALL):
                some = list(self.names[start : start + NAMES_PER_CALL])
                answer = self.client.describe_alarms(
                    AlarmNames=some, AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=NAMES_PER_CALL
                )
                for kind in ("MetricAlarms", "CompositeAlarms"):
                    found |= {one["AlarmName"]: one["StateValue"] for one in answer.get(kind, [])}
        if missing := sorted(set(self.names) - found.keys()):
            raise HaError(f"There is no alarm {', '.join(missing)}.", "Plan the environment: is it whole?")
        return {name for name, state in found.items() if state == "ALARM"}
