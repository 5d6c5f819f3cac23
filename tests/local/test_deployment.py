"""Both regions, from nothing to serving and back to nothing, as a person would do it.

The tests stand in the order of that story and share one local AWS.
"""

from __future__ import annotations

import json
import signal
import time
from typing import Any

import pytest
from tests.local.conftest import Ha

pytestmark = [pytest.mark.local, pytest.mark.slow]

REGIONS = {"primary": "us-east-1", "dr": "us-west-2"}
# What an account has before anything is deployed to it, or keeps by its nature.
BEFORE: dict[str, set[str]] = {}


def inventory(ha: Ha) -> dict[str, set[str]]:
    """Return what exists in the account, by kind."""
    found: dict[str, set[str]] = {}
    for region in REGIONS.values():
        listings: dict[str, list[str]] = {
            "tables": ha.aws.client("dynamodb", region).list_tables()["TableNames"],
            "functions": names(ha.aws.client("lambda", region).list_functions()["Functions"], "FunctionName"),
            "apis": names(ha.aws.client("apigateway", region).get_rest_apis()["items"], "name"),
            "domains": names(ha.aws.client("apigateway", region).get_domain_names()["items"], "domainName"),
            "alarms": names(
                ha.aws.client("cloudwatch", region).describe_alarms()["MetricAlarms"], "AlarmName"
            ),
            "vaults": names(
                ha.aws.client("backup", region).list_backup_vaults()["BackupVaultList"], "BackupVaultName"
            ),
            "topics": names(ha.aws.client("sns", region).list_topics()["Topics"], "TopicArn"),
            "aliases": names(ha.aws.client("kms", region).list_aliases()["Aliases"], "AliasName"),
            "log groups": names(
                ha.aws.client("logs", region).describe_log_groups()["logGroups"], "logGroupName"
            ),
            "scaling": names(
                ha.aws.client("application-autoscaling", region).describe_scalable_targets(
                    ServiceNamespace="dynamodb"
                )["ScalableTargets"],
                "ResourceId",
            ),
        }
        found |= {f"{kind} in {region}": set(values) for kind, values in listings.items()}
    route53 = ha.aws.client("route53", "us-east-1")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    found["records"] = {f"{record['Name']} {record['Type']}" for record in records}
    found["health checks"] = set(names(route53.list_health_checks()["HealthChecks"], "Id"))
    found["roles"] = set(names(ha.aws.client("iam", "us-east-1").list_roles()["Roles"], "RoleName"))
    return found


def names(items: list[dict[str, Any]], key: str) -> list[str]:
    return [item[key] for item in items]


def state_resources(ha: Ha, environment: str) -> list[dict[str, Any]]:
    file = ha.aws.terraform_state / f"{environment}.tfstate"
    resources: list[dict[str, Any]] = json.loads(file.read_text())["resources"] if file.exists() else []
    return [resource for resource in resources if resource["mode"] == "managed"]


def test_an_interrupted_apply_says_so_and_hides_no_half_state(ha: Ha) -> None:
    BEFORE.update(inventory(ha))
    apply = ha.start("apply", "--env", "primary")
    while not ha.aws.client("kms", "us-east-1").list_keys()["Keys"]:
        assert apply.poll() is None, apply.stdout.read() if apply.stdout else ""
        time.sleep(0.1)
    time.sleep(1)
    apply.send_signal(signal.SIGINT)
    said, _ = apply.communicate(timeout=120)
    assert apply.returncode == 2, said
    assert "Interrupted: terraform apply in envs/primary was stopped; its state is written." in said
    assert "make apply ENV=primary" in said
    assert "Traceback" not in said
    keys = {key["KeyId"] for key in ha.aws.client("kms", "us-east-1").list_keys()["Keys"]}
    recorded = {
        instance["attributes"]["key_id"]
        for resource in state_resources(ha, "primary")
        if resource["type"] == "aws_kms_key"
        for instance in resource["instances"]
    }
    aws_managed = keys - recorded
    assert recorded
    assert all(
        ha.aws.client("kms", "us-east-1").describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "AWS"
        for key in aws_managed
    )


@pytest.mark.parametrize("environment", ["primary", "dr"])
def test_an_environment_is_applied(ha: Ha, environment: str) -> None:
    outputs = ha.json("apply", "--env", environment)
    assert outputs["region"] == REGIONS[environment]


@pytest.mark.parametrize("environment", ["primary", "dr"])
def test_a_second_plan_changes_nothing(ha: Ha, environment: str) -> None:
    plan = ha.json("plan", "--env", environment, "--json")
    assert plan["planned"] == []
    assert plan["changes"] is False


def test_the_smoke_test_passes_in_both_regions_and_measures_replication(ha: Ha) -> None:
    result = ha.json("smoke", "--json")
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
        answer = ha.run("smoke", "--json", check=False)
    finally:
        set_recovery(on=True)
    assert answer.returncode == 1, answer.stderr
    failed = [check["name"] for check in json.loads(answer.stdout)["checks"] if check["failure"]]
    assert failed == ["test_point_in_time_recovery_is_on[dr]"]


@pytest.mark.parametrize("environment", ["dr", "primary"])
def test_an_environment_is_destroyed_after_naming_what_holds_data(ha: Ha, environment: str) -> None:
    answer = ha.run("destroy", "--env", environment)
    assert "will be destroyed, these with their data:" in answer.stderr
    assert state_resources(ha, environment) == []


def test_nothing_is_left_in_the_account(ha: Ha) -> None:
    left = {kind: found - BEFORE[kind] for kind, found in inventory(ha).items()}
    assert {kind: extra for kind, extra in left.items() if extra} == {}


def test_destroying_again_touches_nothing(ha: Ha) -> None:
    answer = ha.run("destroy", "--env", "primary")
    assert "nothing is deployed, nothing to destroy" in answer.stderr


def test_an_apply_whose_aws_dies_ends_with_one_clear_line(ha: Ha) -> None:
    apply = ha.start("apply", "--env", "primary")
    while not state_resources(ha, "primary"):
        assert apply.poll() is None, apply.stdout.read() if apply.stdout else ""
        time.sleep(0.1)
    ha.aws.process.kill()
    said, _ = apply.communicate(timeout=240)
    assert apply.returncode == 2, said
    assert "error: terraform apply failed in envs/primary." in said
    assert "Traceback" not in said
    after = ha.run("plan", "--env", "primary", check=False)
    assert after.returncode == 2
    assert "error: The local AWS is not running." in after.stderr
