"""The limits of a deployment, from what Terraform plans: an environment, or modules/capacity alone.

Reading is pure; nothing is guessed: a number that is missing is an error that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from techmoda_ha.capacity.configuration import (
    TABLE_PARTS,
    Case,
    Concurrency,
    Configuration,
    OnDemand,
    Provisioned,
    Throttle,
    Throughput,
    Workload,
)
from techmoda_ha.errors import HaError
from techmoda_ha.plan import tables
from techmoda_ha.plan.model import Plan, Resource
from techmoda_ha.plan.objectives import Objectives

NEXT_STEP = "Plan it again: ha plan --env primary --out FILE, then terraform show -json FILE"
_ON_DEMAND = "PAY_PER_REQUEST"


def workload_of(objectives: Objectives) -> Workload:
    """Return what requests are and cost, as objectives.yaml promises capacity for."""
    promised = objectives.workload
    return replace(
        Workload().with_writes(promised.write_share),
        read_units=promised.read_units_per_read,
        p99_seconds=promised.functions["products"].p99_seconds,
    )


def of_capacity_module(document: Mapping[str, Any], name: str, objectives: Objectives) -> Case:
    """Return the case that the outputs of a plan of modules/capacity describe (terraform show -json).

    Raises HaError when one of them is missing.
    """
    try:
        outputs = document["planned_values"]["outputs"]
        values = {key: outputs[key]["value"] for key in ("authorizer", "products", "table", "throttle")}
        return Case(
            _of_outputs(values, name), objectives.workload.requests_per_second, workload_of(objectives)
        )
    except (KeyError, TypeError) as error:
        raise HaError(f"{name} does not say what capacity there is: {error}.", NEXT_STEP) from error


def _of_outputs(values: Mapping[str, Any], name: str) -> Configuration:
    table, throttle = values["table"], values["throttle"]
    target = table["target_utilization"] / 100
    reads = Provisioned(table["read"]["baseline"], table["read"]["maximum"], target)
    writes = Provisioned(table["write"]["baseline"], table["write"]["maximum"], target)
    products, authorizer = values["products"], values["authorizer"]
    return Configuration(
        name=name,
        throttle=Throttle(throttle["rate_limit"], throttle["burst_limit"]),
        write_throttle=Throttle(throttle["write_rate_limit"], throttle["write_burst_limit"]),
        products=Concurrency(
            products["reserved_concurrency"],
            products["provisioned"]["minimum"],
            products["provisioned"]["maximum"],
        ),
        authorizer=Concurrency(authorizer["reserved_concurrency"]),
        # An index without limits of its own takes the table's (modules/dynamodb-ha).
        throughputs={"table_read": reads, "table_write": writes, "index_read": reads, "index_write": writes},
    )


def of_environment(plan: Plan, name: str, objectives: Objectives) -> Case:
    """Return the case of an environment's plan; raise HaError when it lacks a number.

    envs/primary makes the tables; a plan of envs/dr alone does not say what they take.
    """
    table = next((one for one in plan.of(tables.TABLE) if str(one.value("name")).endswith("-products")), None)
    if table is None:
        raise HaError(f"{name} makes no products table.", "Take the plan of envs/primary.")
    stage = _method(plan, name, "*/*")
    parts = [_throughput(plan, table, dimension, name) for dimension in tables.dimensions(table)]
    configuration = Configuration(
        name=name,
        throttle=_throttle(stage),
        write_throttle=_throttle(_method(plan, name, "/POST")),
        requests_per_address=_address_limit(plan),
        account_concurrency=objectives.workload.account_concurrency,
        regions=1 + len(tables.replicas_of(plan, table)),
        products=_concurrency(plan, "-products", name),
        authorizer=_concurrency(plan, "-authorizer", name),
        throughputs=dict(zip(TABLE_PARTS, parts, strict=True)),
    )
    return Case(configuration, objectives.workload.requests_per_second, workload_of(objectives))


def _throughput(plan: Plan, table: Resource, dimension: tables.Dimension, name: str) -> Throughput:
    if table.value("billing_mode") == _ON_DEMAND:
        ceiling = "max_read_request_units" if dimension.is_read else "max_write_request_units"
        asked = table.value(f"on_demand_throughput.0.{ceiling}")
        return OnDemand(float(asked) if isinstance(asked, int | float) and asked > 0 else None)
    target = tables.scaling(plan, tables.TARGET, dimension, table.region)
    policy = tables.scaling(plan, tables.POLICY, dimension, table.region)
    if target is None:
        kind = "read_capacity" if dimension.is_read else "write_capacity"
        units = _number(table, kind, name)
        return Provisioned(units, units, None)
    tracked = None if policy is None else _number(policy, tables.TARGET_VALUE, name) / 100
    return Provisioned(_number(target, "min_capacity", name), _number(target, "max_capacity", name), tracked)


def _number(resource: Resource, path: str, name: str) -> float:
    value = resource.value(path)
    if not isinstance(value, int | float):
        raise HaError(f"{name} does not say {path} of {resource.address}.", NEXT_STEP)
    return float(value)


def _method(plan: Plan, name: str, ending: str) -> Resource:
    for one in plan.of("aws_api_gateway_method_settings"):
        if str(one.value("method_path")).endswith(ending):
            return one
    raise HaError(f"{name} has no throttle of {ending}.", NEXT_STEP)


def _throttle(method: Resource) -> Throttle:
    rate, burst = (
        _number(method, f"settings.0.throttling_{kind}_limit", method.address) for kind in ("rate", "burst")
    )
    return Throttle(rate, burst)


def _concurrency(plan: Plan, ending: str, name: str) -> Concurrency:
    function = next(
        (one for one in plan.of("aws_lambda_function") if str(one.value("function_name")).endswith(ending)),
        None,
    )
    if function is None:
        raise HaError(f"{name} has no function whose name ends in {ending}.", NEXT_STEP)
    reserved = int(_number(function, "reserved_concurrent_executions", name))
    memory = _number(function, "memory_size", name) / 1024
    for target in plan.of(tables.TARGET):
        if str(target.value("resource_id")).startswith(f"function:{function.value('function_name')}:"):
            minimum, maximum = (int(_number(target, f"{kind}_capacity", name)) for kind in ("min", "max"))
            return Concurrency(_limit(reserved), minimum, maximum, memory_gigabytes=memory)
    return Concurrency(_limit(reserved), memory_gigabytes=memory)


def _limit(reserved: int) -> int | None:
    return None if reserved < 0 else reserved


def _address_limit(plan: Plan) -> float | None:
    for acl in plan.of("aws_wafv2_web_acl"):
        for rule in acl.blocks("rule"):
            limit = rule.value("statement.0.rate_based_statement.0.limit")
            if isinstance(limit, int | float):
                return float(limit)
    return None
