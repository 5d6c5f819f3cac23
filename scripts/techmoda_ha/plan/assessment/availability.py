"""Availability from the services' SLAs, as the plan puts them in series and in parallel.

Hard dependencies multiply, and redundant copies give 1 − ∏(1 − Aᵢ) if they fail independently
(Well-Architected, Reliability pillar). What clients lose while DNS moves them counts as well.
"""

from __future__ import annotations

from math import prod

from techmoda_ha.plan.assessment.measure import Measure
from techmoda_ha.plan.model import Plan, System
from techmoda_ha.plan.route53 import (
    ALIAS_TTL_SECONDS,
    Detection,
    endpoint_checks,
    failover_records,
    role_of,
    ttl_of,
)
from techmoda_ha.plan.tables import TABLE, is_made_in, regions_of

HOURS_A_YEAR = 8760
SECONDS_AN_HOUR = 3600
# What a request passes in a region before it reaches the table: the SLA's name, and a resource that shows it.
PATH = {"api_gateway": "aws_api_gateway_stage", "lambda": "aws_lambda_function"}


def availability(system: System) -> Measure:
    """Return the availability in percent that clients of the public name may count on."""
    value, arithmetic = _two_regions(system)
    return Measure(
        "availability", "Availability a year", value, system.objectives.availability_percent, "%",
        at_most=False, arithmetic=arithmetic,
    )  # fmt: skip


def failover_seconds(plan: Plan | None) -> float | None:
    """Return how long clients of a failed region are without the API, at worst; None when nobody can tell."""
    if plan is None or not failover_records(plan):
        return None
    detections = [Detection.of(check) for check in endpoint_checks(plan)]
    if not detections or None in detections:
        return None
    slowest = max(one.seconds for one in detections if one is not None)
    return slowest + max((ttl_of(record) for record in failover_records(plan)), default=ALIAS_TTL_SECONDS)


def _two_regions(system: System) -> tuple[float | None, str]:
    if system.primary is None or system.dr is None:
        return None, "needs the plans of both environments"
    primary, dr, levels = system.primary, system.dr, system.objectives.service_levels
    path = prod(levels[name] / 100 for name, kind in PATH.items() if list(primary.of(kind)))
    table = _table(system, primary)
    seconds = failover_seconds(primary)
    is_pair = {role_of(one) for plan in (primary, dr) for one in failover_records(plan)} >= {
        "PRIMARY",
        "SECONDARY",
    }
    names = " × ".join(f"{levels[name]:g} %" for name in PATH)
    if not is_pair or seconds is None:
        alone = path * table * 100
        return alone, f"one region alone: {names} × {table * 100:g} % (no failover between regions)"
    outages = (1 - path) * HOURS_A_YEAR / system.objectives.assumptions["region_outage_hours"]
    moving = outages * seconds / SECONDS_AN_HOUR / HOURS_A_YEAR
    both = 1 - (1 - path) ** 2
    total = (both * table * levels["route53"] / 100 - moving) * 100
    return total, (
        f"a region {path * 100:.4f} % ({names}); both in parallel {both * 100:.5f} %; × {table * 100:g} % of "
        f"the tables; − {outages:.1f} failovers a year × {seconds:g} s ({moving * 100:.5f} %)"
    )


def _table(system: System, primary: Plan) -> float:
    """Return the availability of the tables: a global one's, if all that both regions share are global."""
    levels, dr = system.objectives.service_levels, system.dr
    shared = [table for table in primary.of(TABLE) if dr is None or not is_made_in(dr, table)]
    is_global = all(primary.dr_region in regions_of(primary, table) for table in shared)
    return levels["dynamodb_global" if is_global else "dynamodb"] / 100
