"""What AWS Backup tells others: events on EventBridge and vault notifications over SNS.

Contract: "Monitoring AWS Backup events using Amazon EventBridge" and "Notification options with AWS
Backup" of the developer guide. Backup and copy job events say `state`, those of restore jobs and recovery
points `status`. The notification of an end, `…_JOB_COMPLETED`, covers every end; `…_SUCCESSFUL`,
`…_FAILED` and `…_EXPIRED` are narrower and, for backup and restore jobs, deprecated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Facts = Mapping[str, Any]

_STARTED = {"CREATED", "PENDING"}
_ENDED = {"COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL"}
_SUCCESS = {"COMPLETED": "SUCCESSFUL"}
_TEXTS = {"COMPLETED": "was completed successfully", "FAILED": "failed", "CREATED": "was started"}


@dataclass(frozen=True)
class Event:
    """An event for EventBridge."""

    detail_type: str
    resources: list[str]
    detail: dict[str, Any]


@dataclass(frozen=True)
class Notification:
    """A message for a vault's topic; it is sent to those that want one of its `names`."""

    names: frozenset[str]
    subject: str
    message: str
    attributes: dict[str, str]


def backup_job_event(facts: Facts) -> Event:
    """The event of a backup job's new state."""
    detail = _detail(facts, "BackupJobId", "BackupVaultArn", "BackupVaultName", "StartBy", "RecoveryPointArn")
    arn = facts.get("RecoveryPointArn") or facts["ResourceArn"]
    return Event("Backup Job State Change", [arn], {**detail, "state": facts["State"]})


def copy_job_event(facts: Facts) -> Event:
    """The event of a copy job's new state."""
    names = ("SourceBackupVaultArn", "SourceRecoveryPointArn", "DestinationBackupVaultArn")
    detail = _detail(facts, "CopyJobId", *names, "DestinationRecoveryPointArn")
    source = facts["SourceRecoveryPointArn"]
    return Event("Copy Job State Change", [source], {**detail, "state": facts["State"]})


def restore_job_event(facts: Facts) -> Event:
    """The event of a restore job's new state."""
    names = ("RecoveryPointArn", "BackupVaultArn", "SourceResourceArn", "CreatedResourceArn")
    detail = _detail(facts, "RestoreJobId", *names)
    detail.pop("resourceArn", None)
    if plan := (facts.get("CreatedBy") or {}).get("RestoreTestingPlanArn"):
        detail["restoreTestingPlanArn"] = plan
    detail.pop("createdBy", None)
    return Event(
        "Restore Job State Change", [facts["RecoveryPointArn"]], {**detail, "status": facts["Status"]}
    )


def recovery_point_event(point: Facts, status: str) -> Event:
    """The event of a recovery point's new status."""
    names = ("BackupVaultName", "BackupVaultArn", "EncryptionKeyArn", "StorageClass", "IsEncrypted")
    detail = _detail(point, *names, "SourceBackupVaultArn", "RecoveryPointArn")
    lifecycle = {_lower(name): value for name, value in (point.get("Lifecycle") or {}).items()}
    times = {_lower(name): iso(value) for name, value in (point.get("CalculatedLifecycle") or {}).items()}
    detail |= {"lifecycle": lifecycle} if lifecycle else {}
    detail |= {"calculatedLifecycle": times} if times else {}
    return Event("Recovery Point State Change", [point["RecoveryPointArn"]], {**detail, "status": status})


def notification(kind: str, facts: Facts) -> Notification:
    """The notification of a job's new state; `kind` is BACKUP, COPY or RESTORE."""
    state = facts.get("State") or facts["Status"]
    names = {f"{kind}_JOB_{'STARTED' if state in _STARTED else _SUCCESS.get(state, state)}"}
    if state in _ENDED:
        names.add(f"{kind}_JOB_COMPLETED")
    job = f"{kind.capitalize()}Job"
    article = "An AWS Backup job" if kind == "BACKUP" else f"A {kind.lower()} job of AWS Backup"
    parts = [f"{article} {_TEXTS.get(state, f'is {state.lower()}')}"]
    if state == "COMPLETED" and facts.get("RecoveryPointArn"):
        parts.append(f"Recovery point ARN: {facts['RecoveryPointArn']}")
    parts.append(f"Resource ARN : {facts.get('ResourceArn') or facts.get('SourceResourceArn')}")
    parts.append(f"{job} ID : {facts[job + 'Id']}")
    if facts.get("StatusMessage"):
        parts.append(facts["StatusMessage"])
    attributes = {
        "AccountId": facts["AccountId"],
        "EventType": f"{kind}_JOB",
        "Id": facts[job + "Id"],
        "StartTime": iso(facts["CreationDate"]),
        "State": state,
    }
    return Notification(frozenset(names), "Notification from AWS Backup", ". ".join(parts), attributes)


def iso(moment: float) -> str:
    """Epoch seconds as the events write them: 2026-01-31T12:00:00.000Z."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _detail(facts: Facts, *own: str) -> dict[str, Any]:
    """The members common to all events and `own` ones, where there are, by their names in events."""
    common = ("ResourceArn", "ResourceType", "IamRoleArn", "StatusMessage")
    detail = {_lower(name): facts[name] for name in (*common, *own) if facts.get(name) is not None}
    for name in ("CreationDate", "CompletionDate", "StartBy"):
        if facts.get(name) is not None:
            detail[_lower(name)] = iso(facts[name])
    if facts.get("BackupSizeInBytes") is not None:
        detail["backupSizeInBytes"] = str(facts["BackupSizeInBytes"])
    if facts.get("PercentDone") is not None:
        detail["percentDone"] = float(facts["PercentDone"].rstrip("%"))
    if creator := facts.get("CreatedBy"):
        renamed = {"backupRuleId": "backupPlanRuleId"}
        lowered = {_lower(name): value for name, value in creator.items()}
        detail["createdBy"] = {renamed.get(name, name): value for name, value in lowered.items()}
    return detail


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
