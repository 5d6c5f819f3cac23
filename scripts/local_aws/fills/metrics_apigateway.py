"""The metrics of AWS/ApiGateway for REST APIs.

Contract: API Gateway developer guide, "Amazon API Gateway dimensions and metrics": Count, 4XXError,
5XXError, Latency and IntegrationLatency by {ApiName}, by {ApiName, Stage}, and, for a method that has
detailed metrics on (`metricsEnabled`), by {ApiName, Method, Resource, Stage}. An error metric is 0 for a
request that went well, so its average is the error rate. A request that no stage answers is not counted.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.apigateway_exchange import Exchange, on_finish
from local_aws.metrics.service_metrics import count, dimensions, publish_values
from local_aws.metrics.store import DimensionSets
from local_aws.settings import Settings

_NAMESPACE = "AWS/ApiGateway"


def _publish(exchange: Exchange) -> None:
    api = gateway._rest_apis.get_scoped(exchange.account_id, exchange.region, exchange.api_id)
    stage = exchange.stage
    if not api or not stage:
        return
    values = [
        count("Count"),
        count("4XXError", 1 if 400 <= exchange.status < 500 else 0),
        count("5XXError", 1 if exchange.status >= 500 else 0),
        ("Latency", exchange.milliseconds, "Milliseconds"),
    ]
    if exchange.integration:
        values.append(("IntegrationLatency", exchange.integration.milliseconds, "Milliseconds"))
    resource = exchange.resource_path
    detailed = bool(resource) and _detailed(stage.get("methodSettings") or {}, resource, exchange.method)
    sets = _dimension_sets(api["name"], exchange.stage_name, resource if detailed else "", exchange.method)
    publish_values(exchange.region, _NAMESPACE, sets, values)


@functools.lru_cache(maxsize=1024)
def _dimension_sets(api: str, stage: str, resource: str, method: str) -> DimensionSets:
    """The sets of dimensions for a request; without a resource those of the API and its stage."""
    sets = (dimensions(ApiName=api), dimensions(ApiName=api, Stage=stage))
    if not resource:
        return sets
    return (*sets, dimensions(ApiName=api, Method=method, Resource=resource, Stage=stage))


def _detailed(settings: Mapping[str, Any], path: str, method: str) -> bool:
    """Whether the method has detailed metrics: by its own settings, else by those for all methods.

    UpdateStage keeps a resource's path as a JSON pointer segment: "/" in it is written "~1".
    """
    names = (path, path.replace("/", "~1"), path.lstrip("/"))
    keys = [f"{name}/{method}" for name in names] + ["*/*"]
    entries = (settings.get(key) for key in keys)
    return next((bool(entry.get("metricsEnabled")) for entry in entries if entry), False)


def _install(_settings: Settings) -> None:
    on_finish(_publish)


FILL = Fill(
    name="metrics_apigateway",
    requires=("ministack.services.apigateway_v1._rest_apis",),
    install=_install,
)
