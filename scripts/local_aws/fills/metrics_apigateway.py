"""The metrics of AWS/ApiGateway for REST APIs.

Contract: API Gateway developer guide, "Amazon API Gateway dimensions and metrics": Count, 4XXError,
5XXError, Latency and IntegrationLatency by {ApiName}, by {ApiName, Stage}, and, for a method that has
detailed metrics on (`metricsEnabled`), by {ApiName, Method, Resource, Stage}. An error metric is 0 for a
request that went well, so its average is the error rate. A request that no stage answers is not counted.
"""

from __future__ import annotations

from ministack.services import apigateway_v1 as gateway

from local_aws.fills import Fill
from local_aws.fills.apigateway_exchange import Exchange, on_finish
from local_aws.metrics.service_metrics import Dimensions, dimensions, publish_values
from local_aws.settings import Settings

_NAMESPACE = "AWS/ApiGateway"


def _publish(exchange: Exchange) -> None:
    api = gateway._rest_apis.get_scoped(exchange.account_id, exchange.region, exchange.api_id)
    if not api or not exchange.stage:
        return
    values = {
        "Count": (1, "Count"),
        "4XXError": (1 if 400 <= exchange.status < 500 else 0, "Count"),
        "5XXError": (1 if exchange.status >= 500 else 0, "Count"),
        "Latency": (exchange.milliseconds, "Milliseconds"),
    }
    if exchange.integration:
        values["IntegrationLatency"] = (exchange.integration.milliseconds, "Milliseconds")
    publish_values(exchange.region, _NAMESPACE, _dimension_sets(exchange, api["name"]), values)


def _dimension_sets(exchange: Exchange, api_name: str) -> list[Dimensions]:
    sets = [dimensions(ApiName=api_name), dimensions(ApiName=api_name, Stage=exchange.stage_name)]
    if exchange.resource_path and _detailed(exchange):
        sets.append(
            dimensions(
                ApiName=api_name,
                Method=exchange.method,
                Resource=exchange.resource_path,
                Stage=exchange.stage_name,
            )
        )
    return sets


def _detailed(exchange: Exchange) -> bool:
    """Whether the method has detailed metrics: by its own settings, else by those for all methods.

    UpdateStage keeps a resource's path as a JSON pointer segment: "/" in it is written "~1".
    """
    settings = exchange.stage.get("methodSettings") or {}
    path = exchange.resource_path
    names = (path, path.replace("/", "~1"), path.lstrip("/"))
    keys = [f"{name}/{exchange.method}" for name in names] + ["*/*"]
    entries = (settings.get(key) for key in keys)
    return next((bool(entry.get("metricsEnabled")) for entry in entries if entry), False)


def _install(_settings: Settings) -> None:
    on_finish(_publish)


FILL = Fill(
    name="metrics_apigateway",
    requires=("ministack.services.apigateway_v1._rest_apis",),
    install=_install,
)
