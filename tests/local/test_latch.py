"""A failover that Route 53 made by itself stays until an operator ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.local.conftest import Deployed

from local_aws.testing import eventually

pytestmark = [pytest.mark.local, pytest.mark.slow]

PRIMARY, DR = "us-east-1", "us-west-2"
# The latch arms 92 s after an operator's resume at the earliest, and looks from one minute to the next.
ARMED_WITHIN_SECONDS = 240.0
TURNED_WITHIN_SECONDS = 120.0
ENGAGED_WITHIN_SECONDS = 60.0


def status(deployed: Deployed) -> dict[str, Any]:
    found: dict[str, Any] = deployed.ha.json("failover", "status", "--json")
    return found


@pytest.fixture
def watched(deployed: Deployed) -> Iterator[Deployed]:
    """Return the deployment once its latch is armed; whatever happens, the primary region is put back."""
    deployed.ha.run("failover", "resume", "--reason", "before the test", check=False)
    assert eventually(lambda: status(deployed)["stop"]["armed"], ARMED_WITHIN_SECONDS), status(deployed)
    deployed.ha.run("local", "health-checks", "speed", "5")
    yield deployed
    deployed.ha.run("local", "region", PRIMARY, "up")
    deployed.ha.run("failover", "resume", "--force", "--reason", "after the test", check=False)
    deployed.ha.run("local", "health-checks", "speed", "1")


def endpoint_is_healthy(deployed: Deployed) -> bool:
    """Whether every checker finds the primary region's endpoint good."""
    route53 = deployed.client("route53", deployed.deployment.primary)
    check = route53.get_health_check_status(HealthCheckId=deployed.deployment.primary.health_check_id)
    reports = [one["StatusReport"]["Status"] for one in check["HealthCheckObservations"]]
    return all(report.startswith("Success") for report in reports)


def test_after_a_failover_clients_stay_in_the_dr_region_until_an_operator_resumes(watched: Deployed) -> None:
    watched.ha.run("local", "region", PRIMARY, "reset")
    assert eventually(lambda: status(watched)["serving"] == DR, TURNED_WITHIN_SECONDS)
    assert eventually(lambda: status(watched)["stop"]["engaged"], ENGAGED_WITHIN_SECONDS)
    assert status(watched)["stop"]["by"] == "latch"

    refused = watched.ha.run("failover", "resume", "--reason", "too early", check=False)
    assert refused.returncode != 0
    assert status(watched)["stop"]["engaged"]

    watched.ha.run("local", "region", PRIMARY, "up")
    assert eventually(lambda: endpoint_is_healthy(watched), TURNED_WITHIN_SECONDS)
    assert status(watched)["serving"] == DR

    watched.ha.run("failover", "resume", "--reason", "the region is well again")
    assert eventually(lambda: status(watched)["serving"] == PRIMARY, TURNED_WITHIN_SECONDS)
    # DNS led to the DR region until now, and still the resume was not undone.
    assert not status(watched)["stop"]["engaged"]
