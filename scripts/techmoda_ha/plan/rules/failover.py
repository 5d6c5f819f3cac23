"""Rules of the failover: DNS notices a failed region in time, leads clients on, and can be stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from techmoda_ha.plan.functions import EVENTS, GATEWAY, PERMISSION, name_of
from techmoda_ha.plan.gateway import base_paths, host_names
from techmoda_ha.plan.judging import BOTH, Judgement, Outcome, Severity, decide, expect, judged, missing, rule
from techmoda_ha.plan.model import Plan, Resource, System, known
from techmoda_ha.plan.route53 import (
    ALIAS_TTL_SECONDS,
    CHECK,
    CLOUDFRONT_ZONE,
    RECORD,
    Detection,
    endpoint_checks,
    failover_records,
    is_polling,
    role_of,
    ttl_of,
)
from techmoda_ha.plan.values import UNKNOWN

# An API's own host; a regional custom domain's begins with d- (API Gateway developer guide).
DEFAULT_ENDPOINT = re.compile(r"[a-z0-9]{10}\.execute-api\.")
LONGEST_TTL_SECONDS = ALIAS_TTL_SECONDS
FEWEST_CHECKER_REGIONS = 3


@rule(
    "failover-records",
    severity=Severity.CRITICAL,
    title="Every failover name has a PRIMARY record in one region and a SECONDARY in the other",
    why="With one record only, DNS has nowhere to lead clients when that region fails.",
    fix="Give the name a failover record of each role, with a set_identifier of its own (modules/failover).",
    source="Route 53 developer guide, active-passive failover",
    answers=("gdpr-32-1-b", "wa-rel-11", "wa-rel-13"),
    needs=BOTH,
)
def records(system: System) -> Iterator[Judgement]:
    """Judge each name over both plans, at the record that stands alone."""
    primary, dr = system.both()
    here, there = failover_records(primary), failover_records(dr)
    if not here and not there:
        yield missing(primary, "There is no failover record.")
    for plan, own, other in ((primary, here, there), (dr, there, here)):
        wanted = "PRIMARY" if plan is primary else "SECONDARY"
        for record in own:
            name = record.value("name")
            has_other = any(one.value("name") == name and role_of(one) != role_of(record) for one in other)
            text = (
                f"{name} is {role_of(record)} here (wanted {wanted}), or has no record in the other region."
            )
            yield decide(record, role_of(record) == wanted and has_other, text)


@rule(
    "failover-health-check",
    severity=Severity.CRITICAL,
    title="Every failover record follows a health check that is switched on",
    why="A record without a health check counts as healthy for ever: clients stay in the failed region.",
    fix="Set health_check_id on the record, and leave disabled = false on the check.",
    source="Route 53 developer guide: a disabled check counts as healthy",
    answers=("wa-rel-6", "wa-rel-11"),
)
def health_check(system: System) -> Iterator[Judgement]:
    """Judge failover records by what they follow, and checks by whether they are on."""
    for plan in system.plans:
        for record in failover_records(plan):
            yield decide(record, record.is_set("health_check_id"), "It follows no health check.")
        for check in plan.of(CHECK):
            yield expect(check, "disabled", lambda off: not off, "It is switched off.")


@rule(
    "failover-detection",
    severity=Severity.CRITICAL,
    title="A failed region is noticed and left within the failover objective, at worst",
    why="Detection takes interval and threshold; until DNS answers differently every client gets errors.",
    fix="Check every 10 s with a threshold of 3.",
    source="Route 53 developer guide: connect ≤ 4 s, answer ≤ 2 s; worst case threshold × "
    "(interval + 6) + TTL",
    answers=("wa-rel-11", "wa-rel-13"),
)
def detection(system: System) -> Iterator[Judgement]:
    """Judge each check of an endpoint by its own numbers and the longest TTL of the names that follow."""
    limit = system.objectives.region_failover_minutes * 60
    for plan in system.plans:
        ttl = max((ttl_of(record) for record in failover_records(plan)), default=ALIAS_TTL_SECONDS)
        for check in plan.of(CHECK):
            if not is_polling(check):
                continue
            worst = Detection.of(check)
            if worst is None:
                yield judged(check, Outcome.UNKNOWN, "Its interval or threshold is known only after apply.")
                continue
            total = worst.seconds + ttl
            text = f"At worst {worst.sum} + {ttl} s of TTL = {total:g} s pass, more than {limit:g}."
            yield decide(check, total <= limit, text)


@rule(
    "failover-steady",
    severity=Severity.HIGH,
    title="One lost packet moves nobody: at least two failures in a row, seen from three places",
    why="A check that trips at once, or that looks from one place, moves all clients for nothing.",
    fix="Set failure_threshold to 2 or more, and leave regions at three or more.",
    source="Route 53 developer guide: healthy if more than 18 % of the checkers agree; three "
    "regions at least",
    answers=("wa-rel-11",),
)
def steady(system: System) -> Iterator[Judgement]:
    """Judge the checks that poll an endpoint."""
    for check in system.of(CHECK):
        if is_polling(check):
            threshold, regions = check.value("failure_threshold"), check.value("regions")
            if not known(threshold, regions):
                yield decide(check, UNKNOWN, "One failure is enough.")
                continue
            places = len(regions) if regions else FEWEST_CHECKER_REGIONS  # None: Route 53's default, all.
            text = f"{threshold} failure(s) seen from {places} place(s) are enough."
            yield decide(check, (threshold or 0) >= 2 and places >= FEWEST_CHECKER_REGIONS, text)


@rule(
    "failover-ttl",
    severity=Severity.HIGH,
    title="No resolver may keep a failover answer for more than a minute",
    why="Clients ask the failed region until the TTL is over, whatever Route 53 says by then.",
    fix="Set ttl to 60 or less, or use an alias.",
    source="Route 53 developer guide: an alias of an API Gateway domain is answered with 60 s",
    answers=("wa-rel-11", "wa-rel-13"),
)
def ttl(system: System) -> Iterator[Judgement]:
    """Judge failover records that are no aliases."""
    for plan in system.plans:
        for record in failover_records(plan):
            text = f"Its TTL is {ttl_of(record)} s."
            yield decide(record, ttl_of(record) <= LONGEST_TTL_SECONDS, text)


@rule(
    "failover-check-target",
    severity=Severity.CRITICAL,
    title="Each endpoint is checked over HTTPS at the region's own host name, at a path that answers",
    why="A check of the public name asks whichever region serves; one without the base path always fails.",
    fix="Check https://<regional host>/<base path>/health, with SNI.",
    source="API Gateway answers a custom domain only for its own host and TLS name; Well-Architected REL 11",
    answers=("wa-rel-6", "wa-rel-11"),
)
def check_target(system: System) -> Iterator[Judgement]:
    """Judge the checks of endpoints: what is not inverted."""
    for plan in system.plans:
        for check in endpoint_checks(plan):
            yield decide(check, _asks_the_region(plan, check), _target(check))


def _asks_the_region(plan: Plan, check: Resource) -> bool:
    shared = {record.value("name") for record in failover_records(plan)}
    host, path = str(check.value("fqdn")), str(check.value("resource_path"))
    is_secure = str(check.value("type")).startswith("HTTPS") and check.value("enable_sni") is not False
    is_mapped = any(path.startswith(f"/{base}/") for base in base_paths(plan))
    return is_secure and is_mapped and host in host_names(plan) and host not in shared


def _target(check: Resource) -> str:
    kind, host, path = (check.value(name) for name in ("type", "fqdn", "resource_path"))
    return f"It asks {kind} {host}{path}, which is not the health path of this region's own host."


@rule(
    "failover-stop-switch",
    severity=Severity.CRITICAL,
    title="A STOP switch in the DR region can take the primary region out of service",
    why="A region that looks healthy and harms its clients must be left without Route 53's control plane.",
    fix="Let the PRIMARY record follow a calculated check: endpoint and an inverted check of the DR region.",
    source="AWS blog, Creating Disaster Recovery Mechanisms Using Amazon Route 53; docs/decisions/0047",
    answers=("wa-rel-11", "wa-rel-13"),
    needs=BOTH,
)
def stop_switch(system: System) -> Iterator[Judgement]:
    """Judge the primary's inverted check: its host must be the DR region's, and both must be required."""
    primary, dr = system.both()
    switches = [check for check in primary.of(CHECK) if check.value("invert_healthcheck") is True]
    calculated = [check for check in primary.of(CHECK) if check.value("type") == "CALCULATED"]
    if not switches:
        yield missing(primary, "No inverted health check can take the primary region out of service.")
    if not calculated:
        yield missing(primary, "No calculated health check joins the endpoint's health and the STOP switch.")
    own = host_names(dr) - host_names(primary)
    for check in switches:
        text = f"It asks {check.value('fqdn')}, which is no host of the DR region alone."
        yield decide(check, check.value("fqdn") in own, text)
    for check in calculated:
        yield expect(
            check, "child_health_threshold", lambda count: (count or 0) >= 2,
            "{} good check(s) are enough for it: the STOP switch alone decides nothing.",
        )  # fmt: skip


@rule(
    "failover-alias",
    severity=Severity.HIGH,
    title="Aliases lead to the API's regional custom domain",
    why="An alias to execute-api or with CloudFront's zone resolves to nothing that knows the host name.",
    fix="Use regional_domain_name and regional_zone_id of the custom domain.",
    source="API Gateway developer guide; Z2FDTNDATAQYW2 is CloudFront's zone",
    answers=("wa-rel-11",),
)
def alias(system: System) -> Iterator[Judgement]:
    """Judge the alias blocks of records."""
    for record in system.of(RECORD):
        for block in record.blocks("alias"):
            zone, name = block.value("zone_id"), block.value("name")
            bad = zone == CLOUDFRONT_ZONE or DEFAULT_ENDPOINT.match(str(name)) is not None
            holds = False if bad else True if known(zone, name) else UNKNOWN
            yield decide(record, holds, f"It leads to {name} in zone {zone}.")


@rule(
    "failover-no-way-back-by-itself",
    severity=Severity.HIGH,
    title="After a failover a latch keeps clients in the DR region until somebody decides",
    why="A region that recovers and fails again would throw clients to and fro, and split writes.",
    fix="Run the latch of modules/failover/modules/stop-switch every minute in the DR environment.",
    source="Well-Architected REL 11, static stability; docs/decisions/0048",
    answers=("wa-rel-11", "wa-rel-13"),
    needs=BOTH,
)
def latch(system: System) -> Iterator[Judgement]:
    """Judge the schedule of the function that answers for the switch: the gateway and a schedule call it."""
    primary, dr = system.both()
    if not any(check.value("invert_healthcheck") is True for check in primary.of(CHECK)):
        return
    schedules = list(_schedules_of_latch(dr))
    often = [one for one in schedules if one.value("schedule_expression") == "rate(1 minute)"]
    if not often:
        yield missing(dr, "Nothing runs every minute to latch the STOP switch.")
    for one in often:
        yield expect(one, "state", lambda state: state in (None, "ENABLED"), "The latch's schedule is {}.")


def _schedules_of_latch(dr: Plan) -> Iterator[Resource]:
    permissions = list(dr.of(PERMISSION))
    by_gateway = {
        name_of(one.value("function_name")) for one in permissions if one.value("principal") == GATEWAY
    }
    for permission in permissions:
        if (
            permission.value("principal") == EVENTS
            and name_of(permission.value("function_name")) in by_gateway
        ):
            yield from (
                one
                for one in dr.of("aws_cloudwatch_event_rule")
                if one.module == permission.module and one.value("schedule_expression")
            )
