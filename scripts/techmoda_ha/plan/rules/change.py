"""Rules of change: no apply loses data, and none takes the way of the traffic down."""

from __future__ import annotations

from collections.abc import Iterator

from techmoda_ha.plan.judging import Judgement, Severity, decide, rule
from techmoda_ha.plan.model import Resource, System

STATEFUL = {
    "aws_backup_vault", "aws_dynamodb_table", "aws_dynamodb_table_replica", "aws_kms_key",
    "aws_kms_replica_key", "aws_route53_zone", "aws_s3_bucket", "aws_backup_vault_lock_configuration",
    "aws_cloudwatch_log_group",
}  # fmt: skip
ON_THE_WAY = {
    "aws_api_gateway_rest_api", "aws_api_gateway_stage", "aws_api_gateway_domain_name",
    "aws_api_gateway_base_path_mapping", "aws_lambda_alias", "aws_lambda_function", "aws_route53_record",
    "aws_route53_health_check", "aws_acm_certificate",
}  # fmt: skip
CREATE_FIRST = ("create", "delete")


@rule(
    "change-keeps-data",
    severity=Severity.CRITICAL,
    title="No table, replica, vault, key, zone or log is destroyed or replaced",
    why="Terraform replaces a table as readily as a tag: its data is gone, and in the replica as well.",
    fix="Mend the change so that it updates in place; where the loss is meant, waive it with "
    "owner and expiry.",
    source="Terraform, plan actions delete and replace; Well-Architected REL 8",
    answers=("gdpr-32-1-b", "wa-rel-8", "wa-rel-9"),
)
def keeps_data(system: System) -> Iterator[Judgement]:
    """Judge every change of what holds data or what data hangs on, in the plan's own words."""
    for one in _changes(system, STATEFUL):
        yield decide(one, not one.is_lost, f"The plan will {_words(one)} it.")


@rule(
    "change-keeps-traffic",
    severity=Severity.HIGH,
    title="Nothing on the way of the traffic is gone before its successor is there",
    why="Between a delete and a create clients get errors, in the region that changes or in both.",
    fix="Use create_before_destroy, or change the other region first and lead clients there.",
    source="Terraform, lifecycle create_before_destroy; Well-Architected REL 8",
    answers=("wa-rel-8", "wa-rel-11"),
)
def keeps_traffic(system: System) -> Iterator[Judgement]:
    """Judge every change of host names, records, health checks, stages, aliases and functions."""
    for one in _changes(system, ON_THE_WAY):
        holds = not one.is_lost or one.actions == CREATE_FIRST
        yield decide(one, holds, f"The plan will {_words(one)} it.")


def _changes(system: System, types: set[str]) -> Iterator[Resource]:
    for plan in system.plans:
        yield from (one for one in plan.changes if one.type in types)


def _words(one: Resource) -> str:
    return "destroy" if "create" not in one.actions else "destroy and make anew"
