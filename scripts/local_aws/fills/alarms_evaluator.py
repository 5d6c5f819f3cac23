"""Metric alarms, evaluated as time goes by.

Contract: CloudWatch user guide, "Evaluating an alarm"; `local_aws.metrics.alarm_decision` has the rules.
MiniStack evaluates an alarm when PutMetricData is called, over the values of all dimensions, with neither
M of N nor missing data nor metric math. Here an alarm is evaluated when a period of it may have ended,
each minute or each 10 s, and right after it was put. What composite alarms make of it is MiniStack's.

The alarms of a region that is cut off are not evaluated: CloudWatch is down there too.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.application_autoscaling_alarms import acts
from local_aws.metrics import STORE
from local_aws.metrics.alarm_decision import State
from local_aws.metrics.alarm_definition import AlarmDefinition, UnsupportedAlarmError, read_alarm
from local_aws.metrics.alarm_evaluation import Evaluation, due_at, evaluate
from local_aws.metrics.alarm_reasons import reason, reason_data
from local_aws.metrics.queries import QueryError
from local_aws.settings import Settings

logger = logging.getLogger("local_aws")

_TICK_SECONDS = 1.0
# Values of a period that has just ended may still be on their way.
_SETTLING_SECONDS = 0.5

Alarm = dict[str, Any]


@dataclass
class _Watched:
    """An alarm as it was last read. `definition` is None for one that cannot be evaluated."""

    alarm: Alarm
    region: str
    definition: AlarmDefinition | None
    evaluated_at: int = 0
    state: State = State.INSUFFICIENT_DATA


_watched: dict[tuple[str, str], _Watched] = {}


def evaluated_state(region: str, name: str) -> State:
    """The state that the metrics of an alarm give it, whatever SetAlarmState says meanwhile.

    It is what a Route 53 health check follows. INSUFFICIENT_DATA for an alarm that was not evaluated yet.
    """
    watched = _watched.get((region, name))
    return watched.state if watched else State.INSUFFICIENT_DATA


async def _evaluate(context: Context) -> None:
    """Evaluate the alarms that are due and move those whose state differs."""
    now = time.time() - _SETTLING_SECONDS
    due = [watched for watched in _current(context) if _is_due(watched, now)]
    if not due:
        return
    # Long windows take a while to read; the loop answers requests meanwhile.
    evaluations = await asyncio.to_thread(lambda: [_evaluation(watched) for watched in due])
    for watched, evaluation in zip(due, evaluations, strict=True):
        if evaluation is None or _watched.get((watched.region, watched.alarm["AlarmName"])) is not watched:
            continue
        with context.acting_in(watched.region):
            _move(watched, evaluation)


def _current(context: Context) -> Iterable[_Watched]:
    """The alarms of all regions that are up, read anew where they were put since."""
    regions = [region for region in context.settings.regions if context.faults.is_up(region)]
    found: dict[tuple[str, str], _Watched] = {}
    for region in regions:
        for name, alarm in cloudwatch._alarms.items_scoped(context.settings.account_id, region):
            known = _watched.get((region, name))
            if known is None or known.alarm is not alarm:
                state = known.state if known else State.INSUFFICIENT_DATA
                known = _Watched(alarm, region, _definition(alarm), state=state)
            found[region, name] = known
    for key in [key for key in _watched if key[0] in regions and key not in found]:
        del _watched[key]
    _watched.update(found)
    return found.values()


def _definition(alarm: Alarm) -> AlarmDefinition | None:
    if acts(alarm):  # Autoscaling moves its own, at its own pace.
        return None
    try:
        return read_alarm(alarm)
    except (QueryError, UnsupportedAlarmError) as error:
        logger.warning("alarm %s is never evaluated: %s", alarm["AlarmName"], error)
        return None


def _is_due(watched: _Watched, now: float) -> bool:
    if watched.definition is None:
        return False
    end = due_at(watched.definition, now)
    if end <= watched.evaluated_at:
        return False
    watched.evaluated_at = end
    return True


def _evaluation(watched: _Watched) -> Evaluation | None:
    if watched.definition is None:
        return None
    try:
        return evaluate(watched.definition, STORE, watched.region, watched.evaluated_at)
    except QueryError as error:
        logger.warning("alarm %s: %s", watched.alarm["AlarmName"], error)
        return None


def _move(watched: _Watched, evaluation: Evaluation) -> None:
    """Put the alarm into the state that was decided on, and let everything that depends on it know."""
    alarm, definition = watched.alarm, watched.definition
    state = evaluation.decision.state
    watched.state = state or watched.state
    old = State(alarm["StateValue"])
    if definition is None or state is None or state is old:
        return
    alarm["StateValue"] = str(state)
    alarm["StateReason"] = reason(definition, evaluation.decision, old, state)
    alarm["StateReasonData"] = reason_data(definition, evaluation, time.time())
    logger.info("alarm %s: %s -> %s. %s", alarm["AlarmName"], old, state, alarm["StateReason"])
    cloudwatch._dispatch_alarm_actions(alarm, str(old), str(state), alarm["StateReason"])
    cloudwatch._evaluate_parent_alarms(alarm)


def _install(_settings: Settings) -> None:
    def leave_to_the_tick(_alarm: Alarm) -> None:
        """MiniStack calls this at each put of an alarm."""

    cloudwatch._evaluate_alarm = leave_to_the_tick


FILL = Fill(
    name="alarms_evaluator",
    requires=(
        "ministack.services.cloudwatch._alarms",
        "ministack.services.cloudwatch._dispatch_alarm_actions",
        "ministack.services.cloudwatch._evaluate_alarm",
        "ministack.services.cloudwatch._evaluate_parent_alarms",
        "ministack.core.responses.AccountRegionScopedDict.items_scoped",
    ),
    install=_install,
    ticks=(Tick(_TICK_SECONDS, _evaluate),),
)
