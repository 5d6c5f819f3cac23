"""What jobs and restores look like while they last: on a local AWS of their own, where they last for long.

A test on the shared one would have to be quicker than a job of some tenths of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import a_kit, code
from tests.local_aws.recoverable import Recoverable, a_table

from local_aws import testing

_FOR_LONG = {"LOCAL_AWS_RESTORE_SECONDS": "3600", "LOCAL_AWS_BACKUP_JOB_SECONDS": "3600"}


@pytest.fixture(scope="module")
def unhurried(test_dir: Path) -> Iterator[testing.LocalAws]:
    with testing.started(test_dir, _FOR_LONG) as running:
        yield running


@pytest.fixture
def table(unhurried: testing.LocalAws) -> Iterator[Recoverable]:
    with a_table(unhurried) as made:
        yield made
        made.restored.clear()  # They end with the local AWS: none can be deleted while it is being restored.


def refusal_of(request: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        request(**parameters)
    return code(refused)


def test_a_table_is_creating_and_out_of_reach_until_its_restore_is_over(table: Recoverable) -> None:
    table.enable()
    table.put("a", "before")
    described = table.start_restore(RestoreDateTime=table.moment())
    target = described["TableName"]
    assert described["TableStatus"] == "CREATING"
    assert described["RestoreSummary"]["RestoreInProgress"] is True
    dynamodb, missing = table.dynamodb, "ResourceNotFoundException"
    assert refusal_of(dynamodb.get_item, TableName=target, Key={"id": {"S": "a"}}) == missing
    writes = {target: [{"PutRequest": {"Item": {"id": {"S": "b"}}}}]}
    assert refusal_of(dynamodb.batch_write_item, RequestItems=writes) == missing
    assert refusal_of(dynamodb.delete_table, TableName=target) == "ResourceInUseException"
    enable = Recoverable(dynamodb, target).enable
    assert refusal_of(enable) == "ContinuousBackupsUnavailableException"
    assert dynamodb.describe_table(TableName=target)["Table"]["TableStatus"] == "CREATING"


def test_a_job_is_created_before_it_runs(unhurried: testing.LocalAws) -> None:
    with a_kit(unhurried) as kit:
        vault, _ = kit.vault()
        job = kit.backup.start_backup_job(
            BackupVaultName=vault, ResourceArn=kit.table(), IamRoleArn=kit.role()
        )
        assert kit.backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"] == "CREATED"
