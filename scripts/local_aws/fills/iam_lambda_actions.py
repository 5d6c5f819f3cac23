"""Which action a call of Lambda's API is, when IAM is enforced.

Contract: Service Authorization Reference, "Actions, resources, and condition keys for AWS Lambda": an
action is named after its operation, but for the ways to invoke. MiniStack takes some calls for others of
the same path (GetAlias for ListAliases, GetFunctionConcurrency for PutFunctionConcurrency); botocore's
model tells them apart.
An invocation is authorized on the ARN with the qualifier that it names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core import iam_actions

from local_aws.fills import Fill
from local_aws.fills.patching import wrap
from local_aws.settings import Settings

_RENAMED = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
    "GetLayerVersionByArn": "GetLayerVersion",
}


def _action(original: Callable[[str, str], str | None], method: str, path: str) -> str | None:
    normal = path.rstrip("/") or "/"
    matching = [
        (specificity, operation)
        for route_method, pattern, operation, specificity, required in iam_actions._load_botocore_routes(
            "lambda"
        )
        if route_method == method and not required and pattern.match(normal)
    ]
    if not matching:
        return original(method, path)
    _, operation = max(matching)
    return _RENAMED.get(operation, str(operation))


def _resource(original: Callable[..., str], service: str, *request: Any) -> str:
    """The ARN on which a call is authorized: that of the version or alias which an invocation names."""
    arn = original(service, *request)
    _, path, _, _, query, *_ = request
    if service != "lambda" or not path.rstrip("/").endswith("/invocations") or "Qualifier" not in query:
        return arn
    qualifier = query["Qualifier"]
    return f"{arn}:{qualifier[0] if isinstance(qualifier, list) else qualifier}"


def _install(_settings: Settings) -> None:
    wrap(iam_actions, "_lambda_action", _action)
    wrap(iam_actions, "extract_resource_arn", _resource)


FILL = Fill(
    name="iam_lambda_actions",
    requires=(
        "ministack.core.iam_actions._lambda_action",
        "ministack.core.iam_actions._load_botocore_routes",
        "ministack.core.iam_actions.extract_resource_arn",
    ),
    install=_install,
)
