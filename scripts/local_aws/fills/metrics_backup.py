"""The job counts of AWS/Backup, from the events that AWS Backup sends at each change of a job.

Contract: AWS Backup developer guide, "AWS Backup metrics with Amazon CloudWatch": NumberOfBackupJobs…,
NumberOfCopyJobs…, NumberOfRestoreJobs… and NumberOfRecoveryPoints… followed by the state, for all jobs, by
{ResourceType}, by {BackupVaultName}, and by both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import get_region
from ministack.services import eventbridge

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.metrics.service_metrics import Dimensions, count, dimensions, publish_values
from local_aws.settings import Settings

_NAMESPACE = "AWS/Backup"
_SOURCE = "aws.backup"
_VAULTS = ("backupVaultArn", "destinationBackupVaultArn")
_COUNTED = {
    "Backup Job State Change": "BackupJobs",
    "Copy Job State Change": "CopyJobs",
    "Restore Job State Change": "RestoreJobs",
    "Recovery Point State Change": "RecoveryPoints",
}


def _put_events(original: Callable[..., Answer], data: Mapping[str, Any], **options: Any) -> Answer:
    for entry in data.get("Entries", ()):
        counted = _COUNTED.get(entry.get("DetailType", ""))
        if entry.get("Source") == _SOURCE and counted and options.get("allow_aws_source"):
            _count(counted, json.loads(entry["Detail"]))
    return original(data, **options)


def _count(counted: str, detail: Mapping[str, Any]) -> None:
    state = str(detail.get("state") or detail.get("status", "")).capitalize()
    sets = tuple(_dimension_sets(detail))
    publish_values(get_region(), _NAMESPACE, sets, (count(f"NumberOf{counted}{state}"),))


def _dimension_sets(detail: Mapping[str, Any]) -> Iterable[Dimensions]:
    vault_arn = next((detail[name] for name in _VAULTS if detail.get(name)), "")
    named = {
        "ResourceType": detail.get("resourceType"),
        "BackupVaultName": detail.get("backupVaultName") or vault_arn.rpartition(":")[2],
    }
    known = {name: str(value) for name, value in named.items() if value}
    yield ()
    yield from (dimensions(**{name: value}) for name, value in known.items())
    if len(known) > 1:
        yield dimensions(**known)


def _install(_settings: Settings) -> None:
    wrap(eventbridge, "_put_events", _put_events)


FILL = Fill(
    name="metrics_backup",
    requires=("ministack.services.eventbridge._put_events",),
    install=_install,
)
