"""The worst-case time and data loss of each disruption, from the plan's own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from techmoda_ha.plan.alarms import alarms_on, detection_seconds, quickest
from techmoda_ha.plan.assessment.availability import failover_seconds
from techmoda_ha.plan.assessment.measure import Measure
from techmoda_ha.plan.model import Plan, System, known
from techmoda_ha.plan.route53 import CHECK, Detection, failover_records, is_polling, ttl_of
from techmoda_ha.plan.schedules import hours_between
from techmoda_ha.plan.tables import TABLE

MILLISECONDS = 1000  # ReplicationLatency is in milliseconds.
PRODUCT_METRICS = ("TechModa/API", "ImplausibleProducts")


@dataclass(frozen=True)
class Worst:
    """A disruption's worst case: minutes without the API and minutes of writes lost, and why."""

    disruption: str
    rto: float | None
    rto_sum: str
    rpo: float | None
    rpo_sum: str


def recovery(system: System) -> list[Measure]:
    """Return the recovery time and point of every disruption, in minutes, against what is promised for it."""
    found = []
    for worst in _disruptions(system):
        promised = system.objectives.promised(worst.disruption)
        name = worst.disruption.replace("-", " ").capitalize()
        for kind, value, limit, how in (
            ("RTO", worst.rto, promised.rto_minutes, worst.rto_sum),
            ("RPO", worst.rpo, promised.rpo_minutes, worst.rpo_sum),
        ):
            identifier = f"{kind.lower()}/{worst.disruption}"
            found.append(
                Measure(identifier, f"{kind}: {name}", value, limit, "min", at_most=True, arithmetic=how)
            )
    return found


def _disruptions(system: System) -> Iterator[Worst]:
    yield Worst(
        "availability-zone", 0, "every service in use spreads over zones by itself",
        0, "DynamoDB acknowledges a write when it is in two zones",
    )  # fmt: skip
    if system.primary is not None:
        yield _region(system.primary)
        yield _stop(system.primary)
        yield _corruption(system, system.primary)
        yield _old_corruption(system, system.primary)
        yield _vault(system, system.primary)
    for plan in system.plans[:1]:
        yield _deployment(system, plan)


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def _region(plan: Plan) -> Worst:
    seconds = failover_seconds(plan)
    rto_sum = (
        "no failover record follows a health check"
        if seconds is None
        else f"detection and TTL: {seconds:g} s"
    )
    # Replication that lags is paged by the alarm that needs least lag and time for it; nobody knew before.
    unseen = [
        (alarm.value("threshold") / MILLISECONDS + detected, alarm)
        for alarm in alarms_on(plan, "AWS/DynamoDB", "ReplicationLatency")
        if (detected := detection_seconds(alarm)) is not None and known(alarm.value("threshold"))
    ]
    if not unseen:
        why = "no alarm says how far the replica may lag behind"
        return Worst("region", _minutes(seconds), rto_sum, None, why)
    lag, alarm = min(unseen, key=lambda one: one[0])
    tolerated = alarm.value("threshold") / MILLISECONDS
    rpo_sum = f"an alarm tolerates {tolerated:g} s of lag and takes {lag - tolerated:g} s to go off"
    return Worst("region", _minutes(seconds), rto_sum, _minutes(lag), rpo_sum)


def _stop(plan: Plan) -> Worst:
    checks = [
        check for check in plan.of(CHECK) if is_polling(check) and check.value("invert_healthcheck") is True
    ]
    slowest = max((one.seconds for check in checks if (one := Detection.of(check))), default=None)
    ttl = max((ttl_of(record) for record in failover_records(plan)), default=None)
    known = slowest is not None and ttl is not None
    how = f"the switch's check {slowest} s + {ttl} s of TTL" if known else "there is no STOP switch"
    seconds = slowest + ttl if slowest is not None and ttl is not None else None
    return Worst("deliberate-stop", _minutes(seconds), how, 0, "writes go on until clients are led away")


def _corruption(system: System, plan: Plan) -> Worst:
    response = system.objectives.assumptions["operator_response_minutes"]
    seconds = quickest(alarms_on(plan, *PRODUCT_METRICS))
    rewindable = all(table.value("stream_view_type") == "NEW_AND_OLD_IMAGES" for table in plan.of(TABLE))
    if seconds is None or not rewindable:
        why = "no alarm on implausible products" if seconds is None else "no stream with old images to rewind"
        return Worst("data-corruption", None, why, None, why)
    noticed = seconds / 60
    return Worst(
        "data-corruption", 2 * (noticed + response),
        f"noticed after {noticed:g} + response {response:g}; the rewind undoes it no slower than it was done",
        0, "streams keep every old image for 24 hours; legitimate later writes are kept",
    )  # fmt: skip


def _old_corruption(system: System, plan: Plan) -> Worst:
    given = system.objectives.assumptions
    name = "data-corruption-older-than-24-hours"
    if not all(table.value("point_in_time_recovery.0.enabled") is True for table in plan.of(TABLE)):
        why = "a table has no point-in-time recovery"
        return Worst(name, None, why, None, why)
    parts = ("operator_response_minutes", "restore_minutes", "reconcile_minutes")
    how = "response {} + restore {} + reconciling {}".format(*(f"{given[part]:g}" for part in parts))
    lag = given["pitr_lag_minutes"]
    return Worst(name, sum(given[part] for part in parts), how, lag, f"restorable to {lag:g} minutes ago")


def _vault(system: System, plan: Plan) -> Worst:
    given = system.objectives.assumptions
    gaps = [
        (hours * 60 + start + completion, str(rule.value("rule_name")))
        for backup in plan.of("aws_backup_plan")
        for rule in backup.blocks("rule")
        if (hours := hours_between(str(rule.value("schedule")))) is not None
        and isinstance(start := rule.value("start_window"), int)
        and isinstance(completion := rule.value("completion_window"), int)
        and rule.blocks("copy_action")
    ]
    parts = ("operator_response_minutes", "restore_minutes", "reconcile_minutes")
    how = "response {} + restore {} + reconciling {}".format(*(f"{given[part]:g}" for part in parts))
    if not gaps:
        return Worst("vault-only", None, "no backup is copied to the other region", None, "no copied backup")
    minutes, name = min(gaps)
    total = sum(given[part] for part in parts)
    return Worst(
        "vault-only", total, how, minutes, f"rule {name}: its interval, start and completion windows"
    )


def _deployment(system: System, plan: Plan) -> Worst:
    given = system.objectives.assumptions
    canaries = [one for one in plan.of("aws_lambda_alias") if one.is_set("routing_config") is True]
    seconds = quickest(alarms_on(plan, "AWS/Lambda", "Errors"))
    kept = "a deployment changes no data; the versions before stay published"
    if seconds is None:
        return Worst("deployment", None, "no alarm on a function's errors", 0, kept)
    if canaries:
        how = f"the canary's alarm {seconds:g} s, and AWS takes it back by itself"
        return Worst("deployment", _minutes(seconds), how, 0, kept)
    response, redeploy = given["operator_response_minutes"], given["redeploy_minutes"]
    how = f"alarm {seconds / 60:g} + response {response:g} + moving the alias back {redeploy:g}"
    return Worst("deployment", seconds / 60 + response + redeploy, how, 0, kept)
