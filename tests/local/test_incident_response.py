"""Incidents are answered: a real fault, its playbook, and what the drill makes of a responder that cannot.

Only the scenarios that take seconds are played here; `make drill-incident-response` plays all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from tests.local.conftest import Deployed

from local_aws.testing import eventually
from techmoda_ha.deployment import RegionDeployment
from techmoda_ha.drills.incident_response.alarms import settings_of

pytestmark = [pytest.mark.local, pytest.mark.slow]

ANSWERED_WITHIN_SECONDS = 90.0


def outputs(deployed: Deployed, region: RegionDeployment) -> Mapping[str, Any]:
    return deployed.outputs[region.environment]


def drill(deployed: Deployed, *options: str) -> tuple[int, dict[str, Any], str]:
    """Run the drill shortened; return its exit status, its evidence and what it said."""
    answer = deployed.ha.run("drill", "incident-response", "--fast", "--json", *options, check=False)
    return answer.returncode, json.loads(answer.stdout or "{}"), answer.stderr


def test_an_event_that_nobody_knows_is_parked_in_each_region(
    deployed: Deployed, here: RegionDeployment
) -> None:
    found = outputs(deployed, here)
    event = {"source": "drill", "detail-type": "Nobody knows", "detail": {"region": here.region}}
    deployed.client("lambda", here).invoke(
        FunctionName=found["incident_function_name"], Qualifier="live", InvocationType="Event",
        Payload=json.dumps(event),
    )  # fmt: skip
    sqs = deployed.client("sqs", here)
    parked: list[Any] = []

    def is_parked() -> bool:
        answer = sqs.receive_message(
            QueueUrl=found["incident_parking_queue_url"], MessageAttributeNames=["All"], WaitTimeSeconds=1
        )
        parked.extend(one for one in answer.get("Messages", []) if json.loads(one["Body"]) == event)
        return bool(parked)

    assert eventually(is_parked, ANSWERED_WITHIN_SECONDS)
    assert parked[0]["MessageAttributes"]["Kind"]["StringValue"] == "unknown"
    for message in parked:
        sqs.delete_message(
            QueueUrl=found["incident_parking_queue_url"], ReceiptHandle=message["ReceiptHandle"]
        )


def test_a_failed_backup_is_started_again_and_completes(deployed: Deployed) -> None:
    status, evidence, said = drill(deployed, "--only", "failed-backup")
    assert status == 0, said
    assert evidence["passed"] is True
    assert evidence["details"]["scenarios"]["failed-backup"]["outcome"] == "acted"
    assert 0 < evidence["measurements"]["failed_backup_recovery_seconds"] < 60


@contextmanager
def not_permitted(deployed: Deployed) -> Iterator[None]:
    """The responder's role may not start backups."""
    role = outputs(deployed, deployed.deployment.primary)["incident_role_name"]
    iam = deployed.client("iam", deployed.deployment.primary)
    statement = {"Effect": "Deny", "Action": "backup:StartBackupJob", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="seeded-fault", PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="seeded-fault")


def test_the_drill_names_a_responder_that_may_not_act(deployed: Deployed) -> None:
    with not_permitted(deployed):
        status, evidence, said = drill(deployed, "--only", "failed-backup")
    assert status == 1, said
    assert "failed-backup: the responder failed" in evidence["violations"][0]
    assert "backup:StartBackupJob" in evidence["violations"][0]


def test_the_drill_names_a_playbook_whose_alarm_is_gone(deployed: Deployed) -> None:
    cloudwatch = deployed.client("cloudwatch", deployed.deployment.primary)
    playbooks = outputs(deployed, deployed.deployment.primary)["incident_playbooks"]["alarms"]
    [name] = [alarm for alarm, one in playbooks.items() if one["playbook"] == "roll-back"]
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    cloudwatch.delete_alarms(AlarmNames=[name])
    try:
        status, evidence, said = drill(deployed, "--only", "bad-deployment")
    finally:
        cloudwatch.put_metric_alarm(**settings_of(alarm), Tags=tags)
    assert status == 1, said
    assert f"there is no alarm {name}" in evidence["violations"][0]
    assert evidence["measurements"]["scenarios_played"] == 0
