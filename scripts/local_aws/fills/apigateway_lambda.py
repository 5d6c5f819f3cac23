"""How a REST API calls Lambda functions, and what it makes of their answers.

Contract, from the developer guides of API Gateway ("Output format of a Lambda function for proxy
integration") and Lambda ("Using AWS Lambda with Amazon API Gateway", "Handling errors"):
- A call that Lambda refuses (throttled, no permission) is a 500, a function that fails or answers in
  another form is a 502, and one that is slower than the integration's timeout a 504. The body is
  {"message": "Internal server error"}, or the gateway response's; it never shows the function's error.
- The function's resource policy must let API Gateway call it, for an alias the alias's own policy, or
  the integration or authorizer must name a role.
- A binary answer is decoded when the Accept header asks for one of the API's binary media types.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1 as gateway
from ministack.services import lambda_svc

from local_aws.fills import Fill
from local_aws.fills.apigateway_exchange import Exchange, Step, current, timed
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_ANSWER_MEMBERS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_DEFAULT_TIMEOUT = 29_000
_INTERNAL = "Internal server error"


class MalformedAnswerError(ValueError):
    """A function answered something that is not a proxy response."""


async def _invoke(
    _original: Callable[..., Any], integration: dict[str, Any], *request: Any, **context: Any
) -> Any:
    """Call the function of a proxy integration: an answer, or the gateway error that stands for it."""
    api_id, stage_name, stage, resource, path, method, headers, body, query, path_params = request
    exchange = current()
    if exchange is None:
        raise RuntimeError("a proxy integration is called outside of an exchange")
    reference = gateway._extract_lambda_ref_from_integration_uri(integration.get("uri", ""))
    source = f"{api_id}/{stage_name}/{method}{resource['path']}"
    step = exchange.integration = Step()
    if not integration.get("credentials") and not _permitted(reference, source, exchange):
        step.error = "Invalid permissions on Lambda function"
        return gateway._GatewayError("API_CONFIGURATION_ERROR", _INTERNAL)
    event = gateway._build_lambda_event_v1(
        api_id,
        stage_name,
        stage,
        resource,
        path,
        method,
        headers,
        body,
        query,
        path_params,
        binary_media_types=context["binary_media_types"],
        authorizer_context=context["authorizer_context"],
        caller_identity=context["caller_identity"],
    )
    with timed(step):
        result, error = await _call(reference, _as_sent(event, exchange), integration, exchange)
    if error is not None:
        return error
    try:
        answer = proxy_answer(result["body"], headers.get("accept", ""), context["binary_media_types"])
    except MalformedAnswerError as malformed:
        step.status, step.error = "200", str(malformed)
        return _bad_gateway()
    step.status = "200"
    return answer


def _as_sent(event: dict[str, Any], exchange: Exchange) -> dict[str, Any]:
    """The event with what API Gateway adds to a request; only HTTP APIs name a format version."""
    event = _with_last_values({name: value for name, value in event.items() if name != "version"})
    added = {
        "X-Amzn-Trace-Id": exchange.trace_id,
        "X-Forwarded-For": event["requestContext"]["identity"]["sourceIp"],
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    event["headers"] = {**(event["headers"] or {}), **added}
    multiple = {name: [value] for name, value in added.items()}
    event["multiValueHeaders"] = {**(event["multiValueHeaders"] or {}), **multiple}
    event["requestContext"] = {
        **event["requestContext"],
        "deploymentId": exchange.stage.get("deploymentId"),
        "domainName": exchange.domain,
        "domainPrefix": exchange.domain.partition(".")[0],
        "extendedRequestId": exchange.extended_id,
    }
    return event


def _with_last_values(event: dict[str, Any]) -> dict[str, Any]:
    """The event with the last value of each query parameter where there is room for one only."""
    several = event.get("multiValueQueryStringParameters") or {}
    single = {name: values[-1] for name, values in several.items()}
    return {**event, "queryStringParameters": single or None}


async def _call(
    reference: str, event: dict[str, Any], integration: Mapping[str, Any], exchange: Exchange
) -> tuple[Any, Any]:
    """What the function returned, or the gateway error for a call that failed."""
    seconds = (integration.get("timeoutInMillis") or _DEFAULT_TIMEOUT) / 1000
    call = gateway._call_lambda_raw(reference, event, account_id=exchange.account_id, region=exchange.region)
    # The function runs on when nobody waits for it any longer, as it does on AWS.
    running = asyncio.ensure_future(call)
    done, _ = await asyncio.wait({running}, timeout=seconds)
    step = exchange.integration or Step()
    if not done:
        step.error = "Endpoint request timed out"
        return None, gateway._GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out")
    result, missing = running.result()
    if missing or result.get("throttle"):
        step.status, step.error = ("404", missing) if missing else ("429", "Rate exceeded")
        return None, gateway._GatewayError("API_CONFIGURATION_ERROR", _INTERNAL)
    if result.get("error"):
        step.status, step.error = "200", str((result.get("body") or {}).get("errorMessage", ""))
        return None, _bad_gateway()
    return result, None


def _bad_gateway() -> Any:
    """The DEFAULT_5XX gateway response, with the status 502 unless it is customized."""
    return gateway._GatewayError("DEFAULT_5XX", _INTERNAL)


def _respond(original: Callable[..., Answer], error: Any, request: dict[str, Any]) -> Answer:
    status, headers, body = original(error, request)
    exchange = current()
    failed = exchange and exchange.integration and exchange.integration.status == "200"
    if error.response_type == "DEFAULT_5XX" and failed and status == 500:
        return 502, headers, body
    return status, headers, body


def proxy_answer(payload: Any, accept: str, binary_types: Iterable[str]) -> Answer:
    """Read a function's proxy response. Raises MalformedAnswerError for anything else."""
    if payload is None:
        payload = {}
    if not isinstance(payload, dict) or payload.keys() - _ANSWER_MEMBERS:
        raise MalformedAnswerError("Malformed Lambda proxy response")
    body = payload.get("body")
    if body is not None and not isinstance(body, str):
        raise MalformedAnswerError("Malformed Lambda proxy response: the body is not a string")
    try:
        status = int(payload.get("statusCode", 200))
    except (TypeError, ValueError) as error:
        raise MalformedAnswerError("Malformed Lambda proxy response: the status is no number") from error
    return status, _headers(payload), _body(payload, body or "", accept, binary_types)


def _headers(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The headers, case kept; a name in both members has the values of `multiValueHeaders`."""
    merged: dict[str, tuple[str, Any]] = {"content-type": ("Content-Type", "application/json")}
    for name, value in (payload.get("headers") or {}).items():
        merged[name.lower()] = (name, _text(value))
    for name, values in (payload.get("multiValueHeaders") or {}).items():
        if values:
            merged[name.lower()] = (name, [_text(value) for value in values])
    return dict(merged.values())


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _body(payload: Mapping[str, Any], body: str, accept: str, binary_types: Iterable[str]) -> bytes:
    wanted = accept.split(",", maxsplit=1)[0]
    if not (payload.get("isBase64Encoded") and gateway._media_type_matches(wanted, list(binary_types))):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedAnswerError("Malformed Lambda proxy response: the body is not base64") from error


async def _invoke_authorizer(
    original: Callable[..., Any], authorizer: dict[str, Any], event: dict[str, Any], *args: Any
) -> Any:
    """Call an authorizer that may be called; one that may not counts as missing."""
    exchange = current()
    reference = gateway._extract_lambda_ref_from_integration_uri(authorizer.get("authorizerUri", ""))
    if exchange and not authorizer.get("authorizerCredentials"):
        source = f"{exchange.api_id}/authorizers/{authorizer['id']}"
        if not _permitted(reference, source, exchange):
            return None
    if event["type"] == "REQUEST":
        event = _with_last_values(event)
    return await original(authorizer, event, *args)


def _permitted(reference: str, source: str, exchange: Exchange) -> bool:
    """Whether the policy of the function (of the alias, if one is named) lets this source call it."""
    with request_scope(exchange.account_id, exchange.region):
        function, config, name = lambda_svc._get_base_func_record_for_ref(reference)
    if function is None:
        return True  # The call itself finds out.
    qualifier = reference.partition(":function:")[2].partition(":")[2]
    target = f"{config['FunctionArn'].partition(':function:')[0]}:function:{name}"
    target += f":{qualifier}" if qualifier else ""
    source_arn = f"arn:aws:execute-api:{exchange.region}:{exchange.account_id}:{source}"
    statements = function.get("policy", {}).get("Statement", [])
    return any(_allows(statement, target, source_arn, exchange.account_id) for statement in statements)


def _allows(statement: Mapping[str, Any], target: str, source_arn: str, account: str) -> bool:
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    if service not in ("apigateway.amazonaws.com", "*") or statement.get("Resource") != target:
        return False
    conditions = statement.get("Condition") or {}
    arns = [value for kind in ("ArnLike", "ArnEquals") for value in _condition(conditions, kind, "SourceArn")]
    accounts = _condition(conditions, "StringEquals", "SourceAccount")
    from_source = not arns or any(_like(pattern, source_arn) for pattern in arns)
    return from_source and (not accounts or account in accounts)


def _condition(conditions: Mapping[str, Any], kind: str, key: str) -> list[str]:
    return [v for name, v in conditions.get(kind, {}).items() if name.lower() == f"aws:{key}".lower()]


def _like(pattern: str, arn: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, arn) is not None


def _install(_settings: Settings) -> None:
    wrap(gateway, "_invoke_lambda_proxy_v1", _invoke)
    wrap(gateway, "_invoke_authorizer_lambda", _invoke_authorizer)
    wrap(gateway, "_gateway_error_response", _respond)


FILL = Fill(
    name="apigateway_lambda",
    requires=(
        *(
            f"ministack.services.apigateway_v1.{name}"
            for name in (
                "_GatewayError",
                "_build_lambda_event_v1",
                "_call_lambda_raw",
                "_extract_lambda_ref_from_integration_uri",
                "_gateway_error_response",
                "_invoke_authorizer_lambda",
                "_invoke_lambda_proxy_v1",
                "_media_type_matches",
            )
        ),
        "ministack.services.lambda_svc._get_base_func_record_for_ref",
    ),
    install=_install,
)
