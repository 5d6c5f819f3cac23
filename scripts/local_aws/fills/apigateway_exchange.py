"""One request to a REST API: its identity, times and outcome, and the `$context` variables of it.

Contract: "API Gateway mapping template and access logging variable reference" in the developer guide.
MiniStack gives the response, the function's event and a gateway response three different request ids;
here they share one, as on AWS, and every answer carries it in x-amzn-requestid and x-amz-apigw-id. Other
fills learn of finished exchanges through `on_finish`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ministack.services import apigateway_v1 as gateway

from local_aws.asgi import App, Receive, Scope, Send, call_of
from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings


@dataclass
class Step:
    """A part of the exchange that another service did: an authorizer or an integration."""

    milliseconds: int = 0
    status: str = ""
    error: str = ""
    request_id: str = ""


@dataclass
class Exchange:
    """One request and its answer. `started` is in epoch seconds; `path` is relative to the stage."""

    api_id: str
    stage_name: str
    method: str
    path: str
    headers: dict[str, Any]
    account_id: str
    region: str
    full_path: str
    domain: str
    started: float = field(default_factory=time.time)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    extended_id: str = field(default_factory=lambda: base64.b64encode(os.urandom(11)).decode())
    resource_path: str = ""
    resource_id: str = ""
    principal: dict[str, str] = field(default_factory=dict)
    authorizer: Step | None = None
    integration: Step | None = None
    error: Any = None
    validation_error: str = ""
    status: int = 0
    response_bytes: int = 0
    milliseconds: int = 0

    @property
    def trace_id(self) -> str:
        """The X-Ray trace of the request, in the form of the X-Amzn-Trace-Id header."""
        return f"Root=1-{int(self.started):08x}-{self.request_id.replace('-', '')[:24]}"

    @property
    def stage(self) -> dict[str, Any]:
        """The stage as it is configured; empty when there is none of that name."""
        stage: dict[str, Any] = gateway._stages_v1.get_scoped(
            self.account_id, self.region, self.api_id, {}
        ).get(self.stage_name, {})
        return stage

    def variables(self) -> dict[str, str]:
        """The `$context` variables that have a value, by name without the `$`."""
        at = datetime.fromtimestamp(self.started, UTC)
        known: dict[str, object] = {
            "accountId": self.account_id,
            "apiId": self.api_id,
            "deploymentId": self.stage.get("deploymentId", ""),
            "domainName": self.domain,
            "domainPrefix": self.domain.partition(".")[0],
            "extendedRequestId": self.extended_id,
            "httpMethod": self.method,
            "identity.sourceIp": self._source_ip(),
            "identity.userAgent": self.headers.get("user-agent", ""),
            "path": self.full_path,
            "protocol": "HTTP/1.1",
            "requestId": self.request_id,
            "requestTime": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(self.started * 1000),
            "resourceId": self.resource_id,
            "resourcePath": self.resource_path,
            "stage": self.stage_name,
            "xrayTraceId": self.trace_id,
        }
        known |= {f"authorizer.{name}": value for name, value in self.principal.items()}
        known |= self._error_variables() | self._step_variables() | self._outcome_variables()
        return {f"context.{name}": str(value) for name, value in known.items() if value not in ("", None)}

    def _source_ip(self) -> str:
        forwarded = self.headers.get("x-forwarded-for") or "127.0.0.1"
        return str(forwarded).split(",", maxsplit=1)[0].strip()

    def _error_variables(self) -> dict[str, object]:
        if self.error is None:
            return {}
        return {
            "error.message": self.error.message,
            "error.messageString": json.dumps(self.error.message),
            "error.responseType": self.error.response_type,
            "error.validationErrorString": json.dumps(self.validation_error)[1:-1],
        }

    def _step_variables(self) -> dict[str, object]:
        known: dict[str, object] = {}
        if self.authorizer:
            known["authorizer.latency"] = self.authorizer.milliseconds
            known["authorizer.status"] = self.authorizer.status
            known["authorizer.error"] = self.authorizer.error
        if step := self.integration:
            known["integration.latency"] = known["integrationLatency"] = step.milliseconds
            known["integration.status"] = known["integrationStatus"] = step.status
            known["integration.integrationStatus"] = step.status
            known["integration.error"] = known["integrationErrorMessage"] = step.error
            known["integration.requestId"] = known["awsEndpointRequestId"] = step.request_id
        return known

    def _outcome_variables(self) -> dict[str, object]:
        if not self.status:
            return {}
        return {
            "responseLatency": self.milliseconds,
            "responseLength": self.response_bytes,
            "status": self.status,
        }


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
_origin: ContextVar[tuple[str, str]] = ContextVar("origin", default=("", ""))
_listeners: list[Callable[[Exchange], None]] = []


def current() -> Exchange | None:
    """The exchange that is being answered, if any."""
    return _current.get()


def on_finish(listener: Callable[[Exchange], None]) -> None:
    """Call `listener` with each exchange once its answer is known."""
    _listeners.append(listener)


@contextlib.contextmanager
def timed(step: Step) -> Iterator[Step]:
    """Take the time of the block as the step's."""
    began = time.perf_counter()
    try:
        yield step
    finally:
        step.milliseconds = round((time.perf_counter() - began) * 1000)


async def _exchange(original: Callable[..., Any], *args: Any) -> Any:
    api_id, stage_name, method, path, headers, _body, _query, account_id, region = args
    domain, domain_path = _origin.get()
    exchange = Exchange(
        api_id,
        stage_name,
        method,
        path,
        headers or {},
        account_id,
        region,
        full_path=domain_path or f"/{stage_name}{path}",
        domain=domain or f"{api_id}.execute-api.{region}.amazonaws.com",
    )
    token = _current.set(exchange)
    began = time.perf_counter()
    try:
        status, response_headers, body = await original(*args)
        exchange.milliseconds = round((time.perf_counter() - began) * 1000)
        exchange.status, exchange.response_bytes = int(status), len(body)
        for listener in _listeners:
            listener(exchange)
    finally:
        _current.reset(token)
    identity = {"x-amzn-requestid": exchange.request_id, "x-amz-apigw-id": exchange.extended_id}
    return status, {**response_headers, **identity}, body


async def _execute(original: Callable[..., Any], request: dict[str, Any], *args: Any) -> Any:
    """Note the error that API Gateway itself answers with."""
    answer = await original(request, *args)
    exchange = _current.get()
    if exchange and isinstance(answer, gateway._GatewayError):
        exchange.resource_path = request["resource_path"]
        exchange.error = answer
    return answer


async def _authorize(original: Callable[..., Any], *args: Any) -> Any:
    """Note the resource that was found and what its authorizer said."""
    exchange, method, resource = _current.get(), args[2], args[5]
    if exchange is None:
        return await original(*args)
    exchange.resource_path, exchange.resource_id = resource["path"], resource["id"]
    step = Step()
    with timed(step):
        error, context = await original(*args)
    if (method.get("authorizationType") or "NONE") != "NONE":
        step.status = "403" if error else "200"
        step.error = getattr(error, "message", None) or ""
        exchange.authorizer = step
        exchange.principal = context or {}
    return error, context


def _new_id(original: Callable[[], str]) -> str:
    exchange = _current.get()
    return exchange.request_id if exchange else original()


def _note_origin(app: App) -> App:
    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        token = _origin.set((call.domain, call.domain_path))
        try:
            await app(scope, receive, send)
        finally:
            _origin.reset(token)

    return noting


def _install(_settings: Settings) -> None:
    wrap(gateway, "_handle_execute_in_scope", _exchange)
    wrap(gateway, "_execute_in_scope", _execute)
    wrap(gateway, "_authorize_request_v1", _authorize)
    wrap(gateway, "new_uuid", _new_id)


FILL = Fill(
    name="apigateway_exchange",
    requires=tuple(
        f"ministack.services.apigateway_v1.{name}"
        for name in (
            "_GatewayError",
            "_authorize_request_v1",
            "_execute_in_scope",
            "_handle_execute_in_scope",
            "_stages_v1",
            "new_uuid",
        )
    ),
    install=_install,
    wrap=_note_origin,
)
