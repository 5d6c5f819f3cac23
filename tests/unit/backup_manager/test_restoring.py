"""Restores are started as asked, or refused with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.backup_manager.kit import (
    NOW,
    POINT_ARN,
    TABLE,
    TABLE_ARN,
    VAULT,
    Backup,
    StoppedClock,
    refusal,
)

from backup_manager.requests import RequestError, RestoreFromPoint, RestoreToLatest, RestoreToTime
from backup_manager.restoring import Restorer

TARGET = f"{TABLE}-restaurado-1764324000000"
EARLIEST, LATEST = NOW - timedelta(days=2), NOW - timedelta(minutes=5)


class TableExists(Exception):  # noqa: N818 - as botocore has it
    """The table is there already."""


class Dynamodb(Backup):
    """DynamoDB with scripted answers."""

    class exceptions:  # noqa: N801 - as botocore has it
        TableAlreadyExistsException = TableExists

    def __init__(self, recovery: dict[str, Any]) -> None:
        super().__init__(
            {
                "describe_continuous_backups": {
                    "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}
                },
                "restore_table_to_point_in_time": lambda **asked: {"TableDescription": asked},
            }
        )


ON = {
    "PointInTimeRecoveryStatus": "ENABLED",
    "EarliestRestorableDateTime": EARLIEST,
    "LatestRestorableDateTime": LATEST,
}


def restorer(dynamodb: Any, backup: Any = None) -> Restorer:
    return Restorer(
        dynamodb,
        backup,
        table=TABLE,
        vault=VAULT,
        role_arn="role",
        key_arn="key",
        clock=StoppedClock(),
    )


@pytest.mark.parametrize("moment", [EARLIEST, NOW - timedelta(hours=1), LATEST])
def test_the_table_is_restored_to_a_moment_in_the_window(moment: Any) -> None:
    dynamodb = Dynamodb(ON)
    assert restorer(dynamodb).start(RestoreToTime(moment)).table == TARGET
    assert dynamodb.asked("restore_table_to_point_in_time") == [
        {"SourceTableName": TABLE, "TargetTableName": TARGET, "RestoreDateTime": moment}
    ]


def test_the_latest_moment_is_left_to_dynamodb() -> None:
    dynamodb = Dynamodb(ON)
    restorer(dynamodb).start(RestoreToLatest())
    (asked,) = dynamodb.asked("restore_table_to_point_in_time")
    assert asked["UseLatestRestorableTime"] is True
    assert "RestoreDateTime" not in asked


def test_a_restore_whose_answer_was_lost_is_not_told_as_a_failure() -> None:
    dynamodb = Dynamodb(ON)
    dynamodb.answers |= {
        "restore_table_to_point_in_time": TableExists(),
        "describe_table": {"Table": {"TableStatus": "CREATING"}},
    }
    started = restorer(dynamodb).start(RestoreToLatest())
    assert started.details == {"TableDescription": {"TableStatus": "CREATING"}}
    assert dynamodb.asked("describe_table") == [{"TableName": TARGET}]


@pytest.mark.parametrize("moment", [EARLIEST - timedelta(seconds=1), LATEST + timedelta(seconds=1)])
def test_a_moment_outside_the_window_is_refused_and_the_window_named(moment: Any) -> None:
    dynamodb = Dynamodb(ON)
    with pytest.raises(RequestError) as refused:
        restorer(dynamodb).start(RestoreToTime(moment))
    assert "de 2025-11-26T10:00:00.000Z a 2025-11-28T09:55:00.000Z" in str(refused.value)
    assert dynamodb.asked("restore_table_to_point_in_time") == []


@pytest.mark.parametrize("request_", [RestoreToLatest(), RestoreToTime(NOW)])
def test_without_point_in_time_recovery_it_is_refused(request_: Any) -> None:
    with pytest.raises(RequestError, match=r"\(PITR\) de shop-products está desactivada"):
        restorer(Dynamodb({"PointInTimeRecoveryStatus": "DISABLED"})).start(request_)


POINT = {"ResourceArn": TABLE_ARN, "Status": "COMPLETED"}


def test_a_recovery_point_is_restored_under_the_tables_own_key() -> None:
    backup = Backup({"describe_recovery_point": POINT, "start_restore_job": {"RestoreJobId": "7"}})
    started = restorer(Dynamodb(ON), backup).start(RestoreFromPoint(POINT_ARN))
    assert started.details == {"RestoreJobId": "7", "TableName": TARGET}
    (asked,) = backup.asked("start_restore_job")
    assert asked["Metadata"] == {
        "targetTableName": TARGET,
        "encryptionType": "KMS",
        "kmsMasterKeyArn": "key",
    }
    assert (asked["IamRoleArn"], asked["RecoveryPointArn"]) == ("role", POINT_ARN)
    assert backup.asked("describe_recovery_point")[0]["BackupVaultName"] == VAULT


@pytest.mark.parametrize(
    ("point", "named"),
    [
        ({**POINT, "ResourceArn": TABLE_ARN + "-other"}, "de shop-products-other, no de shop-products"),
        ({**POINT, "Status": "EXPIRED"}, "su estado es EXPIRED"),
    ],
)
def test_a_recovery_point_that_is_not_the_tables_or_not_whole_is_refused(
    point: dict[str, Any], named: str
) -> None:
    backup = Backup({"describe_recovery_point": point})
    with pytest.raises(RequestError, match=named):
        restorer(Dynamodb(ON), backup).start(RestoreFromPoint(POINT_ARN))
    assert backup.asked("start_restore_job") == []


def test_what_aws_refuses_is_not_hidden() -> None:
    backup = Backup({"describe_recovery_point": refusal("ResourceNotFoundException")})
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        restorer(Dynamodb(ON), backup).start(RestoreFromPoint(POINT_ARN))
