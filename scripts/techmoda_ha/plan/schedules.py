"""How far apart the runs of a schedule expression are, at most."""

from __future__ import annotations

import re

RATE = re.compile(r"^rate\((\d+) (minute|hour|day)s?\)$")
CRON = re.compile(r"^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$")
HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0}
DAY, WEEK, MONTH = 24.0, 7 * 24.0, 31 * 24.0
ANY_DAY = {"*", "?"}


def hours_between(expression: str) -> float | None:
    """Return the hours between two runs of a rate(…) or cron(…) expression; None when this cannot tell.

    Read are runs at one minute of every hour, of every n-th hour or of one hour, on every day, on given
    days of the week or on one day of the month.
    """
    if match := RATE.match(expression):
        return int(match[1]) * HOURS[match[2]]
    match = CRON.match(expression)
    if not match or not match[1].isdigit() or match[4] != "*" or match[6] != "*":
        return None
    hour, day, weekday = match[2], match[3], match[5]
    if day in ANY_DAY and weekday in ANY_DAY:
        return _within_a_day(hour)
    if not hour.isdigit():
        return None
    if day in ANY_DAY and re.fullmatch(r"[A-Z]{3}|[1-7]", weekday):
        return WEEK
    return MONTH if day.isdigit() and weekday in ANY_DAY else None


def _within_a_day(hour: str) -> float | None:
    if hour == "*":
        return 1.0
    if match := re.fullmatch(r"(?:\*|0)/(\d+)", hour):
        return float(match[1]) or None
    return DAY if hour.isdigit() else None
