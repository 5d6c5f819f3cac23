"""Mock integrations without a response template answer with an empty body.

Contract: "Set up mock integrations in API Gateway" in the developer guide. A CORS preflight answered with
204 has no body and no content type; MiniStack sends "{}", which HTTP forbids with a 204.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_NO_TEMPLATE = b"{}"


def _answer(original: Callable[..., Answer], integration: dict[str, Any]) -> Answer:
    status, headers, body = original(integration)
    if body != _NO_TEMPLATE:
        return status, headers, body
    kept = {name: value for name, value in headers.items() if status != 204 or name != "Content-Type"}
    return status, kept, b""


def _install(_settings: Settings) -> None:
    wrap(gateway, "_invoke_mock_v1", _answer)


FILL = Fill(
    name="apigateway_mock",
    requires=("ministack.services.apigateway_v1._invoke_mock_v1",),
    install=_install,
)
