"""The arithmetic of availability, recovery and head-room, on plans that can be worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.plan.plan_kit import objectives, plan, resource, system, table

from techmoda_ha.plan.assessment.availability import availability, failover_seconds
from techmoda_ha.plan.assessment.head_room import first_bottleneck, head_room
from techmoda_ha.plan.assessment.measure import Measure, Verdict
from techmoda_ha.plan.assessment.recovery import recovery
from techmoda_ha.plan.model import Plan
from techmoda_ha.plan.schedules import hours_between

ROLES = {"primary": "PRIMARY", "dr": "SECONDARY"}
ARN = "arn:aws:dynamodb:us-east-1:111111111111:table/products"


def serving(role: str, *others: dict[str, Any], interval: int = 10, threshold: int = 3) -> Plan:
    """A plan with what serves clients in one region, and its failover record."""
    return plan(
        resource("aws_api_gateway_stage", "live", {}),
        resource("aws_lambda_function", "this", {"function_name": "x-products"}),
        resource(
            "aws_route53_record", "public",
            {"failover_routing_policy": [{"type": ROLES[role]}], "alias": [{}]},
        ),
        resource(
            "aws_route53_health_check", "endpoint",
            {"type": "HTTPS", "request_interval": interval, "failure_threshold": threshold},
        ),
        *others,
        role=role,
    )  # fmt: skip


def replicated() -> tuple[dict[str, Any], dict[str, Any]]:
    replica = resource("aws_dynamodb_table_replica", "r", {"global_table_arn": ARN}, provider="aws.replica")
    return table(arn=ARN), replica


def of(measures: list[Measure], identifier: str) -> Measure:
    (found,) = [one for one in measures if one.id == identifier]
    return found


def test_two_regions_over_a_global_table_reach_four_nines() -> None:
    # A region's gateway and functions: 0.9995 × 0.9995. Two of them in parallel, times 0.99999 of the global
    # table, less 8760 h × (1 − 0.9995²) ÷ 3 h an outage failovers a year of 108 s each.
    path = 0.9995**2
    lost = (1 - path) * 8760 / 3 * 108 / 3600 / 8760
    wanted = ((1 - (1 - path) ** 2) * 0.99999 - lost) * 100
    measure = availability(system(serving("primary", *replicated()), serving("dr")))
    assert measure.value == pytest.approx(wanted)
    assert wanted == pytest.approx(99.9979, abs=1e-4)
    assert measure.verdict is Verdict.HOLDS


def test_without_a_replica_the_table_of_one_region_decides() -> None:
    measure = availability(system(serving("primary", table(arn=ARN)), serving("dr")))
    assert measure.value is not None
    assert measure.value < 99.99
    assert measure.verdict is Verdict.MISSED


def test_one_region_alone_misses_four_nines() -> None:
    measure = availability(system(serving("primary", table(arn=ARN)), plan(role="dr")))
    assert measure.value == pytest.approx(0.9995**2 * 0.9999 * 100)
    assert measure.verdict is Verdict.MISSED


def test_one_plan_alone_tells_no_availability() -> None:
    assert availability(system(serving("primary"))).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("interval", "threshold", "seconds"), [(10, 3, 108), (30, 3, 168), (30, 10, 420)])
def test_detection_takes_threshold_times_interval_plus_six_and_a_minute_of_ttl(
    interval: int, threshold: int, seconds: int
) -> None:
    assert failover_seconds(serving("primary", interval=interval, threshold=threshold)) == seconds


def alarm(namespace: str, metric: str, *, periods: int = 3, threshold: float = 60_000) -> dict[str, Any]:
    values = {"namespace": namespace, "metric_name": metric, "period": 60}
    return resource(
        "aws_cloudwatch_metric_alarm",
        metric,
        {**values, "evaluation_periods": periods, "threshold": threshold},
    )


def test_a_region_loses_at_most_what_the_replication_alarm_lets_pass() -> None:
    found = recovery(system(serving("primary", alarm("AWS/DynamoDB", "ReplicationLatency"))))
    assert of(found, "rpo/region").value == pytest.approx((60 + 3 * 60) / 60)
    assert of(found, "rto/region").value == pytest.approx(108 / 60)


def test_without_a_replication_alarm_nobody_knows_what_a_region_loses() -> None:
    assert of(recovery(system(serving("primary"))), "rpo/region").verdict is Verdict.UNKNOWN


def test_corruption_is_undone_no_slower_than_it_was_done() -> None:
    watched = serving("primary", table(), alarm("TechModa/API", "ImplausibleProducts", periods=1))
    found = recovery(system(watched))
    response = objectives().assumptions["operator_response_minutes"]
    assert of(found, "rto/data-corruption").value == pytest.approx(2 * (1 + response))
    assert of(found, "rpo/data-corruption").value == 0


def test_without_an_alarm_nobody_notices_corruption() -> None:
    assert of(recovery(system(serving("primary", table()))), "rto/data-corruption").value is None


def test_without_old_images_there_is_nothing_to_rewind() -> None:
    keys_only = serving(
        "primary", table(stream_view_type="KEYS_ONLY"), alarm("TechModa/API", "ImplausibleProducts")
    )
    assert of(recovery(system(keys_only)), "rto/data-corruption").value is None


def test_the_vault_loses_a_days_writes_and_the_windows_of_the_backup() -> None:
    entry = {"rule_name": "d", "schedule": "cron(0 1 * * ? *)", "start_window": 60, "completion_window": 120}
    backup = resource("aws_backup_plan", "p", {"rule": [{**entry, "copy_action": [{}]}]})
    assert of(recovery(system(serving("primary", backup))), "rpo/vault-only").value == 24 * 60 + 60 + 120
    alone = resource("aws_backup_plan", "p", {"rule": [entry]})
    assert of(recovery(system(serving("primary", alone))), "rpo/vault-only").value is None


def test_the_tightest_component_is_the_first_bottleneck() -> None:
    work = objectives().workload
    settings = {"method_path": "*/*", "settings": [{"throttling_rate_limit": work.requests_per_second * 4}]}
    loose = resource(
        "aws_lambda_function", "this", {"function_name": "x-products", "reserved_concurrent_executions": 500}
    )
    measures = head_room(system(plan(resource("aws_api_gateway_method_settings", "all", settings), loose)))
    first = first_bottleneck(measures)
    assert first is not None
    assert first.name == "stage throttle (primary)"
    assert first.value == pytest.approx(4)
    assert first.verdict is Verdict.MISSED


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("rate(30 minutes)", 0.5),
        ("rate(1 day)", 24),
        ("cron(0 1 * * ? *)", 24),
        ("cron(15 * * * ? *)", 1),
        ("cron(0 0/6 * * ? *)", 6),
        ("cron(0 2 ? * SUN *)", 168),
        ("cron(0 3 1 * ? *)", 744),
        ("cron(0 3 1 1 ? *)", None),
        ("cron(0/5 3 * * ? *)", None),
        ("cron(0 0/0 * * ? *)", None),
        ("at noon", None),
    ],
)
def test_the_gap_between_two_runs_of_a_schedule(expression: str, hours: float | None) -> None:
    assert hours_between(expression) == hours
