"""When scheduled actions are due.

Contract: Application Auto Scaling user guide, "Schedule recurring scaling actions using cron expressions":
at(yyyy-mm-ddThh:mm:ss), rate(value unit) and cron(six fields), in the action's time zone, UTC by default.
Instants are real ones at any pace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import eventbridge

_UNITS = {"minute": 60, "hour": 3600, "day": 86_400}


def is_due(action: Mapping[str, Any], last: float, now: float) -> bool:
    """Whether the action fires after `last` and not after `now` (epoch seconds).

    An action outside its StartTime and EndTime does not fire.
    """
    if now < _epoch(action.get("StartTime"), 0.0) or now > _epoch(action.get("EndTime"), now):
        return False
    fires = next_fire(action, last)
    return fires is not None and last < fires <= now


def next_fire(action: Mapping[str, Any], after: float) -> float | None:
    """When the action first fires after a time, or None when it never does."""
    schedule, zone = action["Schedule"], ZoneInfo(action.get("Timezone") or "UTC")
    if found := re.fullmatch(r"at\((.+)\)", schedule):
        fires = datetime.fromisoformat(found[1]).replace(tzinfo=zone).timestamp()
        return fires if fires > after else None
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule):
        period = int(found[1]) * _UNITS[found[2]]
        begin = _epoch(action.get("StartTime"), float(action["CreationTime"]))
        return begin + (max(0.0, after - begin) // period + 1) * period
    fields = eventbridge._parse_cron_fields(schedule)
    if fields is None:
        return None
    # MiniStack's walk is by calendar fields alone, so it is given the zone's wall clock as if it were UTC.
    local = datetime.fromtimestamp(after, zone).replace(tzinfo=UTC)
    walked = eventbridge._cron_next_fire(fields, local)
    return None if walked is None else float(walked.replace(tzinfo=zone).timestamp())


def _epoch(value: Any, default: float) -> float:
    return default if value is None else float(value)
