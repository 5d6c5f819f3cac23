"""Lists of a health check's configuration come back as they were given."""

from __future__ import annotations

import uuid
from typing import Any

from local_aws.testing import LocalAws


def create(aws: LocalAws, config: dict[str, Any]) -> dict[str, Any]:
    """Create a health check, and get its configuration."""
    route53 = aws.client("route53", "us-east-1")
    made = route53.create_health_check(CallerReference=uuid.uuid4().hex, HealthCheckConfig=config)
    found = route53.get_health_check(HealthCheckId=made["HealthCheck"]["Id"])["HealthCheck"]
    got: dict[str, Any] = {**found["HealthCheckConfig"], "Id": found["Id"]}
    return got


def test_the_regions_of_a_health_check_come_back_as_they_were_given(aws: LocalAws) -> None:
    regions = ["us-east-1", "us-west-2", "eu-west-1"]
    config = create(
        aws, {"Type": "TCP", "FullyQualifiedDomainName": "a.example", "Port": 443, "Regions": regions}
    )
    assert config["Regions"] == regions


def test_a_health_check_without_regions_has_none(aws: LocalAws) -> None:
    assert "Regions" not in create(aws, {"Type": "TCP", "FullyQualifiedDomainName": "a.example", "Port": 443})


def test_the_children_of_a_calculated_check_come_back_as_they_were_given(aws: LocalAws) -> None:
    child = create(aws, {"Type": "TCP", "FullyQualifiedDomainName": "a.example", "Port": 443})["Id"]
    parent = create(aws, {"Type": "CALCULATED", "HealthThreshold": 1, "ChildHealthChecks": [child]})
    assert parent["ChildHealthChecks"] == [child]
