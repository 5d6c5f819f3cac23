"""What Lambda answers about a function's asynchronous invocation: only what was set.

Contract: PutFunctionEventInvokeConfig in the Lambda API Reference. An age that was not given is left
out, and the default of six hours applies; MiniStack answers the default, which Terraform takes for a
change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, changed, wrap
from local_aws.settings import Settings


def _put(
    original: Callable[..., Answer], function: str, qualifier: str | None, data: dict[str, Any]
) -> Answer:
    answer = original(function, qualifier, data)
    if answer[0] >= 300:
        return answer
    stored = lambda_svc._event_invoke_config(lambda_svc._functions[function], qualifier)
    if "MaximumEventAgeInSeconds" not in data:
        del stored["MaximumEventAgeInSeconds"]
    return changed(answer, lambda document: _same(document, stored))


def _same(document: dict[str, Any], stored: dict[str, Any]) -> None:
    document.clear()
    document.update(stored)


def _install(_settings: Settings) -> None:
    wrap(lambda_svc, "_put_event_invoke_config", _put)


FILL = Fill(
    name="lambda_configuration",
    requires=(
        "ministack.services.lambda_svc._event_invoke_config",
        "ministack.services.lambda_svc._functions",
        "ministack.services.lambda_svc._put_event_invoke_config",
    ),
    install=_install,
)
