"""Rules of the alarms: each thing that can fail has one, each one reaches somebody who knows what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from techmoda_ha.plan.alarms import (
    COMPOSITE_ALARM,
    METRIC_ALARM,
    alarms_on,
    metrics_of,
    parts_of,
    ratio_window_seconds,
)
from techmoda_ha.plan.functions import on_the_path
from techmoda_ha.plan.judging import Judgement, Severity, decide, expect, missing, rule
from techmoda_ha.plan.model import Plan, Resource, System
from techmoda_ha.plan.tables import TABLE, replicas_of
from techmoda_ha.plan.values import every, some

RUNBOOK = re.compile(r"Runbook: https?://\S+")
SHORT_WINDOW_SECONDS, LONG_WINDOW_SECONDS = 3600, 3600


@rule(
    "monitoring-alarm-acts",
    severity=Severity.CRITICAL,
    title="Every alarm notifies somebody, by itself or as a part of a composite alarm",
    why="An alarm without an action goes red on a page that nobody looks at.",
    fix="Set alarm_actions to the page or ticket topic, and leave actions_enabled on.",
    source="CloudWatch user guide, alarm actions; Well-Architected REL 6",
    answers=("gdpr-33", "wa-rel-6"),
)
def alarm_acts(system: System) -> Iterator[Judgement]:
    """Judge metric and composite alarms."""
    for plan in system.plans:
        parts = {name for composite in plan.of(COMPOSITE_ALARM) for name in parts_of(composite)}
        for alarm in plan.of(METRIC_ALARM, COMPOSITE_ALARM):
            acts = every(alarm.value("actions_enabled") is not False, alarm.is_set("alarm_actions"))
            holds = some(acts, alarm.value("alarm_name") in parts)
            yield decide(alarm, holds, "It notifies nobody.")


@rule(
    "monitoring-runbook",
    severity=Severity.HIGH,
    title="Every alarm's description links its runbook",
    why="At three in the morning the engineer on call must not have to search what to do.",
    fix='End alarm_description with "Runbook: <URL>".',
    source="Well-Architected OPS 10, REL 12; this repository's convention for alarms",
    answers=("wa-rel-6", "wa-ops-10"),
)
def runbook(system: System) -> Iterator[Judgement]:
    """Judge metric and composite alarms."""
    for alarm in system.of(METRIC_ALARM, COMPOSITE_ALARM):
        text = "Its description links no runbook."
        yield expect(alarm, "alarm_description", lambda given: bool(RUNBOOK.search(given or "")), text)


@rule(
    "monitoring-slo",
    severity=Severity.HIGH,
    title="Each region alarms on how fast it spends its error budget, over a short and a long window",
    why="A fixed threshold pages for nothing, or too late: 99.99 % leaves 4.3 minutes in 30 days.",
    fix="Make burn-rate alarms of 5XXError over Count with two windows, joined by a composite alarm.",
    source="Google SRE Workbook, chapter 5: multi-window, multi-burn-rate alerts",
    answers=("wa-rel-6", "wa-ops-8"),
)
def slo(system: System) -> Iterator[Judgement]:
    """Judge each plan: some composite alarm joins error ratios over an hour or more and over less."""
    for plan in system.plans:
        windows = {
            alarm.value("alarm_name"): seconds
            for alarm in plan.of(METRIC_ALARM)
            if (seconds := ratio_window_seconds(alarm)) is not None
        }
        joined = [alarm for alarm in plan.of(COMPOSITE_ALARM) if _has_two_windows(alarm, windows)]
        if not joined:
            yield missing(plan, "No composite alarm joins error ratios of a short and a long window.")
        for alarm in joined:
            yield decide(alarm, alarm.value("actions_enabled") is not False, "It is switched off.")


def _has_two_windows(alarm: Resource, windows: dict[str, float]) -> bool:
    found = {windows[name] for name in parts_of(alarm) if name in windows}
    return any(one < SHORT_WINDOW_SECONDS for one in found) and any(
        one >= LONG_WINDOW_SECONDS for one in found
    )


@rule(
    "monitoring-functions",
    severity=Severity.HIGH,
    title="Errors and throttles of every function on the customers' path raise an alarm",
    why="A throttled function is the first sign of a surge beyond its reservation.",
    fix="Add the function to modules/monitoring.",
    source="Lambda developer guide, monitoring concurrency",
    answers=("wa-rel-6", "wa-rel-7"),
)
def functions(system: System) -> Iterator[Judgement]:
    """Judge the functions that objectives.yaml names."""
    for plan in system.plans:
        for function, _name, _load in on_the_path(system, plan):
            if function is None:
                continue
            name = function.value("function_name")
            lacking = [
                metric
                for metric in ("Errors", "Throttles")
                if not _watched(plan, ("AWS/Lambda", metric), "FunctionName", name)
            ]
            yield decide(function, not lacking, f"No alarm watches its {' and '.join(lacking)}.")


@rule(
    "monitoring-tables",
    severity=Severity.HIGH,
    title="Throttled reads and writes of every provisioned table, and late replication, raise an alarm",
    why="Throttles lose orders; replication that lags is data that a failover would lose.",
    fix="Add the table and its replica regions to modules/monitoring.",
    source="DynamoDB developer guide, metrics and dimensions",
    answers=("wa-rel-6", "wa-rel-9"),
)
def tables(system: System) -> Iterator[Judgement]:
    """Judge provisioned tables; the replication of on-demand ones shows nothing else."""
    for plan in system.plans:
        for table in plan.of(TABLE):
            if table.value("billing_mode") != "PROVISIONED":
                continue
            wanted = ["ReadThrottleEvents", "WriteThrottleEvents"]
            wanted += ["ReplicationLatency"] if replicas_of(plan, table) else []
            name = table.value("name")
            lacking = [
                metric for metric in wanted if not _watched(plan, ("AWS/DynamoDB", metric), "TableName", name)
            ]
            yield decide(table, not lacking, f"No alarm watches its {' and '.join(lacking)}.")


def _watched(plan: Plan, metric: tuple[str, str], dimension: str, value: str) -> bool:
    return any(
        one.value("metric_name") == metric[1] and one.value(f"dimensions.{dimension}") == value
        for alarm in alarms_on(plan, *metric)
        for one in metrics_of(alarm)
    )


@rule(
    "monitoring-endpoint",
    severity=Severity.HIGH,
    title="Each region alarms when its own endpoint answers no health check",
    why="A standby that died weeks ago is found out only when clients are led to it.",
    fix="Keep the endpoint alarm of modules/failover; missing data must count as breaching.",
    source="docs/decisions/0043: Route 53's own metric exists in us-east-1 only",
    answers=("wa-rel-6", "wa-rel-13"),
)
def endpoint(system: System) -> Iterator[Judgement]:
    """Judge each plan's alarms on the gateway's metrics of GET /health."""
    for plan in system.plans:
        found = [
            alarm
            for alarm in alarms_on(plan, "AWS/ApiGateway", "Count")
            if any(str(one.value("dimensions.Resource")).endswith("/health") for one in metrics_of(alarm))
        ]
        if not found:
            yield missing(plan, "No alarm watches whether the health checks are answered here.")
        for alarm in found:
            text = "Missing data counts as {}: silence would look healthy."
            yield expect(alarm, "treat_missing_data", lambda given: given == "breaching", text)


@rule(
    "monitoring-log-retention",
    severity=Severity.MEDIUM,
    title="Every log group is kept for a limited time",
    why="Logs hold clients' addresses; kept for ever they are a liability, and they cost.",
    fix="Set retention_in_days, at most longest_retention_days of objectives.yaml.",
    source="CloudWatch Logs user guide: without retention_in_days logs never expire",
    answers=("gdpr-5-1-e", "wa-sec-4"),
)
def log_retention(system: System) -> Iterator[Judgement]:
    """Judge log groups; 0 and null keep for ever."""
    longest = system.objectives.longest_retention_days
    for group in system.of("aws_cloudwatch_log_group"):
        text = f"It keeps logs for {{}} days; 1 to {longest} are allowed."
        yield expect(group, "retention_in_days", lambda days: bool(days) and days <= longest, text)
