"""STOP needs nothing of us-east-1, and what it took out is put back only when that is safe."""

from __future__ import annotations

import pytest
from tests.local.conftest import Deployed

from local_aws.testing import eventually

pytestmark = [pytest.mark.local, pytest.mark.slow]

PRIMARY = "us-east-1"
SAFE_WITHIN_SECONDS = 120.0


def test_stop_works_without_us_east_1_and_resume_waits_for_it(steady: Deployed) -> None:
    ha = steady.ha
    with ha.aws.cut_off(PRIMARY, "reset"):
        assert ha.json("failover", "stop", "--reason", "test", "--json")["changed"] is True
        again = ha.run("failover", "stop", "--reason", "test").stdout
        assert "STOP is engaged already, since" in again
        refused = ha.run("failover", "resume", "--reason", "too soon", check=False)
        assert refused.returncode == 1, refused.stderr
        assert f"{PRIMARY} is not healthy" in refused.stderr
        # The primary's state lies in its own region; who asks for it is told so at once.
        assert (
            f"its bucket in {PRIMARY} does not answer"
            in ha.run("outputs", "--env", "primary", check=False).stderr
        )
        assert ha.json("failover", "status", "--json")["health"][PRIMARY] != "healthy"
    assert eventually(
        lambda: ha.run("failover", "resume", "--reason", "done", check=False).returncode == 0,
        SAFE_WITHIN_SECONDS,
    )
    assert ha.json("failover", "status", "--json")["stop"]["engaged"] is False
