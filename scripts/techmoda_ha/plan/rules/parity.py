"""Rules of parity: whatever serves clients in the primary region has its equal in the DR region."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from techmoda_ha.plan.alarms import COMPOSITE_ALARM, METRIC_ALARM, metrics_of
from techmoda_ha.plan.functions import FUNCTION, name_of
from techmoda_ha.plan.gateway import METHOD, SETTINGS, route_of
from techmoda_ha.plan.judging import BOTH, Judgement, Severity, decide, rule
from techmoda_ha.plan.model import Plan, Resource, System
from techmoda_ha.plan.values import UNKNOWN

# Metrics of one region only: Route 53 publishes in us-east-1, backups are taken where the tables are made.
OF_ONE_REGION = {"AWS/Route53", "AWS/Backup"}
REGION = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d\b")
Identity = Callable[[Plan, Resource], str]
SOURCE = "Well-Architected REL 13: the standby equals the primary; docs/decisions/0040"


def _pairs(
    system: System, kinds: tuple[str, ...], identity: Identity
) -> Iterator[tuple[Resource, Resource | None]]:
    primary, dr = system.both()
    there = {identity(dr, one): one for one in dr.of(*kinds)}
    for one in primary.of(*kinds):
        yield one, there.get(identity(primary, one))


def _neutral(plan: Plan, text: Any) -> str:
    """Return a text in which regions are only the own one and another: alike in both environments."""
    return REGION.sub(lambda found: "<own>" if found[0] == plan.region else "<other>", str(text))


def _same(one: Resource, other: Resource, paths: tuple[str, ...]) -> tuple[bool, list[str]]:
    found = [(path, one.value(path), other.value(path)) for path in paths]
    different = [
        f"{path} {here!r} here, {there!r} there"
        for path, here, there in found
        if UNKNOWN not in (here, there) and here != there
    ]
    return any(UNKNOWN in (here, there) for _path, here, there in found), different


def _compare(one: Resource, other: Resource | None, paths: tuple[str, ...], what: str) -> Judgement:
    if other is None:
        return decide(one, False, f"{what} is missing in the DR region.")
    is_open, different = _same(one, other, paths)
    return decide(
        one, False if different else UNKNOWN if is_open else True, f"{what}: {'; '.join(different)}."
    )


def _by_name(path: str) -> Identity:
    return lambda plan, one: _neutral(plan, one.value(path))


@rule(
    "parity-functions",
    severity=Severity.CRITICAL,
    title="Every function of the primary region is in the DR region, the same code and settings",
    why="The standby is asked only on the worst day; a smaller or older one fails then.",
    fix="Make it in modules/regional-api, which both environments use.",
    source=SOURCE,
    answers=("wa-rel-13",),
    needs=BOTH,
)
def functions(system: System) -> Iterator[Judgement]:
    """Compare functions by name."""
    paths = ("runtime", "handler", "memory_size", "timeout", "source_code_hash", "architectures", "publish")
    for one, other in _pairs(system, (FUNCTION,), _by_name("function_name")):
        if _is_served(system, one):
            yield _compare(one, other, paths, f"Function {one.value('function_name')}")


def _is_served(system: System, function: Resource) -> bool:
    """Tell whether clients reach a function by the gateway."""
    primary, _dr = system.both()
    return any(
        permission.value("principal") == "apigateway.amazonaws.com"
        and name_of(permission.value("function_name")) == function.value("function_name")
        for permission in primary.of("aws_lambda_permission")
    )


@rule(
    "parity-concurrency",
    severity=Severity.CRITICAL,
    title="The DR region reserves and provisions as much concurrency as the primary region",
    why="After a failover it carries the whole load, in a surge as well.",
    fix="Give both environments the same capacity input.",
    source=SOURCE,
    answers=("wa-rel-7", "wa-rel-13"),
    needs=BOTH,
)
def concurrency(system: System) -> Iterator[Judgement]:
    """Compare reservations, provisioned concurrency and its scaling, by function."""
    for one, other in _pairs(system, (FUNCTION,), _by_name("function_name")):
        if other is not None:
            paths = ("reserved_concurrent_executions",)
            yield _compare(one, other, paths, "Reserved concurrency")
    kind = "aws_lambda_provisioned_concurrency_config"
    for one, other in _pairs(system, (kind,), _by_name("function_name")):
        yield _compare(one, other, ("provisioned_concurrent_executions",), "Provisioned concurrency")
    for one, other in _pairs(system, ("aws_appautoscaling_target",), _by_name("resource_id")):
        if one.value("service_namespace") == "lambda":
            yield _compare(one, other, ("min_capacity", "max_capacity"), "Scaling of provisioned concurrency")


@rule(
    "parity-routes",
    severity=Severity.CRITICAL,
    title="Every route of the primary region is in the DR region, with the same authorization",
    why="After a failover clients get 403 for a route that is missing.",
    fix="Make the route in modules/regional-api.",
    source=SOURCE,
    answers=("wa-rel-13",),
    needs=BOTH,
)
def routes(system: System) -> Iterator[Judgement]:
    """Compare methods by verb and path."""
    paths = ("authorization", "request_parameters", "request_models", "api_key_required")
    for one, other in _pairs(system, (METHOD,), route_of):
        primary, _dr = system.both()
        yield _compare(one, other, paths, f"Route {route_of(primary, one)}")


@rule(
    "parity-throttle",
    severity=Severity.HIGH,
    title="The DR region lets as much through as the primary region",
    why="After a failover it carries the whole load.",
    fix="Give both environments the same capacity input.",
    source=SOURCE,
    answers=("wa-rel-7", "wa-rel-13"),
    needs=BOTH,
)
def throttle(system: System) -> Iterator[Judgement]:
    """Compare the stages' throttles by method path."""
    paths = ("settings.0.throttling_rate_limit", "settings.0.throttling_burst_limit")
    for one, other in _pairs(system, (SETTINGS,), _by_name("method_path")):
        yield _compare(one, other, paths, f"The throttle of {one.value('method_path')}")


@rule(
    "parity-firewall",
    severity=Severity.HIGH,
    title="Both regions' firewalls have the same rules",
    why="Whoever is blocked in one region would be let in by failing over to the other.",
    fix="Give both environments the same waf input.",
    source=SOURCE,
    answers=("wa-rel-13", "wa-sec-5"),
    needs=BOTH,
)
def firewall(system: System) -> Iterator[Judgement]:
    """Compare web ACLs: their rules, and what they do by default."""
    for one, other in _pairs(system, ("aws_wafv2_web_acl",), _by_name("name")):
        if other is None:
            yield decide(one, False, "The firewall is missing in the DR region.")
            continue
        here, there = one.value("rule"), other.value("rule")
        same = here == there and one.value("default_action") == other.value("default_action")
        yield decide(
            one, UNKNOWN if UNKNOWN in (here, there) else same, "The DR region's firewall has other rules."
        )


@rule(
    "parity-alarms",
    severity=Severity.HIGH,
    title="Every alarm on what serves clients exists in the DR region, with the same threshold",
    why="After a failover nobody would be told what goes wrong in the region that serves.",
    fix="Make the alarm in modules/monitoring or modules/regional-api.",
    source=SOURCE,
    answers=("wa-rel-6", "wa-rel-13"),
    needs=BOTH,
)
def alarms(system: System) -> Iterator[Judgement]:
    """Compare alarms by name, without the regions' names; backups and Route 53 have their own region."""
    paths = ("threshold", "evaluation_periods", "datapoints_to_alarm", "period", "treat_missing_data",
             "comparison_operator", "actions_enabled")  # fmt: skip
    for one, other in _pairs(system, (METRIC_ALARM,), _by_name("alarm_name")):
        if not {metric.value("namespace") for metric in metrics_of(one)} & OF_ONE_REGION:
            yield _compare(one, other, paths, f"Alarm {one.value('alarm_name')}")
    for one, other in _pairs(system, (COMPOSITE_ALARM,), _by_name("alarm_name")):
        yield _compare(one, other, ("actions_enabled",), f"Alarm {one.value('alarm_name')}")
