"""The window of point-in-time recovery, and restores that are refused. On AWS these tests pass as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.backup_kit import code
from tests.local_aws.recoverable import Recoverable, a_table

from local_aws.backup.timing import Timing, TimingError
from local_aws.testing import LocalAws


@pytest.fixture
def table(aws: LocalAws) -> Iterator[Recoverable]:
    with a_table(aws) as made:
        yield made


def test_an_index_that_the_source_lacks_is_refused(table: Recoverable) -> None:
    table.enable()
    index = {
        "IndexName": "by-text",
        "KeySchema": [{"AttributeName": "text", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    with pytest.raises(ClientError) as error:
        table.start_restore(UseLatestRestorableTime=True, GlobalSecondaryIndexOverride=[index])
    assert code(error) == "ValidationException"


@pytest.mark.parametrize(
    "times", [{}, {"UseLatestRestorableTime": False}, {"UseLatestRestorableTime": True, "RestoreDateTime": 1}]
)
def test_exactly_one_way_to_name_the_time_is_wanted(table: Recoverable, times: dict[str, Any]) -> None:
    table.enable()
    with pytest.raises(ClientError) as error:
        table.start_restore(**times)
    assert code(error) == "ValidationException"


@pytest.mark.parametrize("offset", [timedelta(days=-40), timedelta(hours=1)])
def test_a_time_outside_the_window_is_refused(table: Recoverable, offset: timedelta) -> None:
    table.enable()
    with pytest.raises(ClientError) as error:
        table.start_restore(RestoreDateTime=datetime.now(UTC) + offset)
    assert code(error) == "InvalidRestoreTimeException"


def test_a_table_without_recovery_cannot_be_restored(table: Recoverable) -> None:
    with pytest.raises(ClientError) as error:
        table.start_restore(UseLatestRestorableTime=True)
    assert code(error) == "PointInTimeRecoveryUnavailableException"


def test_a_target_that_exists_is_refused(table: Recoverable) -> None:
    table.enable()
    with pytest.raises(ClientError) as error:
        table.dynamodb.restore_table_to_point_in_time(
            SourceTableName=table.name, TargetTableName=table.name, UseLatestRestorableTime=True
        )
    assert code(error) == "TableAlreadyExistsException"


def test_a_source_that_does_not_exist_is_refused(table: Recoverable) -> None:
    with pytest.raises(ClientError) as error:
        table.dynamodb.restore_table_to_point_in_time(
            SourceTableName="no-such-table", TargetTableName="target", UseLatestRestorableTime=True
        )
    assert code(error) == "TableNotFoundException"


def test_the_window_opens_when_recovery_is_enabled(table: Recoverable) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    enabled = table.enable()
    assert enabled["PointInTimeRecoveryStatus"] == "ENABLED"
    assert enabled["RecoveryPeriodInDays"] == 35
    first = table.described()
    assert before <= first["EarliestRestorableDateTime"] <= first["LatestRestorableDateTime"]
    table.moment()
    assert table.described()["EarliestRestorableDateTime"] == first["EarliestRestorableDateTime"]


def test_enabling_again_keeps_the_window_and_changes_the_period(table: Recoverable) -> None:
    since = table.enable()["EarliestRestorableDateTime"]
    again = table.enable(RecoveryPeriodInDays=7)
    assert (again["EarliestRestorableDateTime"], again["RecoveryPeriodInDays"]) == (since, 7)


def test_a_period_above_35_days_is_refused(table: Recoverable) -> None:
    with pytest.raises(ClientError) as error:
        table.enable(RecoveryPeriodInDays=36)
    assert code(error) == "ValidationException"


def test_disabling_loses_the_window(table: Recoverable) -> None:
    table.enable()
    table.dynamodb.update_continuous_backups(
        TableName=table.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    assert table.described() == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_table_of_the_same_name_made_anew_has_no_recovery(table: Recoverable) -> None:
    table.enable()
    target = table.restore(UseLatestRestorableTime=True)
    copy = Recoverable(table.dynamodb, target)
    copy.enable()
    table.dynamodb.delete_table(TableName=target)
    table.dynamodb.get_waiter("table_not_exists").wait(TableName=target, WaiterConfig={"Delay": 1})
    table.restore(UseLatestRestorableTime=True, TargetTableName=target)
    table.restored.remove(target)
    assert copy.described()["PointInTimeRecoveryStatus"] == "DISABLED"


def test_timing_is_read_from_the_environment() -> None:
    timing = Timing.from_environment({"LOCAL_AWS_PITR_LAG_SECONDS": "300"})
    assert (timing.pitr_lag_seconds, timing.restore_seconds) == (300, Timing().restore_seconds)


@pytest.mark.parametrize("value", ["soon", "-1", "nan"])
def test_a_duration_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(TimingError, match="LOCAL_AWS_RESTORE_SECONDS"):
        Timing.from_environment({"LOCAL_AWS_RESTORE_SECONDS": value})
