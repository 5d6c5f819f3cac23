"""Rules of the tables: they can be restored, rewound, and are in two regions with room for a surge."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.judging import (
    PRIMARY,
    Judgement,
    Outcome,
    Severity,
    decide,
    expect,
    judged,
    missing,
    rule,
)
from techmoda_ha.plan.model import Plan, Resource, System, known
from techmoda_ha.plan.tables import (
    POLICY,
    PROVISIONED,
    REPLICA,
    TABLE,
    TARGET,
    TARGET_VALUE,
    dimension_of,
    dimensions,
    is_made_in,
    regions_of,
    replicas_of,
    scaling,
)
from techmoda_ha.plan.values import UNKNOWN, every, some

SHORTEST_RECOVERY_DAYS = 7
AWS_MANAGED = "alias/aws/"


@rule(
    "data-pitr",
    severity=Severity.CRITICAL,
    title="Every table and replica has point-in-time recovery over at least seven days",
    why="Damage that is found after more than a day can only be undone from it; backups are a day apart.",
    fix="Set point_in_time_recovery to true, with a recovery period of 35 days.",
    source="DynamoDB developer guide, point-in-time recovery: 1 to 35 days, restorable to 5 minutes ago",
    answers=("gdpr-32-1-c", "wa-rel-9", "wa-rel-13"),
)
def point_in_time_recovery(system: System) -> Iterator[Judgement]:
    """Judge tables, and the replicas, whose recovery is a setting of their own."""
    for plan in system.plans:
        if not list(plan.of(TABLE)):
            yield missing(plan, "There is no table.")
    for table in system.of(TABLE):
        yield expect(table, "point_in_time_recovery.0.enabled", bool, "Point-in-time recovery is off.")
        days = table.value("point_in_time_recovery.0.recovery_period_in_days")
        if known(days) and days:
            text = f"Point-in-time recovery goes back only {days} days."
            yield decide(table, days >= SHORTEST_RECOVERY_DAYS, text)
    for replica in system.of(REPLICA):
        yield expect(replica, "point_in_time_recovery", bool, "Point-in-time recovery of the replica is off.")


@rule(
    "data-deletion-protection",
    severity=Severity.CRITICAL,
    title="Every table and replica refuses its deletion",
    why="One wrong apply or command would delete the catalogue, in one region or in both.",
    fix="Set deletion_protection = true; only throw-away environments go without.",
    source="DynamoDB developer guide, deletion protection",
    answers=("wa-rel-8", "wa-sec-8"),
)
def deletion_protection(system: System) -> Iterator[Judgement]:
    """Judge tables and replicas."""
    for table in system.of(TABLE, REPLICA):
        yield expect(table, "deletion_protection_enabled", bool, "The table can be deleted.")


@rule(
    "data-stream",
    severity=Severity.CRITICAL,
    title="Every table keeps a stream with new and old images",
    why="The rewind of corrupted data puts back old images; without them only a restore of an "
    "hour or more is left.",
    fix='Set stream_enabled = true and stream_view_type = "NEW_AND_OLD_IMAGES".',
    source="DynamoDB developer guide, streams: kept 24 hours; global tables need NEW_AND_OLD_IMAGES",
    answers=("gdpr-32-1-c", "wa-rel-9", "wa-rel-13"),
)
def stream(system: System) -> Iterator[Judgement]:
    """Judge tables; a replica has its source's stream settings."""
    for table in system.of(TABLE):
        enabled, view = table.value("stream_enabled"), table.value("stream_view_type")
        has_both = UNKNOWN if view is UNKNOWN else view == "NEW_AND_OLD_IMAGES"
        holds = every(UNKNOWN if enabled is UNKNOWN else enabled is True, has_both)
        yield decide(table, holds, f"Its stream is not enabled with both images (view type {view!r}).")


@rule(
    "data-replica",
    severity=Severity.CRITICAL,
    title="Every table of the primary environment has a replica in the DR region",
    why="The other region can serve clients only from data that it already has.",
    fix="Give the table a replica in the DR region (modules/dynamodb-ha, input replicas).",
    source="DynamoDB developer guide, global tables; Well-Architected REL 13",
    answers=("gdpr-32-1-b", "wa-rel-10", "wa-rel-13"),
    needs=PRIMARY,
)
def replica(system: System) -> Iterator[Judgement]:
    """Judge the tables that the primary environment makes.

    A table that DR makes for itself under the same name holds what concerns one region only. Without the
    plan of DR nobody can tell.
    """
    for plan in [system.primary] if system.primary else []:
        for table in plan.of(TABLE):
            own = UNKNOWN if system.dr is None else is_made_in(system.dr, table)
            text = f"It has no replica in {plan.dr_region}."
            yield decide(table, some(plan.dr_region in regions_of(plan, table), own), text)


@rule(
    "data-replica-key",
    severity=Severity.HIGH,
    title="Every replica is encrypted with a customer key of its own region",
    why="With a key of the failed region, or one that nobody manages, the replica is unreadable "
    "when it is needed.",
    fix="Give the replica a kms_key_arn of a (replica) key in its region.",
    source="DynamoDB developer guide, global tables and encryption: a key unreachable for 20 "
    "hours drops the replica",
    answers=("gdpr-32-1-a", "wa-sec-8", "wa-rel-10"),
    needs=PRIMARY,
)
def replica_key(system: System) -> Iterator[Judgement]:
    """Judge replicas: the key's ARN names its region."""
    for one in system.of(REPLICA):
        arn = one.value("kms_key_arn")
        is_near = str(arn).split(":")[3:4] == [one.region] and AWS_MANAGED not in str(arn)
        holds = UNKNOWN if arn is UNKNOWN else is_near
        yield decide(one, holds, f"Its key is {arn!r}, which is none of {one.region}.")


@rule(
    "data-autoscaling",
    severity=Severity.CRITICAL,
    title="Reads and writes of every provisioned table, index and replica scale by themselves",
    why="One dimension without autoscaling throttles the whole API in a surge; an index "
    "throttles its table's writes.",
    fix="Give each dimension a scaling target and a target-tracking policy (modules/dynamodb-ha does).",
    source="DynamoDB developer guide, autoscaling; a provisioned global table needs it on writes",
    answers=("gdpr-32-1-b", "wa-rel-7"),
    needs=PRIMARY,
)
def autoscaling(system: System) -> Iterator[Judgement]:
    """Judge each table in its own region, and each replica in its."""
    for plan in system.plans:
        for table in plan.of(TABLE):
            if table.value("billing_mode") != PROVISIONED:
                continue
            for one in (table, *replicas_of(plan, table)):
                yield _all_scale(plan, table, one)


def _all_scale(plan: Plan, table: Resource, one: Resource) -> Judgement:
    lacking = sorted(
        f"{dimension.resource_id} {dimension.name}"
        for dimension in dimensions(table)
        for kind in (TARGET, POLICY)
        if scaling(plan, kind, dimension, one.region) is None
    )
    return decide(one, not lacking, f"Nothing scales in {one.region}: {', '.join(dict.fromkeys(lacking))}.")


@rule(
    "data-surge",
    severity=Severity.CRITICAL,
    title="The highest throughput of every table, index and replica holds the surge",
    why="Autoscaling stops at its maximum: beyond it every request is throttled, however long "
    "the surge lasts.",
    fix="Raise the maximum to surge rate × units a request ÷ target utilization "
    "(modules/capacity shows the sum).",
    source="Application Auto Scaling, target tracking; rates and units from objectives.yaml",
    answers=("wa-rel-7", "wa-perf"),
)
def surge(system: System) -> Iterator[Judgement]:
    """Judge each scaling target of DynamoDB."""
    for plan in system.plans:
        for target in plan.of(TARGET):
            if target.value("service_namespace") == "dynamodb":
                yield _holds_surge(system, plan, target)


def _holds_surge(system: System, plan: Plan, target: Resource) -> Judgement:
    dimension = dimension_of(target)
    policy = scaling(plan, POLICY, dimension, target.region)
    if policy is None:
        return judged(target, Outcome.UNKNOWN, "Nothing uses this scaling target.")
    promised, work = system.objectives, system.objectives.workload
    units = (
        promised.surge_reads * work.read_units_per_read
        if dimension.is_read
        else promised.surge_writes * work.write_units_per_write
    )
    maximum, share = target.value("max_capacity"), policy.value(TARGET_VALUE)
    if not known(maximum, share):
        return decide(target, UNKNOWN, "The maximum is below the surge.")
    need = units * 100 / share
    text = (
        f"Its maximum is {maximum:g} units; a surge needs {need:.0f} ({units:g} at {share:g} % utilization)."
    )
    return decide(target, maximum >= need, text)
