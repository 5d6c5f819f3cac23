"""What is deployed keeps every rule, with nothing left open; checkov finds no fault in its plans."""

from __future__ import annotations

import pytest
from tests.local.conftest import Deployed

pytestmark = [pytest.mark.local, pytest.mark.slow]
# Where the state lies is known from the environment, not from a plan in a file.
NOT_IN_A_FILE = {"state-own-region", "state-locked"}


def test_the_plans_of_what_is_deployed_pass_checkov_and_are_judged_whole(deployed: Deployed) -> None:
    deployed.ha.run("checkov-plan")  # which leaves its plans as evidence
    plans = [str(deployed.ha.build / "evidence" / f"plan-{name}.json") for name in ("primary", "dr")]
    report = deployed.ha.json("validate", *plans, "--json")
    assert report["violations"] == []
    assert {one["rule"] for one in report["unknown"]} == NOT_IN_A_FILE
    held = {rule for rule, state in report["rules"].items() if state == "holds"}
    assert held == report["rules"].keys() - NOT_IN_A_FILE
    assert report["assessment"]["availability"]["verdict"] == "holds"
