"""A surge on the deployment: the load test, and the drill with a weakness that it has to name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.local.conftest import Deployed

pytestmark = [pytest.mark.local, pytest.mark.slow]


def limits(deployed: Deployed) -> dict[str, tuple[int, int]]:
    """The limits of autoscaling by dimension, which a drill must leave as they were."""
    scaling = deployed.client("application-autoscaling", deployed.deployment.primary)
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    return {
        f"{one['ResourceId']} {one['ScalableDimension']}": (one["MinCapacity"], one["MaxCapacity"])
        for one in targets
    }


def products(deployed: Deployed) -> int:
    """How many products there are; load and drill delete theirs."""
    table = deployed.deployment.primary.table_name
    client = deployed.client("dynamodb", deployed.deployment.primary)
    pages = client.get_paginator("scan").paginate(TableName=table, Select="COUNT")
    return sum(page["Count"] for page in pages)


def evidence(deployed: Deployed, *command: str) -> tuple[int, dict[str, Any], str]:
    """Run a command that writes evidence; its exit status, the evidence and what it said."""
    answer = deployed.ha.run(*command, "--json", check=False)
    return answer.returncode, json.loads(answer.stdout or "{}"), answer.stderr


def test_the_seeds_load_is_carried_through_the_public_name(deployed: Deployed) -> None:
    before = products(deployed)
    _status, found, said = evidence(deployed, "load-test", "--scale", "0.1", "--shorten", "0.1")
    measured = found["measurements"]
    # How fast two cores answer beside all other tests is no matter of this one.
    assert (measured["failed_requests"], measured["throttles"]) == (0, 0), said
    assert measured["requests"] >= 80
    assert set(found["details"]["requests"]) >= {"GET /products", "GET /products/{id}", "POST /products"}
    assert products(deployed) == before


def test_a_surge_drill_names_a_stage_throttle_that_is_too_low_and_puts_it_back(deployed: Deployed) -> None:
    region = deployed.deployment.primary
    gateway = deployed.client("apigateway", region)

    def throttle() -> dict[str, Any]:
        stage = gateway.get_stage(restApiId=region.rest_api_id, stageName=region.stage_name)
        return {name: one["throttlingRateLimit"] for name, one in stage["methodSettings"].items()}

    before = limits(deployed), throttle(), products(deployed)
    status, found, said = evidence(
        deployed, "drill", "surge", "--weakness", "stage-throttle", "--scale", "0.1", "--pace", "40"
    )
    assert status == 1, said
    comparison = found["details"]["comparison"]
    assert (comparison["bottleneck"], comparison["model_bottleneck"]) == ("throttle", "throttle")
    assert found["measurements"]["error_percent"] > 5
    assert (limits(deployed), throttle(), products(deployed)) == before
