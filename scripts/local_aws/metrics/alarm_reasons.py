"""Why an alarm is in its state: CloudWatch's sentence, and the same as data.

Contract: the samples in CloudWatch user guide, "Alarm events and EventBridge".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from local_aws.metrics.alarm_decision import Decision, Missing, Point, State
from local_aws.metrics.alarm_definition import AlarmDefinition
from local_aws.metrics.alarm_evaluation import Evaluation

_TREATED_AS = {Missing.BREACHING: "Breaching", Missing.NOT_BREACHING: "NonBreaching"}


def reason(definition: AlarmDefinition, decision: Decision, previous: State, state: State) -> str:
    """The sentence for `StateReason`."""
    if state is State.INSUFFICIENT_DATA:
        unknown = _count(decision.filled, "datapoint")
        return f"Insufficient Data: {unknown} {_was(decision.filled)} unknown."
    filled = _filled(decision)
    if not decision.evaluated:
        periods = _count(decision.filled, "period")
        return f"Threshold Crossed: no datapoints were received for {periods} and {filled}."
    parts = [part for part in (_crossed(definition, decision, state), filled) if part]
    return f"Threshold Crossed: {' and '.join(parts)}{_change(definition, previous, state)}."


def _crossed(definition: AlarmDefinition, decision: Decision, state: State) -> str:
    """The clause on the data points that speak for the state; empty when only filled ones do."""
    breaching = state is State.ALARM
    named = [point for point in decision.evaluated if point.breaching == breaching]
    if not named:
        return ""
    subject = f"{len(named)} out of the last {definition.evaluation_periods} datapoints {_listed(named)}"
    verdict = f"{_was(len(named))} {'' if breaching else 'not '}{definition.comparison}"
    return f"{subject} {verdict} the threshold ({definition.threshold})"


def reason_data(definition: AlarmDefinition, evaluation: Evaluation, now: float) -> str:
    """The JSON document for `StateReasonData`."""
    points = sorted(evaluation.decision.evaluated, key=lambda point: point.timestamp)
    first = points[0].timestamp if points else evaluation.span.start
    document: dict[str, Any] = {
        "version": "1.0",
        "queryDate": timestamp(now),
        "startDate": timestamp(first),
        "period": definition.period,
        "recentDatapoints": [point.value for point in points],
        "threshold": definition.threshold,
        "evaluatedDatapoints": [_as_data(point) for point in reversed(points)],
    }
    if definition.statistic:
        document["statistic"] = definition.statistic
    return json.dumps(document, separators=(",", ":"))


def timestamp(seconds: float) -> str:
    """A time as alarm messages write it: "2019-10-02T17:04:40.989+0000"."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def _as_data(point: Point) -> dict[str, Any]:
    data: dict[str, Any] = {"timestamp": timestamp(point.timestamp), "value": point.value}
    if point.sample_count is not None:
        data["sampleCount"] = point.sample_count
    return data


def _change(definition: AlarmDefinition, previous: State, state: State) -> str:
    """The clause on how many data points the transition takes."""
    if state is State.ALARM:
        needed, before = definition.datapoints_to_alarm, State.OK
    elif previous is State.ALARM:
        needed, before = definition.evaluation_periods - definition.datapoints_to_alarm + 1, State.ALARM
    else:
        return ""
    return f" (minimum {_count(needed, 'datapoint')} for {before} -> {state} transition)"


def _filled(decision: Decision) -> str:
    treated = _TREATED_AS.get(decision.treatment)
    if not decision.filled or not treated:
        return ""
    return f"{_count(decision.filled, 'missing datapoint')} {_was(decision.filled)} treated as [{treated}]"


def _listed(points: Iterable[Point]) -> str:
    described = (
        f"{point.value} ({datetime.fromtimestamp(point.timestamp, UTC):%d/%m/%y %H:%M:%S})"
        for point in points
    )
    return f"[{', '.join(described)}]"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
