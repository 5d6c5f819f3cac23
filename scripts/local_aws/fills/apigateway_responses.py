"""Gateway responses: every variable of their templates, and the request validator's reasons.

Contract: "Set up gateway responses" in the API Gateway developer guide. A template takes `$context`
variables, `$stageVariables` and nothing else; a variable without a value becomes an empty string.
`$context.error.validationErrorString` lists what the body breaks, escaped for use inside quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ministack.services import apigateway_v1 as gateway
from referencing.exceptions import Unresolvable

from local_aws.fills import Fill
from local_aws.fills.apigateway_exchange import Exchange, current
from local_aws.fills.patching import Answer, wrap
from local_aws.fills.schema_messages import messages
from local_aws.settings import Settings

_VARIABLE = re.compile(r"\$\{?((?:context|stageVariables)(?:\.[A-Za-z]\w*)+)\}?")


def _check_request(original: Callable[..., Any], method: dict[str, Any], api_id: str, *args: Any) -> Any:
    """Validate a request, and note why its body was refused."""
    _request, headers, body, _query = args
    error = original(method, api_id, *args)
    exchange = current()
    if exchange and error is not None and error.response_type == "BAD_REQUEST_BODY":
        exchange.validation_error = _reasons(api_id, _model_name(method, headers), body)
    elif exchange and error is not None:
        exchange.validation_error = error.message
    return error


def _model_name(method: dict[str, Any], headers: Any) -> str:
    """The model for the request's content type, else that for JSON, as API Gateway picks it."""
    models = method.get("requestModels") or {}
    content_type = gateway._header_ci(headers, "content-type").split(";", maxsplit=1)[0].strip()
    name: str = models.get(content_type) or models.get("application/json", "")
    return name


def _reasons(api_id: str, model_name: str, body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return "[Unable to parse the request body as JSON]"
    schema = gateway._model_schema(api_id, model_name) or {}
    try:
        return f"[{', '.join(messages(schema, document))}]"
    except Unresolvable:  # A model that refers to another model: valid or not is all that is known.
        return "[instance does not match the model]"


def _respond(original: Callable[..., Answer], error: Any, request: dict[str, Any]) -> Answer:
    """Render a gateway response, then the variables that MiniStack does not know."""
    exchange = current()
    if exchange is None:
        return original(error, request)
    exchange.error = error
    status, headers, body = original(error, request)
    return status, headers, _render(body.decode(), exchange).encode()


def _render(template: str, exchange: Exchange) -> str:
    known = exchange.variables()
    for name, value in (exchange.stage.get("variables") or {}).items():
        known[f"stageVariables.{name}"] = value
    return _VARIABLE.sub(lambda match: known.get(match[1], ""), template)


def _install(_settings: Settings) -> None:
    wrap(gateway, "_check_request_validation", _check_request)
    wrap(gateway, "_gateway_error_response", _respond)


FILL = Fill(
    name="apigateway_responses",
    requires=tuple(
        f"ministack.services.apigateway_v1.{name}"
        for name in ("_check_request_validation", "_gateway_error_response", "_header_ci", "_model_schema")
    ),
    install=_install,
)
