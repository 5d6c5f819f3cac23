"""A failover that Route 53 made by itself stays until an operator ends it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.local.conftest import Deployed

from local_aws.testing import eventually

pytestmark = [pytest.mark.local, pytest.mark.slow]

PRIMARY, DR = "us-east-1", "us-west-2"
# The latch arms 92 s after an operator's resume at the earliest, and looks from one minute to the next.
ARMED_WITHIN_SECONDS = 240.0
TURNED_WITHIN_SECONDS = 120.0
ENGAGED_WITHIN_SECONDS = 180.0


@pytest.fixture
def watched(deployed: Deployed) -> Iterator[Deployed]:
    """Return the deployment once its latch is armed; whatever happens, the primary region is put back."""
    deployed.ha.run("failover", "resume", "--reason", "before the test", check=False)
    switch = deployed.failover.switch
    assert eventually(lambda: switch.read().armed, ARMED_WITHIN_SECONDS), switch.read()
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
    failover = watched.failover
    switch = failover.switch
    watched.ha.run("local", "region", PRIMARY, "reset")
    assert eventually(lambda: failover.status().serving == DR, TURNED_WITHIN_SECONDS)
    assert eventually(lambda: switch.read().engaged, ENGAGED_WITHIN_SECONDS)
    status = watched.ha.json("failover", "status", "--json")
    assert (status["serving"], status["stop"]["engaged"], status["stop"]["by"]) == (DR, True, "latch")

    refused = watched.ha.run("failover", "resume", "--reason", "too early", check=False)
    assert refused.returncode != 0
    assert switch.read().engaged

    watched.ha.run("local", "region", PRIMARY, "up")
    assert eventually(lambda: endpoint_is_healthy(watched), TURNED_WITHIN_SECONDS)
    assert failover.status().serving == DR

    watched.ha.run("failover", "resume", "--reason", "the region is well again")
    assert eventually(lambda: failover.status().serving == PRIMARY, TURNED_WITHIN_SECONDS)
    # DNS led to the DR region until now, and still the resume was not undone.
    assert not switch.read().engaged
