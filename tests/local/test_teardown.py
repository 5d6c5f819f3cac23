"""Both regions, from serving back to nothing: the last tests of this tier, in the order of the story."""

from __future__ import annotations

import time

import pytest
from tests.local.conftest import Deployed, Ha
from tests.local.inventory import customer_keys, inventory, state_resources

pytestmark = [pytest.mark.local, pytest.mark.slow]


@pytest.mark.parametrize("environment", ["dr", "primary"])
def test_an_environment_is_destroyed_after_naming_what_holds_data(
    ha: Ha, deployed: Deployed, environment: str
) -> None:
    answer = ha.run("destroy", "--env", environment)
    assert "will be destroyed, these with their data:" in answer.stderr
    assert state_resources(ha.aws, environment) == []


def test_nothing_is_left_in_the_account(ha: Ha) -> None:
    left = {kind: found - ha.before[kind] for kind, found in inventory(ha.aws).items()}
    assert {kind: extra for kind, extra in left.items() if extra} == {}


def test_destroying_again_touches_nothing(ha: Ha) -> None:
    answer = ha.run("destroy", "--env", "primary")
    assert "nothing is deployed, nothing to destroy" in answer.stderr


def test_an_apply_whose_aws_dies_ends_with_one_clear_line(ha: Ha) -> None:
    before = customer_keys(ha.aws)  # one that waits for its replicas to go counts as enabled
    apply = ha.start("apply", "--env", "primary")
    while customer_keys(ha.aws) <= before:
        assert apply.poll() is None, apply.stdout.read() if apply.stdout else ""
        time.sleep(0.2)
    ha.aws.process.kill()
    said, _ = apply.communicate(timeout=60)
    assert apply.returncode == 2, said
    assert "stopped answering during terraform apply in envs/primary." in said
    assert "make local-up" in said
    assert "Traceback" not in said
    after = ha.run("plan", "--env", "primary", check=False)
    assert after.returncode == 2
    assert "error: The local AWS is not running." in after.stderr
