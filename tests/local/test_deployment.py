"""Both regions, from nothing to serving, as a person would do it.

The tests stand in the order of that story, and the first of them before all others of this tier: what they
deploy serves the others. test_teardown.py tells the end.
"""

from __future__ import annotations

import json
import signal
import time

import pytest
from tests.local.conftest import Ha
from tests.local.inventory import REGIONS, customer_keys, state_resources

pytestmark = [pytest.mark.local, pytest.mark.slow]


def test_an_interrupted_apply_says_so_and_hides_no_half_state(ha: Ha) -> None:
    apply = ha.start("apply", "--env", "primary")
    while not customer_keys(ha.aws):
        assert apply.poll() is None, apply.stdout.read() if apply.stdout else ""
        time.sleep(0.2)
    time.sleep(1)  # A provider that is stopped between CreateKey and its answer loses the key, on AWS too.
    apply.send_signal(signal.SIGINT)
    said, _ = apply.communicate(timeout=120)
    assert apply.returncode == 2, said
    assert "Interrupted: terraform apply in envs/primary was stopped; its state is written." in said
    assert "ha apply --env primary" in said
    assert "Traceback" not in said
    recorded = {
        instance["attributes"]["id"]  # all that a key has whose making was interrupted
        for resource in state_resources(ha.aws, "primary")
        if resource["type"] == "aws_kms_key"
        for instance in resource["instances"]
    }
    assert recorded
    assert customer_keys(ha.aws) <= recorded  # which has the replicas' keys in the other region as well


@pytest.mark.parametrize("environment", ["primary", "dr"])
def test_an_environment_is_applied(ha: Ha, environment: str) -> None:
    outputs = ha.json("apply", "--env", environment, "--json")
    assert outputs["region"] == REGIONS[environment]


@pytest.mark.parametrize("environment", ["primary", "dr"])
def test_a_second_plan_changes_nothing(ha: Ha, environment: str) -> None:
    plan = ha.json("plan", "--env", environment, "--json")
    assert plan["planned"] == []
    assert plan["changes"] is False


def test_the_smoke_test_passes_in_both_regions_and_measures_replication(ha: Ha) -> None:
    answer = ha.run("smoke", "--json", check=False)
    result = json.loads(answer.stdout) if answer.returncode in {0, 1} else {"checks": []}
    assert {check["name"]: check["failure"] for check in result["checks"] if check["failure"]} == {}
    assert answer.returncode == 0, answer.stderr
    assert result["passed"] is True
    assert result["measurements"]["failed_checks"] == 0
    assert 0 < result["measurements"]["replication_lag_seconds_primary_to_dr"] < 60
    assert json.loads((ha.build / "evidence" / "smoke.json").read_text()) == result


def test_the_smoke_test_fails_naming_the_check_when_recovery_is_switched_off(ha: Ha) -> None:
    table = ha.json("outputs", "--env", "dr")["table_name"]
    dynamodb = ha.aws.client("dynamodb", "us-west-2")

    def set_recovery(*, on: bool) -> None:
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
        )

    set_recovery(on=False)
    try:
        answer = ha.run("smoke", "--json", "--only", "recovery", check=False)
    finally:
        set_recovery(on=True)
    assert answer.returncode == 1, answer.stderr
    failed = [check["name"] for check in json.loads(answer.stdout)["checks"] if check["failure"]]
    assert failed == ["test_point_in_time_recovery_is_on[dr]"]
