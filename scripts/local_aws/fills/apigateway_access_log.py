"""A stage's access log, and what API Gateway asks for before it logs.

Contract: "Set up CloudWatch logging for REST APIs" in the API Gateway developer guide. Each request
gives one line in the stage's format; a variable without a value is "-". The format must hold
`$context.requestId` or `$context.extendedRequestId`, and an account without a CloudWatch Logs role
cannot turn logging on: "CloudWatch Logs role ARN must be set in account settings to enable logging".
Log streams of other destinations (Firehose) are not written.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.apigateway_exchange import Exchange, on_finish
from local_aws.fills.log_writer import append
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_VARIABLE = re.compile(r"\$(context(?:\.[A-Za-z]\w*)+)")
_IDS = ("$context.requestId", "$context.extendedRequestId")
_NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"
_NO_ID = "Access Log format must be single line and contain at least $context.requestId"

_writing = threading.Lock()


def _write(exchange: Exchange) -> None:
    """Write the exchange's line to the log group of its stage, if it has one."""
    settings = exchange.stage.get("accessLogSettings") or {}
    group = settings.get("destinationArn", "").partition(":log-group:")[2].removesuffix(":*")
    if not group:
        return
    line = render(settings.get("format", ""), exchange.variables())
    with request_scope(exchange.account_id, exchange.region), _writing:
        append(group, f"{exchange.api_id}_{exchange.stage_name}", [line])


def render(template: str, variables: Mapping[str, str]) -> str:
    """One access log line. Quotes in a value are escaped, as the formats are mostly JSON."""

    def value(match: re.Match[str]) -> str:
        text = variables.get(match[1], "-")
        return text if match[1].endswith("messageString") else json.dumps(text, ensure_ascii=False)[1:-1]

    return _VARIABLE.sub(value, template)


def _create_stage(original: Callable[..., Answer], api_id: str, data: dict[str, Any]) -> Answer:
    wanted = data.get("accessLogSettings")
    refusal = _refusal(wanted) if wanted else None
    return refusal or original(api_id, data)


def _update_stage(
    original: Callable[..., Answer], api_id: str, stage_name: str, data: dict[str, Any]
) -> Answer:
    refusal = _refusal_of_patch(data.get("patchOperations", []))
    return refusal or original(api_id, stage_name, data)


def _refusal_of_patch(operations: Iterable[Mapping[str, Any]]) -> Answer | None:
    changes = {op["path"]: op.get("value") for op in operations if op.get("op") != "remove"}
    log_format = changes.get("/accessLogSettings/format")
    if log_format is not None:
        return _refusal({"format": log_format})
    levels = [value for path, value in changes.items() if path.endswith("/logging/loglevel")]
    return _without_role() if any(level != "OFF" for level in levels) else None


def _refusal(settings: Mapping[str, Any]) -> Answer | None:
    if "format" in settings and not _may_be_format(settings["format"]):
        return _bad_request(_NO_ID)
    return _without_role()


def _may_be_format(log_format: str) -> bool:
    return any(name in log_format for name in _IDS) and "\n" not in log_format.rstrip("\n")


def _without_role() -> Answer | None:
    _status, _headers, body = gateway._get_account()
    return None if json.loads(body).get("cloudwatchRoleArn") else _bad_request(_NO_ROLE)


def _bad_request(message: str) -> Answer:
    answer: Answer = gateway._v1_error("BadRequestException", message, 400)
    return answer


def _install(_settings: Settings) -> None:
    on_finish(_write)
    wrap(gateway, "_create_stage", _create_stage)
    wrap(gateway, "_update_stage", _update_stage)


FILL = Fill(
    name="apigateway_access_log",
    requires=tuple(
        f"ministack.services.apigateway_v1.{name}"
        for name in ("_create_stage", "_get_account", "_update_stage", "_v1_error")
    ),
    install=_install,
)
