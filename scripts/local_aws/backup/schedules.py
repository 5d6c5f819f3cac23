"""When a schedule fires.

Contract: a backup rule's and a restore testing plan's ScheduleExpression: "A CRON expression in UTC" or
in ScheduleExpressionTimezone, with the six fields of EventBridge's cron, at most once an hour. MiniStack
reads and walks the fields, as it does for EventBridge's own rules.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ministack.services import eventbridge

DEFAULT_EXPRESSION = "cron(0 5 ? * * *)"
DEFAULT_TIMEZONE = "Etc/UTC"


class ScheduleError(ValueError):
    """AWS refuses the schedule; the message says why."""


def check(expression: str, timezone: str) -> None:
    """Refuse an expression that is no cron, fires more than hourly or never, or an unknown time zone."""
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        raise ScheduleError(f"Invalid schedule expression: {expression}")
    if len(fields[0]) > 1:
        raise ScheduleError(f"Schedule expression must not fire more than once an hour: {expression}")
    _zone(timezone)


def next_fire(expression: str, timezone: str, after: float) -> float | None:
    """When (epoch seconds) the schedule first fires after `after`, or None. Raises ScheduleError."""
    zone = _zone(timezone)
    local = datetime.fromtimestamp(after, zone)
    # MiniStack's walk is by calendar fields alone, so it is given the zone's wall clock as if it were UTC.
    fires = eventbridge._cron_next_fire(eventbridge._parse_cron_fields(expression), local.replace(tzinfo=UTC))
    return None if fires is None else fires.replace(tzinfo=zone).timestamp()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"Unknown time zone: {name}") from error
