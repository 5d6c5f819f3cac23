"""Reading events. Pure: a document in, what happened out.

Forms: "CloudWatch Alarm State Change" and "Backup Job State Change" of EventBridge (CloudWatch user guide,
"Alarm events and EventBridge"; AWS Backup developer guide, "Monitoring events using EventBridge"), the
message that an alarm sends to an SNS topic, and "Scheduled Event".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from common.clock import rfc3339
from incident_responder.incidents import AlarmChange, BackupJobEnd, Tick

Read = TypeVar("Read", AlarmChange, BackupJobEnd)
ALARM_STATES = frozenset({"ALARM", "OK", "INSUFFICIENT_DATA"})


class UnusableEventError(Exception):
    """The event leads to no incident; it has to be parked. `event` is the part that is meant."""

    kind = "unusable"

    def __init__(self, message: str, event: object) -> None:
        super().__init__(message)
        self.event = event


class UnknownEventError(UnusableEventError):
    """No kind of event that the responder knows, or one that no playbook is for."""

    kind = "unknown"


class MalformedEventError(UnusableEventError):
    """An event of a known kind that lacks something or says something else than it should."""

    kind = "malformed"


def split(event: object) -> list[object]:
    """Return the single events of one invocation: SNS passes a list of records, EventBridge one event."""
    if isinstance(event, Mapping) and isinstance(event.get("Records"), list) and event["Records"]:
        return list(event["Records"])
    return [event]


def read(event: object) -> AlarmChange | BackupJobEnd | Tick:
    """Return what a single event says.

    Raises:
        UnknownEventError: it is of no known kind.
        MalformedEventError: it is of a known kind, but damaged.
    """
    if not isinstance(event, Mapping):
        raise MalformedEventError(f"an event is a JSON object, not {type(event).__name__}", event)
    if event.get("EventSource") == "aws:sns":
        return _told(event, _from_topic)
    match event.get("source"), event.get("detail-type"):
        case "aws.cloudwatch", "CloudWatch Alarm State Change":
            return _told(event, _alarm)
        case "aws.backup", "Backup Job State Change":
            return _told(event, _backup_job)
        case "aws.events", "Scheduled Event":
            return Tick()
    named = {name: event[name] for name in ("source", "detail-type") if name in event}
    raise UnknownEventError(f"no event that the responder knows: {named or sorted(map(str, event))}", event)


def _told(event: Mapping[str, Any], reader: Callable[[Mapping[str, Any]], Read]) -> Read:
    """Read an event of a known kind. Raises MalformedEventError."""
    try:
        return reader(event)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedEventError(f"the event is damaged: {error!r}", event) from error


def _alarm(event: Mapping[str, Any]) -> AlarmChange:
    detail = event["detail"]
    state = detail["state"]
    previous = detail.get("previousState") or {}
    before, reason = previous.get("value", ""), state.get("reason", "")
    return _alarm_change(detail["alarmName"], state["value"], before, reason, state["timestamp"])


def _from_topic(event: Mapping[str, Any]) -> AlarmChange:
    message = json.loads(event["Sns"]["Message"])
    if not isinstance(message, dict) or "AlarmName" not in message:
        raise UnknownEventError("a notification that is not an alarm's", event)
    return _alarm_change(
        message["AlarmName"],
        message["NewStateValue"],
        message.get("OldStateValue", ""),
        message.get("NewStateReason", ""),
        message["StateChangeTime"],
    )


def _alarm_change(name: Any, state: Any, previous: Any, reason: Any, at: Any) -> AlarmChange:
    if state not in ALARM_STATES:
        raise ValueError(f"an alarm has no state {state!r}")
    changed_at = datetime.fromisoformat(_text(at))
    if changed_at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return AlarmChange(_text(name), state, str(previous), str(reason), rfc3339(changed_at))


def _backup_job(event: Mapping[str, Any]) -> BackupJobEnd:
    detail = event["detail"]
    return BackupJobEnd(
        _text(detail["backupJobId"]),
        _text(detail["state"]),
        _text(detail["resourceArn"]),
        str(detail.get("statusMessage", "")),
        _text(event["time"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"a text is expected, not {value!r}")
    return value
