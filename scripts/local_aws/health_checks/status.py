"""The status of every health check, from what the checkers, the other checks and the alarms say.

Contract: HealthCheckConfig in Route 53's API Reference.
- A disabled check counts as healthy; only inverting it makes it unhealthy.
- A calculated check is healthy when at least `health_threshold` children are; children that do not exist
  count for nothing.
- A check of an alarm follows it. Without enough data it is as `insufficient_data` says, and the last known
  status of one that never had data is healthy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from local_aws.health_checks.checker import Checker, considered_healthy
from local_aws.health_checks.config import Alarm, HealthCheck


class AlarmState(StrEnum):
    """What the data of an alarm's metric says."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Statuses:
    """Answers whether a health check is healthy.

    checks and checkers: by health check id, as they are at the time of each question. alarm_state: what
    an alarm's data says at present; INSUFFICIENT_DATA for an alarm that does not exist.
    """

    def __init__(
        self,
        checks: Callable[[], Mapping[str, HealthCheck]],
        checkers: Callable[[str], list[Checker]],
        alarm_state: Callable[[Alarm], AlarmState],
    ) -> None:
        self._checks = checks
        self._checkers = checkers
        self._alarm_state = alarm_state
        self._last_known: dict[str, bool] = {}

    def is_healthy(self, health_check_id: str) -> bool:
        """The status that DNS goes by; healthy for an id that is no health check's (any more)."""
        check = self._checks().get(health_check_id)
        return check is None or self._status(check)

    def healthy_children(self, check: HealthCheck) -> int:
        """How many children of a calculated check are healthy."""
        children = (self._checks().get(child) for child in check.children)
        # A calculated check cannot watch another one, so this goes one step deep.
        return sum(self._status(child) for child in children if child and child.type != "CALCULATED")

    def observe(self) -> None:
        """Note what the alarms say now, for when their data runs out. Call it again and again."""
        checks = self._checks()
        for health_check_id, check in checks.items():
            if check.alarm and not check.disabled:
                self._of_alarm(check)
            elif health_check_id in self._last_known:
                del self._last_known[health_check_id]
        self._last_known = {key: value for key, value in self._last_known.items() if key in checks}

    def _status(self, check: HealthCheck) -> bool:
        return (check.disabled or self._measured(check)) != check.inverted

    def _measured(self, check: HealthCheck) -> bool:
        if check.type == "CALCULATED":
            return self.healthy_children(check) >= check.health_threshold
        if check.alarm:
            return self._of_alarm(check)
        # The local AWS has no routing controls, so one of type RECOVERY_CONTROL is off, as a new one is.
        return check.monitors_endpoint and considered_healthy(self._checkers(check.id))

    def _of_alarm(self, check: HealthCheck) -> bool:
        assert check.alarm  # noqa: S101 - for the type checker
        state = self._alarm_state(check.alarm)
        if state is not AlarmState.INSUFFICIENT_DATA:
            self._last_known[check.id] = state is AlarmState.OK
            return state is AlarmState.OK
        if check.insufficient_data == "LastKnownStatus":
            return self._last_known.get(check.id, True)
        return check.insufficient_data == "Healthy"
