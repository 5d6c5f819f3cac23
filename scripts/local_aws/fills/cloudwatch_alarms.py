"""Alarms keep all that they were given, and every protocol describes all of it.

Contract: the CloudWatch API Reference (botocore's model "cloudwatch", 2010-08-01). MiniStack forgets
`Metrics`, `ThresholdMetricId`, `EvaluateLowSampleCountPercentile` and the actions suppressor, invents a
statistic and a period that nobody set, and over the query protocol, which Terraform's provider 5.x
speaks, describes nine members only. Here a query call is read by the model, answered as the JSON call
that it equals, and written back as XML, so there is one implementation of each operation.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ministack.services import cloudwatch

from local_aws.fills import Fill
from local_aws.fills.query_protocol import read_request, write_error, write_response
from local_aws.fills.service_models import service_model, validation_message
from local_aws.settings import Settings

Answer = tuple[int, dict[str, str], bytes]

_OPERATIONS = (
    "PutMetricAlarm",
    "PutCompositeAlarm",
    "DescribeAlarms",
    "DescribeAlarmsForMetric",
    "DescribeAlarmHistory",
)
_JSON = "application/x-amz-json-1.0"
_XML = {"Content-Type": "text/xml"}

_KEPT_IN_METRIC_ALARMS = ("Metrics", "ThresholdMetricId", "EvaluateLowSampleCountPercentile")
_KEPT_IN_COMPOSITE_ALARMS = (
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)
_ONLY_IF_GIVEN = (
    "AlarmDescription",
    "Dimensions",
    "ExtendedStatistic",
    "MetricName",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
    "Unit",
)


def _install(_settings: Settings) -> None:
    cloudwatch.handle_request = _answering_query_calls(cloudwatch.handle_request)
    cloudwatch._put_metric_alarm = _keeping_what_was_given(cloudwatch._put_metric_alarm)
    cloudwatch._put_composite_alarm = _keeping_the_suppressor(cloudwatch._put_composite_alarm)


def _answering_query_calls(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Answer:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if _is_form(headers) else {}
        name = form.get("Action", "")
        if name not in _OPERATIONS:
            answer: Answer = await original(method, path, headers, body, query_params)
            return answer
        model = service_model("cloudwatch")
        operation = model.operation_model(name)
        request = json.dumps(read_request(operation.input_shape, form)).encode()
        target = f"{model.metadata['targetPrefix']}.{name}"
        as_json = {**headers, "content-type": _JSON, "x-amz-target": target}
        status, _, document = await original(method, path, as_json, request, {})
        result = json.loads(document)
        namespace = model.metadata["xmlNamespace"]
        if status != 200:
            return status, dict(_XML), write_error(namespace, result["__type"], result["message"])
        return status, dict(_XML), write_response(operation, namespace, result)

    return handle


def _is_form(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _keeping_what_was_given(original: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(original)
    def put(params: Any, data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Answer:
        if message := _refusal(data):
            refusal: Answer = cloudwatch._error(
                "ValidationError", message, 400, use_json=is_json, use_cbor=is_cbor
            )
            return refusal
        answer = original(params, data, is_cbor, is_json)
        if answer[0] == 200:
            alarm = cloudwatch._alarms[data["AlarmName"]]
            alarm |= {name: data[name] for name in _KEPT_IN_METRIC_ALARMS if name in data}
            for name in _ONLY_IF_GIVEN:
                if name not in data:
                    alarm.pop(name, None)
        return answer

    return put


def _keeping_the_suppressor(original: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(original)
    def put(params: Any, data: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Answer:
        answer = original(params, data, is_cbor, is_json)
        if answer[0] == 200:
            alarm = cloudwatch._composite_alarms[data["AlarmName"]]
            alarm |= {name: data[name] for name in _KEPT_IN_COMPOSITE_ALARMS if name in data}
        return answer

    return put


def _refusal(alarm: Mapping[str, Any]) -> str | None:
    """Why AWS refuses the alarm, or None."""
    shape = service_model("cloudwatch").operation_model("PutMetricAlarm").input_shape
    if message := validation_message(shape, alarm):
        return message
    rules = _math_rules(alarm) if alarm.get("Metrics") else _metric_rules(alarm)
    return next((message for message, holds in rules if not holds), None)


def _math_rules(alarm: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    returned = [query for query in alarm["Metrics"] if query.get("ReturnData", True)]
    yield "Exactly one of MetricName and Metrics must be specified", "MetricName" not in alarm
    yield "Period must not be specified when Metrics is", "Period" not in alarm
    one_returns = len(returned) == 1 or "ThresholdMetricId" in alarm
    yield "Exactly one element of the metrics list should return data.", one_returns


def _metric_rules(alarm: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    statistics = [name for name in ("Statistic", "ExtendedStatistic") if alarm.get(name)]
    yield "Exactly one of MetricName and Metrics must be specified", bool(alarm.get("MetricName"))
    yield "Exactly one of Statistic and ExtendedStatistic must be specified", len(statistics) == 1
    yield "Threshold must be specified", "Threshold" in alarm
    yield "Period must be specified", "Period" in alarm


FILL = Fill(
    name="cloudwatch_alarms",
    requires=(
        "ministack.services.cloudwatch.handle_request",
        "ministack.services.cloudwatch._put_metric_alarm",
        "ministack.services.cloudwatch._put_composite_alarm",
        "ministack.services.cloudwatch._describe_alarms",
        "ministack.services.cloudwatch._alarms",
        "ministack.services.cloudwatch._composite_alarms",
        "ministack.services.cloudwatch._error",
    ),
    install=_install,
)
