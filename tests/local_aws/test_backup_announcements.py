"""What AWS Backup tells EventBridge and a vault's topic. On AWS these tests pass as well, given patience."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.local_aws.backup_kit import AWAY, HOME, Kit, a_kit, policy

from local_aws.testing import LocalAws, eventually


@pytest.fixture
def kit(aws: LocalAws) -> Iterator[Kit]:
    with a_kit(aws) as made:
        yield made


class Inbox:
    """A queue of one region that keeps what it is sent."""

    def __init__(self, kit: Kit, region: str = HOME) -> None:
        self._sqs = kit.client("sqs", region)
        self._url: str = self._sqs.create_queue(QueueName=f"{kit.name}-{region}")["QueueUrl"]
        kit.undo.callback(self._sqs.delete_queue, QueueUrl=self._url)
        self.arn: str = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        self._seen: list[dict[str, Any]] = []

    def messages(self) -> list[dict[str, Any]]:
        """Everything so far, as JSON documents."""
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        for received in answer.get("Messages", []):
            self._seen.append(json.loads(received["Body"]))
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=received["ReceiptHandle"])
        return self._seen

    def states(self, member: str) -> list[str]:
        """The states that the events so far tell."""
        return [event["detail"][member] for event in self.messages()]

    def last(self) -> dict[str, Any]:
        """The newest of all so far."""
        return self.messages()[-1]


def events_of(kit: Kit, detail_type: str, region: str = HOME, **detail: list[str]) -> Inbox:
    """An inbox for the events of AWS Backup of that type, and those details."""
    inbox, events = Inbox(kit, region), kit.client("events", region)
    pattern: dict[str, Any] = {"source": ["aws.backup"], "detail-type": [detail_type]}
    if detail:
        pattern["detail"] = detail
    events.put_rule(Name=kit.name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=kit.name, Targets=[{"Id": "inbox", "Arn": inbox.arn}])
    kit.undo.callback(events.delete_rule, Name=kit.name)
    kit.undo.callback(events.remove_targets, Rule=kit.name, Ids=["inbox"])
    return inbox


def test_a_backup_job_tells_each_of_its_states(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    table, role = kit.table(), kit.role()
    inbox = events_of(kit, "Backup Job State Change", resourceArn=[table])
    job = kit.back_up(vault, table, role)
    assert eventually(lambda: inbox.states("state") == ["CREATED", "RUNNING", "COMPLETED"])
    event = inbox.last()
    assert (event["source"], event["region"], event["account"]) == ("aws.backup", HOME, "111111111111")
    assert event["resources"] == [job["RecoveryPointArn"]]
    detail = event["detail"]
    assert detail["backupJobId"] == job["BackupJobId"]
    assert (detail["backupVaultArn"], detail["resourceType"]) == (vault_arn, "DynamoDB")
    assert detail["iamRoleArn"] == role
    assert detail["backupSizeInBytes"] == str(job["BackupSizeInBytes"])
    assert detail["completionDate"].endswith("Z")


def test_a_failed_backup_job_tells_why(kit: Kit) -> None:
    vault, _ = kit.vault()
    table = kit.table() + "-other"
    inbox = events_of(kit, "Backup Job State Change", resourceArn=[table], state=["FAILED"])
    kit.back_up(vault, table, kit.role())
    assert eventually(lambda: len(inbox.messages()) == 1)
    assert "not found" in inbox.last()["detail"]["statusMessage"]


def test_a_copy_job_tells_its_states_in_the_sources_region(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    _, away_arn = kit.vault(AWAY)
    table, role = kit.table(), kit.role()
    inbox = events_of(kit, "Copy Job State Change", resourceArn=[table])
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    job = kit.copy(vault, point, away_arn, role)
    assert eventually(lambda: inbox.states("state") == ["CREATED", "RUNNING", "COMPLETED"])
    detail = inbox.last()["detail"]
    assert detail["copyJobId"] == job["CopyJobId"]
    assert (detail["sourceBackupVaultArn"], detail["destinationBackupVaultArn"]) == (vault_arn, away_arn)
    assert detail["destinationRecoveryPointArn"] == job["DestinationRecoveryPointArn"]


def test_a_restore_job_tells_its_status_and_what_it_made(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    table, role = kit.table(), kit.role()
    inbox = events_of(kit, "Restore Job State Change", sourceResourceArn=[table])
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    job = kit.restore(point, role)
    assert eventually(lambda: inbox.states("status") == ["PENDING", "RUNNING", "COMPLETED"])
    detail = inbox.last()["detail"]
    assert detail["restoreJobId"] == job["RestoreJobId"]
    assert detail["createdResourceArn"] == f"{table}-restored"
    assert (detail["recoveryPointArn"], detail["backupVaultArn"]) == (point, vault_arn)
    assert "restoreTestingPlanArn" not in detail


def test_a_recovery_point_tells_of_its_making_and_its_end(kit: Kit) -> None:
    vault, vault_arn = kit.vault()
    table = kit.table()
    inbox = events_of(kit, "Recovery Point State Change", resourceArn=[table])
    point = kit.back_up(vault, table, kit.role(), Lifecycle={"DeleteAfterDays": 30})["RecoveryPointArn"]
    kit.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
    assert eventually(lambda: inbox.states("status") == ["COMPLETED", "DELETED"])
    event = inbox.messages()[0]
    assert event["resources"] == [point]
    assert event["detail"]["backupVaultArn"] == vault_arn
    assert event["detail"]["lifecycle"] == {"deleteAfterDays": 30}
    assert event["detail"]["calculatedLifecycle"]["deleteAt"].endswith("Z")


def test_a_copied_recovery_point_is_told_in_its_own_region(kit: Kit) -> None:
    vault, _ = kit.vault()
    _, away_arn = kit.vault(AWAY)
    table, role = kit.table(), kit.role()
    inbox = events_of(kit, "Recovery Point State Change", AWAY, resourceArn=[table])
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    copied = kit.copy(vault, point, away_arn, role)["DestinationRecoveryPointArn"]
    assert eventually(lambda: inbox.states("status") == ["COMPLETED"])
    assert (inbox.last()["region"], inbox.last()["resources"]) == (AWAY, [copied])


def notified(kit: Kit, vault: str, *names: str) -> Inbox:
    """An inbox for the vault's notifications of those names."""
    inbox, sns = Inbox(kit), kit.client("sns")
    topic = sns.create_topic(Name=kit.name)["TopicArn"]
    kit.undo.callback(sns.delete_topic, TopicArn=topic)
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": "backup.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": topic,
    }
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy(publish))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn)
    kit.backup.put_backup_vault_notifications(
        BackupVaultName=vault, SNSTopicArn=topic, BackupVaultEvents=list(names)
    )
    return inbox


@pytest.mark.parametrize("name", ["BACKUP_JOB_COMPLETED", "BACKUP_JOB_FAILED"])
def test_a_topic_hears_of_a_failed_backup(kit: Kit, name: str) -> None:
    vault, _ = kit.vault()
    table, role = kit.table(), kit.role()
    inbox = notified(kit, vault, name)
    job = kit.back_up(vault, table + "-other", role)
    assert eventually(lambda: len(inbox.messages()) == 1)
    note = inbox.last()
    assert note["Subject"] == "Notification from AWS Backup"
    assert job["BackupJobId"] in note["Message"]
    attributes = {key: value["Value"] for key, value in note["MessageAttributes"].items()}
    assert (attributes["EventType"], attributes["State"]) == ("BACKUP_JOB", "FAILED")
    assert attributes["Id"] == job["BackupJobId"]


def test_a_topic_hears_only_what_it_wants(kit: Kit) -> None:
    vault, _ = kit.vault()
    _, other_arn = kit.vault(suffix="-other")
    table, role = kit.table(), kit.role()
    inbox = notified(kit, vault, "COPY_JOB_FAILED")
    point = kit.back_up(vault, table, role)["RecoveryPointArn"]
    kit.copy(vault, point, other_arn, role)
    failed = kit.copy(vault, point, other_arn, kit.role(actions=("dynamodb:*",)))
    assert failed["State"] == "FAILED"
    assert eventually(lambda: len(inbox.messages()) == 1)
    assert failed["CopyJobId"] in inbox.last()["Message"]
