"""The history of alarms: changes of state with the time to the millisecond, and the actions taken.

Contract: CloudWatch API Reference, AlarmHistoryItem. MiniStack keeps whole seconds, no actions, no former
reason, and notes the creation of an alarm as a change of its state.
"""

from __future__ import annotations

import json
import time
from typing import Any

from ministack.services import cloudwatch

from local_aws.fills import Fill
from local_aws.metrics.alarm_messages import Change, history_data
from local_aws.metrics.alarm_reasons import timestamp
from local_aws.settings import Settings

# CloudWatch keeps two weeks; this bounds what a region's history takes here.
_KEPT_ITEMS = 10_000


def note_change(change: Change) -> None:
    """Note a change of state."""
    summary = f"Alarm updated from {change.previous.value} to {change.current.value}"
    _note(change.alarm["AlarmName"], change.is_composite, "StateUpdate", summary, history_data(change))


def note_action(change: Change, action: str, error: str = "") -> None:
    """Note that an action was taken, or the error that it met."""
    taken = f"Successfully executed action {action}"
    failed = f"Failed to execute action {action}. Received error: {error}"
    data = {
        "actionState": "Failed" if error else "Succeeded",
        "stateUpdateTimestamp": timestamp(change.current.at),
        "notificationResource": action,
        "error": error or None,
    }
    summary = failed if error else taken
    _note(change.alarm["AlarmName"], change.is_composite, "Action", summary, json.dumps(data))


def _note(name: str, is_composite: bool, kind: str, summary: str, data: str) -> None:
    entries: list[dict[str, Any]] = cloudwatch._history_entries()
    entries.append(
        {
            "AlarmName": name,
            "AlarmType": "CompositeAlarm" if is_composite else "MetricAlarm",
            "Timestamp": time.time(),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": data,
        }
    )
    del entries[:-_KEPT_ITEMS]


def _record(name: str, old: str, new: str, *_reason: object, **_details: object) -> None:
    """What MiniStack calls before it dispatches a change's actions, and when a metric alarm is made."""
    if old == new:
        data = json.dumps({"version": "1.0", "type": "Create"})
        _note(name, name not in cloudwatch._alarms, "ConfigurationUpdate", f'Alarm "{name}" created', data)


def _install(_settings: Settings) -> None:
    cloudwatch._record_history = _record


FILL = Fill(
    name="alarms_history",
    requires=(
        "ministack.services.cloudwatch._alarms",
        "ministack.services.cloudwatch._history_entries",
        "ministack.services.cloudwatch._record_history",
    ),
    install=_install,
)
