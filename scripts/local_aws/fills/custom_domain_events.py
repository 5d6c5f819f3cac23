"""Functions behind a custom domain see the domain and the whole path.

With a custom domain, `path` and `requestContext.path` of the event hold the path as the client sent it,
base path included, and `requestContext.domainName` the domain (API Gateway developer guide, "Input
format of a Lambda function for proxy integration"; Powertools for AWS Lambda documents the base path
in `path` under "Custom Domain API Mappings"). So it is for a REQUEST authorizer's event.
"""

from __future__ import annotations

import contextvars
from typing import Any

from local_aws.asgi import App, Receive, Scope, Send, call_of
from local_aws.fills import Fill
from local_aws.settings import Settings

# Domain and path of the request being answered; both empty when it came by another name.
_request: contextvars.ContextVar[tuple[str, str]] = contextvars.ContextVar("request", default=("", ""))


def _note_domain(app: App) -> App:
    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        token = _request.set((call.domain, call.domain_path))
        try:
            await app(scope, receive, send)
        finally:
            _request.reset(token)

    return noting


def _install(_settings: Settings) -> None:
    from ministack.services import apigateway_v1

    build_event = apigateway_v1._build_lambda_event_v1
    invoke_authorizer = apigateway_v1._invoke_authorizer_lambda

    def build_with_domain(*args: Any, **kwargs: Any) -> dict[str, Any]:
        return _with_domain(build_event(*args, **kwargs))

    async def invoke_with_domain(authorizer: Any, event: dict[str, Any], *args: Any) -> Any:
        return await invoke_authorizer(authorizer, _with_domain(event), *args)

    apigateway_v1._build_lambda_event_v1 = build_with_domain
    apigateway_v1._invoke_authorizer_lambda = invoke_with_domain


def _with_domain(event: dict[str, Any]) -> dict[str, Any]:
    domain, path = _request.get()
    if not domain or event.get("type") == "TOKEN":
        return event
    context = {
        **event["requestContext"],
        "path": path,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
    }
    return {**event, "path": path, "requestContext": context}


FILL = Fill(
    name="custom_domain_events",
    requires=(
        "ministack.services.apigateway_v1._build_lambda_event_v1",
        "ministack.services.apigateway_v1._invoke_authorizer_lambda",
        "ministack.services.apigateway_v1._base_path_mappings",
        "ministack.services.apigateway_v1._rest_apis",
    ),
    install=_install,
    wrap=_note_domain,
)
