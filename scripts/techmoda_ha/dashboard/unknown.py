"""What a widget says of lines and alarms that nobody could be asked for."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Sequence

from techmoda_ha.dashboard.data import AlarmState, Line

NAMED = 3  # lines by name; more are counted


def reasons(told: Sequence[Line | AlarmState]) -> tuple[str, ...]:
    """Return why some of it is unknown, each reason once."""
    return tuple(dict.fromkeys(one.unknown for one in told if one.unknown))


def nothing_known(told: Sequence[Line | AlarmState]) -> str:
    """Return what a widget says in place of its content when all of it is unknown; "" when some is known."""
    if not told or not all(one.unknown for one in told):
        return ""
    return "\n".join(f"unknown ({why})" for why in reasons(told))


def unknown_lines(lines: Sequence[Line], width: int) -> str:
    """Return which lines of a graph are unknown and why, in rows of so many characters; "" when none is."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if line.unknown:
            by_reason[line.unknown].append(line.label)
    said = (f"{_some(labels)}: unknown ({why})" for why, labels in by_reason.items())
    return "\n".join(textwrap.fill(one, width) for one in said)


def _some(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(labels[:NAMED]) + more
