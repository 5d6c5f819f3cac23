"""What must hold before a region may go dark, and again afterwards: each check says in words what does not.

A check returns "" when all is well. They look at the configuration as well as at the behaviour: a failover
that was never needed looks fine until the day it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import dns.exception
import httpx

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.drills.stage import Region, Stage
from techmoda_ha.errors import HaError

LONGEST_TTL_SECONDS = 60
REPLICATION_SECONDS = 2.0
STOP_PATH = "/failover/stop"


def regions_answer(stage: Stage) -> str:
    """Both regions' /health answers 200 over HTTPS at their own host names."""
    problems = []
    for region in (stage.primary, stage.dr):
        try:
            answer = stage.visitor(region).request("GET", "/health")
        except (httpx.HTTPError, dns.exception.DNSException) as error:
            problems.append(f"{region.host} does not answer ({error or type(error).__name__})")
            continue
        if answer.status_code != httpx.codes.OK:
            problems.append(f"{region.host}{stage.base_path}/health answers {answer.status_code}")
    return "; ".join(problems)


def dns_leads_to_primary(stage: Stage) -> str:
    """DNS leads the public name to the primary region, as its health check says."""
    led_to = stage.whereabouts.region_of(stage.host)
    return (
        ""
        if led_to == stage.primary.name
        else f"DNS leads {stage.host} to {led_to}, not {stage.primary.name}"
    )


def answers_are_short_lived(stage: Stage) -> str:
    """Clients may keep the public name's address for a minute at most."""
    try:
        ttl = stage.network.look_up(stage.host).ttl
    except dns.exception.DNSException as error:
        return f"DNS does not know {stage.host} ({error})"
    return (
        ""
        if ttl <= LONGEST_TTL_SECONDS
        else f"the TTL of {stage.host} is {ttl} s, over {LONGEST_TTL_SECONDS} s"
    )


def failover_records_are_complete(stage: Stage) -> str:
    """There are a PRIMARY and a SECONDARY record, and their health checks are those that a failover needs."""
    route53, zone = stage.route53(), stage.primary.hosted_zone_id

    def config_of(health_check_id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = route53.get_health_check(HealthCheckId=health_check_id)["HealthCheck"]
        config: Mapping[str, Any] = found["HealthCheckConfig"]
        return config

    with aws_errors_as("Route 53 could not be asked about the failover records.", "Try again."):
        pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
        records = [record for page in pages for record in page["ResourceRecordSets"]]
        public = [one for one in records if one["Name"].rstrip(".") == stage.host and one["Type"] == "A"]
        problems = _record_problems(public, config_of)
        for region in (stage.primary, stage.dr):
            config = config_of(region.health_check_id)
            problems += _check_problems(region, config, f"{stage.base_path}/health")
    return "; ".join(problems)


def _record_problems(
    records: list[Mapping[str, Any]], config_of: Callable[[str], Mapping[str, Any]]
) -> list[str]:
    roles = {record.get("Failover", "none"): record for record in records}
    problems = [f"there is no {role} record" for role in ("PRIMARY", "SECONDARY") if role not in roles]
    if "PRIMARY" not in roles:
        return problems
    if "HealthCheckId" not in roles["PRIMARY"]:
        return [*problems, "the PRIMARY record has no health check, so it would never fail over"]
    children = config_of(roles["PRIMARY"]["HealthCheckId"]).get("ChildHealthChecks", [])
    if not any(config_of(child).get("Inverted") for child in children):
        problems.append("the PRIMARY record's health check does not heed the STOP switch")
    return problems


def _check_problems(region: Region, config: Mapping[str, Any], path: str) -> list[str]:
    wanted = {"ResourcePath": path, "FullyQualifiedDomainName": region.host}
    return [
        f"the health check of {region.name} asks for {name} {config.get(name)}, not {value}"
        for name, value in wanted.items()
        if config.get(name) != value
    ]


def replication_is_fast(stage: Stage) -> str:
    """A marker gets from each region to the other in time."""
    problems = []
    for source, destination in ((stage.primary, stage.dr), (stage.dr, stage.primary)):
        seconds = stage.failover.replication_seconds(source.name, destination.name)
        if seconds > REPLICATION_SECONDS:
            problems.append(
                f"replication from {source.name} to {destination.name} takes over {REPLICATION_SECONDS:g} s"
            )
    return "; ".join(problems)


def replica_exists(stage: Stage) -> str:
    """Both regions' products tables are replicas of one another."""
    problems = []
    for here, there in ((stage.primary, stage.dr), (stage.dr, stage.primary)):
        try:
            with aws_errors_as(f"there is no table {here.table_name} in {here.name}", ""):
                client = stage.clients("dynamodb", here.name)
                table = client.describe_table(TableName=here.table_name)["Table"]
        except HaError as error:
            problems.append(error.message)
            continue
        states = {one["RegionName"]: one.get("ReplicaStatus") for one in table.get("Replicas", [])}
        if states.get(there.name) != "ACTIVE":
            problems.append(f"{here.table_name} in {here.name} has no active replica in {there.name}")
    return "; ".join(problems)


def stop_switch_works(stage: Stage) -> str:
    """The STOP switch can be read, is not engaged, and DR's endpoint, which Route 53 reads, says the same."""
    try:
        state = stage.failover.switch.read()
    except HaError as error:
        return error.message
    if state.engaged:
        return f"STOP is engaged since {state.at} by {state.by}: {state.reason}"
    try:
        answer = stage.visitor(stage.dr).request("GET", STOP_PATH)
    except (httpx.HTTPError, dns.exception.DNSException) as error:
        return f"{stage.dr.host} does not answer ({error or type(error).__name__})"
    told: object = None
    with contextlib.suppress(ValueError, AttributeError):
        told = answer.json().get("stopped")
    if answer.status_code != httpx.codes.NOT_FOUND or told is not False:
        return f"{stage.dr.host}{stage.base_path}{STOP_PATH} answers {answer.status_code} {answer.text[:80]}"
    return ""


def latch_is_armed(stage: Stage) -> str:
    """The latch may engage STOP: after a resume it arms itself, some minutes later."""
    armed = stage.failover.switch.read().armed
    return "" if armed else "the latch is not armed, so Route 53 would lead clients back by itself"


def within(check: Callable[[Stage], str], stage: Stage, seconds: float) -> str:
    """Repeat a check until all is well, for that long at most; return its last word."""
    deadline = stage.clock() + seconds
    while (problem := check(stage)) and stage.clock() < deadline:
        stage.sleep(1.0)
    return problem
