"""The fills: what the local AWS adds to MiniStack, one module for each part of an AWS service.

A fill module has a module-level constant `FILL: Fill` and is named in `FILLS`. Its docstring says which
AWS contract it follows. Modules are imported when the server starts, after the environment variables
that MiniStack reads at import are set; so a fill may import MiniStack at its top, and imports what is
slow (moto, boto3) where it is first used.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.asgi import App
from local_aws.settings import Settings

if TYPE_CHECKING:
    from local_aws.context import Context

FILLS: tuple[str, ...] = (
    "default_resources",
    "regional_functions",
    "custom_domain_events",
    "application_autoscaling",
    "cloudwatch_alarms",
    "cloudwatch_dashboards",
    "metrics_api",
    "alarms_history",
    "alarms_actions",
    "alarms_evaluator",
    "dynamodb_pitr",
    "dynamodb_permissions",
    "dynamodb_conditions",
    "backup_service",
    "backup_permissions",
    "dynamodb_replicas",
    "dynamodb_encryption",
    "dynamodb_replication",
    "waf_logging",
    "acm_certificates",
    "apigateway_control",
    "apigateway_deployments",
    "apigateway_compression",
    "apigateway_exchange",
    "apigateway_responses",
    "apigateway_lambda",
    "apigateway_mock",
    "apigateway_access_log",
    "lambda_aliases",
    "lambda_invocation",
    "lambda_asynchronous",
    "eventbridge_delivery",
    "lambda_provisioned",
    "lambda_permissions",
    "lambda_configuration",
    "stepfunctions_permissions",
    "stepfunctions_stop",
    "stepfunctions_tracing",
    "route53_data_plane",
    "route53_health_check_api",
    "route53_record_rules",
    "metrics_apigateway",
    "metrics_lambda",
    "metrics_dynamodb",
    "dynamodb_throughput",
    "application_autoscaling_actions",
    "metrics_logs",
    "metrics_sqs",
    "metrics_backup",
    "metrics_states",
    "iam_simulation",
    "iam_transport",
    "iam_lambda_actions",
    "codebuild",
    "codepipeline",
    "service_faults",
)
"""The fills in the order in which they are installed; the app wrapped last sees a request first."""


class MissingInternalError(RuntimeError):
    """MiniStack lacks something that a fill patches or uses; the message names all three."""


@dataclass(frozen=True)
class Tick:
    """Work that repeats: `run` is awaited every `seconds`, never twice at the same time.

    An exception is logged and the next tick runs all the same.
    """

    seconds: float
    run: Callable[[Context], Awaitable[None]]


@dataclass(frozen=True)
class Fill:
    """One addition to MiniStack.

    requires: dotted names of the MiniStack internals that it patches or uses, for example
        "ministack.services.cloudwatch._describe_alarms". A missing one stops the start.
    install: patches MiniStack in this process, once, before the server listens.
    services: SigV4 service name → maker of the app that answers it instead of MiniStack. The app is
        made at the first call to the service, and reads who calls and where with `asgi.call_of`.
    wrap: puts request or response filters around the app that answers AWS API calls and routed API
        requests; `asgi.call_of` works in it too.
    on_start: runs in a worker thread once the server listens, so it may use blocking boto3 clients.
        The server counts as healthy when every one returned; an exception stops the start.
    ticks: what it repeats while the server runs.
    control: name → app that answers the control API at /_local/{name} and below.
    """

    name: str
    requires: tuple[str, ...] = ()
    install: Callable[[Settings], None] | None = None
    services: Mapping[str, Callable[[Settings], App]] = field(default_factory=dict)
    wrap: Callable[[App], App] | None = None
    on_start: Callable[[Context], None] | None = None
    ticks: tuple[Tick, ...] = ()
    control: Mapping[str, App] = field(default_factory=dict)


def load(names: Iterable[str] = FILLS) -> list[Fill]:
    """Import the named modules of this package and return their fills, checked.

    Raises MissingInternalError when MiniStack lacks an internal that one of them requires.
    """
    fills: list[Fill] = [importlib.import_module(f"{__name__}.{name}").FILL for name in names]
    for fill in fills:
        check(fill)
    return fills


def check(fill: Fill) -> None:
    """Raise MissingInternalError unless every internal that the fill requires is there."""
    for dotted in fill.requires:
        if not _exists(dotted):
            version = importlib.metadata.version("ministack")
            raise MissingInternalError(
                f"fill '{fill.name}' needs {dotted}, which MiniStack {version} does not have; "
                "install the version that requirements/tools.txt pins"
            )


def _exists(dotted: str) -> bool:
    """Whether a module, or an attribute of the longest prefix that is a module, has that name."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        try:
            for attribute in parts[length:]:
                found = getattr(found, attribute)
        except AttributeError:
            return False
        return True
    return False
