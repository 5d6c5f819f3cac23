"""The custom checks; each names the rule of `ha validate` that it is a part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck
from ha_reading import UnresolvedError, blocks, read

Block = dict[str, Any]
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
COLD_DAYS, ANSWER_SECONDS, LONGEST_DETECTION_SECONDS = 90, 6, 240


class HaCheck(BaseResourceCheck):
    """One check: a function that says whether a resource block holds."""

    def __init__(self, number: int, name: str, resource: str, holds: Callable[[Block], bool]) -> None:
        """Register the check under CKV_TECHMODA_<number>."""
        self._holds = holds
        super().__init__(
            name=name,
            id=f"CKV_TECHMODA_{number}",
            categories=[CheckCategories.BACKUP_AND_RECOVERY],
            supported_resources=[resource],
        )

    def scan_resource_conf(self, conf: Block) -> CheckResult:
        """Judge one block; what checkov could not resolve is unknown."""
        try:
            return CheckResult.PASSED if self._holds(conf) else CheckResult.FAILED
        except UnresolvedError:
            return CheckResult.UNKNOWN


def _is_protected(block: Block) -> bool:
    return str(read(block, "deletion_protection_enabled")).lower() == "true"


def _keeps_both_images(block: Block) -> bool:
    return str(read(block, "stream_view_type")) == "NEW_AND_OLD_IMAGES"


def _is_restorable(block: Block) -> bool:
    return str(read(block, "point_in_time_recovery")).lower() == "true"


def _links_runbook(block: Block) -> bool:
    return "Runbook: http" in str(read(block, "alarm_description"))


def _detects_in_time(block: Block) -> bool:
    if not str(read(block, "type")).startswith(("HTTP", "TCP")):
        return True
    interval, threshold = read(block, "request_interval") or 30, read(block, "failure_threshold") or 3
    return int(threshold) * (int(interval) + ANSWER_SECONDS) <= LONGEST_DETECTION_SECONDS


def _follows_a_check(block: Block) -> bool:
    if not blocks(block, "failover_routing_policy"):
        return True
    try:
        return bool(read(block, "health_check_id"))
    except UnresolvedError:
        return True  # Which check it follows is open, but it follows one.


def _leads_to_the_region(block: Block) -> bool:
    return all(read(alias, "zone_id") != CLOUDFRONT_ZONE for alias in blocks(block, "alias"))


def _is_taken_by_aws(block: Block) -> bool:
    for entry in blocks(block, "rule"):
        for holder in (entry, *blocks(entry, "copy_action")):
            for lifecycle in blocks(holder, "lifecycle"):
                cold, end = read(lifecycle, "cold_storage_after"), read(lifecycle, "delete_after")
                if cold and end and int(end) < int(cold) + COLD_DAYS:
                    return False
    return True


def _is_copied(block: Block) -> bool:
    return all(blocks(entry, "copy_action") for entry in blocks(block, "rule"))


def _has_one_way_in(block: Block) -> bool:
    return str(read(block, "disable_execute_api_endpoint")).lower() == "true"


CHECKS = (
    HaCheck(
        1, "The table refuses its deletion (data-deletion-protection)", "aws_dynamodb_table", _is_protected
    ),
    HaCheck(2, "The stream keeps new and old images (data-stream)", "aws_dynamodb_table", _keeps_both_images),
    HaCheck(
        3, "The replica has point-in-time recovery (data-pitr)", "aws_dynamodb_table_replica", _is_restorable
    ),
    HaCheck(
        4, "The alarm links its runbook (monitoring-runbook)", "aws_cloudwatch_metric_alarm", _links_runbook
    ),
    HaCheck(
        5,
        "A failed region is noticed in time (failover-detection)",
        "aws_route53_health_check",
        _detects_in_time,
    ),
    HaCheck(
        6,
        "The failover record follows a health check (failover-health-check)",
        "aws_route53_record",
        _follows_a_check,
    ),
    HaCheck(
        7,
        "The alias has the region's zone, not CloudFront's (failover-alias)",
        "aws_route53_record",
        _leads_to_the_region,
    ),
    HaCheck(
        8,
        "AWS takes the backup's lifecycle: cold storage + 90 days (backup-lifecycle)",
        "aws_backup_plan",
        _is_taken_by_aws,
    ),
    HaCheck(9, "Every backup is copied (backup-copy)", "aws_backup_plan", _is_copied),
    HaCheck(
        10,
        "The API answers at its custom domains only (api-one-way-in)",
        "aws_api_gateway_rest_api",
        _has_one_way_in,
    ),
)
