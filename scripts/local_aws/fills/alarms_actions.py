"""What follows a change of an alarm's state: history, an event, and the alarm's actions.

Contract: CloudWatch user guide, "Alarm actions", "Composite alarm action suppression" and "Alarm events
and EventBridge". Every change is noted in the history and sent to EventBridge; actions follow it only
when the alarm's actions are enabled. They are SNS topics, Lambda functions (by ARN with or without a
version or alias) and scaling policies. MiniStack calls `_dispatch_alarm_actions` at each change, of
metric alarms, composite alarms and SetAlarmState alike; that is where all of this begins.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, eventbridge, lambda_svc, sns

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.alarms_history import note_action, note_change
from local_aws.fills.patching import Answer, wrap
from local_aws.metrics.action_suppression import Suppression
from local_aws.metrics.alarm_messages import (
    AlarmState,
    Change,
    event_detail,
    lambda_event,
    suppression_reason,
    topic_message,
    topic_subject,
)
from local_aws.settings import Settings

logger = logging.getLogger("local_aws")

_ACTIONS_OF = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_NEVER_EVALUATED = "Unchecked: Initial alarm creation"
_PRINCIPAL = "cloudwatch.amazonaws.com"
_TICK_SECONDS = 1.0

Alarm = dict[str, Any]
Key = tuple[str, str]

# Region and alarm name → the state last announced, and the actions that a suppressor holds back.
_announced: dict[Key, AlarmState] = {}
_held: dict[Key, tuple[Suppression, Change]] = {}


class ActionError(RuntimeError):
    """An alarm's action cannot be taken; the message says why."""


def _announce(alarm: Alarm, old_state: str, new_state: str, reason: str) -> None:
    """Tell everybody who is to know about a change that the alarm has gone through."""
    now = time.time()
    alarm["StateUpdatedTimestamp"] = alarm["StateTransitionedTimestamp"] = now
    key = (get_region(), alarm["AlarmName"])
    previous = _announced.get(key)
    if previous is None or previous.value != old_state:
        # A new alarm, perhaps in the place of one that was deleted.
        created = alarm["AlarmConfigurationUpdatedTimestamp"]
        previous = AlarmState(old_state, _NEVER_EVALUATED, "", created)
    suppression = _suppression_of(alarm, now)
    current = AlarmState(
        new_state, reason, alarm.get("StateReasonData") or "", now, suppression.held_by if suppression else ""
    )
    change = Change(alarm, previous, current, get_account_id(), get_region())
    _announced[key] = current
    note_change(change)
    _send_event(change)
    if suppression and suppression.held_by:
        _held[key] = (suppression, change)
    else:
        _held.pop(key, None)
        _act(change)


def _suppression_of(alarm: Alarm, now: float) -> Suppression | None:
    """What a suppressor makes of the alarm's change; None for an alarm without one."""
    if not alarm.get("ActionsSuppressor"):
        return None
    suppression = Suppression(
        alarm["ActionsSuppressor"],
        float(alarm.get("ActionsSuppressorWaitPeriod", 0)),
        float(alarm.get("ActionsSuppressorExtensionPeriod", 0)),
    )
    suppression.changed(now, suppressor_in_alarm=_in_alarm(suppression.suppressor))
    _describe(alarm, suppression)
    return suppression


def _in_alarm(suppressor: str) -> bool:
    return bool(cloudwatch._rule_alarm_state(suppressor) == "ALARM")


def _describe(alarm: Alarm, suppression: Suppression) -> None:
    """Let DescribeAlarms say what holds the actions."""
    if not suppression.held_by:
        alarm.pop("ActionsSuppressedBy", None)
        alarm.pop("ActionsSuppressedReason", None)
    elif alarm.get("ActionsSuppressedBy") != suppression.held_by:
        alarm["ActionsSuppressedBy"] = suppression.held_by
        alarm["ActionsSuppressedReason"] = suppression_reason(suppression.held_by)


async def _release(context: Context) -> None:
    """Take the actions that nothing holds back any longer; drop those of alarms that are gone."""
    for key, (suppression, change) in list(_held.items()):
        region, name = key
        with context.acting_in(region):
            # A changed composite alarm is a new one: it has announced itself, or holds nothing.
            if cloudwatch._composite_alarms.get(name) is not change.alarm:
                del _held[key]
                continue
            released = suppression.released(
                time.time(), suppressor_in_alarm=_in_alarm(suppression.suppressor)
            )
            _describe(cloudwatch._composite_alarms[name], suppression)
            if released:
                del _held[key]
                _act(change)


def _send_event(change: Change) -> None:
    entry = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Resources": [change.alarm["AlarmArn"]],
        "Detail": json.dumps(event_detail(change)),
    }
    try:
        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    except Exception:
        # Whatever a rule's target meets, the alarm's own actions follow.
        logger.exception("alarm %s: its event was not delivered", change.alarm["AlarmName"])


def _act(change: Change) -> None:
    """Take the actions for the state that the alarm is in now."""
    if not change.alarm.get("ActionsEnabled", True):
        return
    for action in change.alarm.get(_ACTIONS_OF[change.current.value]) or ():
        try:
            _take(action, change)
        except Exception as error:  # noqa: BLE001 - whatever one action meets, the others follow
            logger.warning("alarm %s: action %s failed: %s", change.alarm["AlarmName"], action, error)
            note_action(change, action, str(error))
        else:
            note_action(change, action)


def _take(action: str, change: Change) -> None:
    service = action.split(":")[2] if action.count(":") >= 5 else ""
    match service:
        case "sns":
            _notify(action, change)
        case "lambda":
            _invoke(action, change)
        case "autoscaling":
            pass  # A scaling policy watches its table by itself (application_autoscaling_actions).
        case _:
            raise ActionError(f"actions of '{service}' are not offered here")


def _notify(topic: str, change: Change) -> None:
    if not sns.topic_policy_allows(topic, _PRINCIPAL, change.alarm["AlarmArn"], change.account_id):
        raise ActionError(f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic}")
    if sns.publish_internal(topic, topic_message(change), topic_subject(change)) is None:
        raise ActionError(f"Topic does not exist: {topic}")


def _invoke(function: str, change: Change) -> None:
    record, config, _name = lambda_svc._get_func_record_for_ref(function)
    if record is None or config is None:
        raise ActionError(f"there is no function {function}")
    execution = lambda_svc._execution_record_for_config(record, config)
    lambda_svc.invoke_async_with_retry(execution, lambda_event(change))


def _set_state(original: Callable[..., Answer], params: Any, data: Mapping[str, Any], *args: Any) -> Answer:
    """SetAlarmState: reason data that the call does not give belong to the state before."""
    given = data or {name: values[0] for name, values in params.items()}
    alarm = cloudwatch._alarms.get(given.get("AlarmName", ""))
    if alarm and not given.get("StateReasonData"):
        alarm.pop("StateReasonData", None)
    return original(params, data, *args)


def _install(_settings: Settings) -> None:
    cloudwatch._dispatch_alarm_actions = _announce
    wrap(cloudwatch, "_set_alarm_state", _set_state)


FILL = Fill(
    name="alarms_actions",
    requires=(
        "ministack.services.cloudwatch._composite_alarms",
        "ministack.services.cloudwatch._dispatch_alarm_actions",
        "ministack.services.cloudwatch._rule_alarm_state",
        "ministack.services.cloudwatch._set_alarm_state",
        "ministack.services.eventbridge._put_events",
        "ministack.services.lambda_svc._execution_record_for_config",
        "ministack.services.lambda_svc._get_func_record_for_ref",
        "ministack.services.lambda_svc.invoke_async_with_retry",
        "ministack.services.sns.publish_internal",
        "ministack.services.sns.topic_policy_allows",
    ),
    install=_install,
    ticks=(Tick(_TICK_SECONDS, _release),),
)
