"""How many times the normal traffic each component holds, and which one gives way first."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.assessment.measure import Measure
from techmoda_ha.plan.functions import on_the_path
from techmoda_ha.plan.gateway import WRITES, customer_paths, throttles
from techmoda_ha.plan.model import Plan, System
from techmoda_ha.plan.rules.api import RATE
from techmoda_ha.plan.tables import (
    POLICY,
    PROVISIONED,
    TABLE,
    TARGET,
    TARGET_VALUE,
    dimension_of,
    scaling,
)

# What a new on-demand table takes at once; it grows from there (DynamoDB developer guide).
ON_DEMAND_READS, ON_DEMAND_WRITES = 12_000, 4_000


def head_room(system: System) -> list[Measure]:
    """Return each component's head-room as a multiple of the normal rate, the smallest first.

    A component whose limit is known only after apply has none, and stands last.
    """
    found = [measure for plan in system.plans for measure in _of_plan(system, plan)]
    return sorted(found, key=lambda one: (one.value is None, one.value or 0))


def first_bottleneck(measures: list[Measure]) -> Measure | None:
    """Return the component that gives way first; None when no limit is known."""
    return next((one for one in measures if one.value is not None), None)


def _of_plan(system: System, plan: Plan) -> Iterator[Measure]:
    here = (system, plan)
    work = system.objectives.workload
    rate, writes = work.requests_per_second, work.requests_per_second * work.write_share
    yield _measure(here, "API Gateway's quota", work.gateway_requests_per_second, rate, "requests/s")
    for one in throttles(plan):
        is_write = one.verb in WRITES
        if one.is_for_all or one.path in customer_paths(plan):
            name = "stage throttle" if one.is_for_all else f"throttle of {one.verb} {one.path}"
            limit = one.settings.value(RATE)
            yield _measure(here, name, limit, writes if is_write else rate, "requests/s")
    for function, name, load in on_the_path(system, plan):
        if function is not None:
            need = system.objectives.concurrency_needed(load) / system.objectives.surge_factor
            reserved = function.value("reserved_concurrent_executions")
            yield _measure(here, f"concurrency of {name}", reserved, need, "executions")
    yield from _tables(system, plan)


def _tables(system: System, plan: Plan) -> Iterator[Measure]:
    here = (system, plan)
    work = system.objectives.workload
    writes = work.requests_per_second * work.write_share * work.write_units_per_write
    reads = work.requests_per_second * (1 - work.write_share) * work.read_units_per_read
    for target in plan.of(TARGET):
        if target.value("service_namespace") != "dynamodb":
            continue
        dimension = dimension_of(target)
        policy = scaling(plan, POLICY, dimension, target.region)
        share, maximum = policy.value(TARGET_VALUE) if policy else None, target.value("max_capacity")
        is_known = isinstance(share, (int, float)) and isinstance(maximum, (int, float))
        kind, need = ("read", reads) if dimension.is_read else ("write", writes)
        name = f"{kind}s of {dimension.resource_id.removeprefix('table/')} in {target.region}"
        usable = maximum * share / 100 if is_known else None
        yield _measure(here, name, usable, need, f"units/s at {share} % of {maximum}")
    for table in plan.of(TABLE):
        if table.value("billing_mode") not in (PROVISIONED, None) and plan is system.primary:
            name = f"writes of {table.value('name')} (on demand)"
            yield _measure(here, name, ON_DEMAND_WRITES, writes, "units/s")


def _measure(here: tuple[System, Plan], name: str, limit: object, normal: float, unit: str) -> Measure:
    system, plan = here
    is_known = isinstance(limit, (int, float)) and limit >= 0 and normal > 0
    factor = float(limit) / normal if isinstance(limit, (int, float)) and is_known else None
    shown = f"{limit:g}" if isinstance(limit, (int, float)) and is_known else "unknown"
    return Measure(
        f"head-room/{plan.role}/{name}", f"{name} ({plan.role})", factor, system.objectives.surge_factor,
        "×", at_most=False, arithmetic=f"{shown} {unit} ÷ {normal:g} on a normal day",
    )  # fmt: skip
