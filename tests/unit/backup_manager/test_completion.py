"""A restored table gets what a restore drops, loses what was erased, and is compared field by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.backup_manager.kit import (
    ERASURES,
    TABLE,
    StoppedClock,
    ids,
    make_table,
    product,
    quiet_logger,
    refusal,
)

from backup_manager.alarms import TableAlarms
from backup_manager.completion import Completion, RestoredTable
from backup_manager.erasures import ErasureError, ErasureLog
from backup_manager.items import Table
from backup_manager.scaling import TableScaling
from backup_manager.table_settings import TableSettings

RESTORED = f"{TABLE}-restaurado-1764324000000"
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
SCALED = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{TABLE}/index/by-category",
    "ScalableDimension": "dynamodb:index:WriteCapacityUnits",
}
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
}


class Account:
    """An original table with all that a restore drops, a bare restored one, and what finishes it."""

    def __init__(self, aws: Callable[[str], Any]) -> None:
        self.dynamodb, self.scaling, self.cloudwatch = map(
            aws, ("dynamodb", "application-autoscaling", "cloudwatch")
        )
        self.clock = StoppedClock()
        make_table(
            self.dynamodb,
            TABLE,
            StreamSpecification=STREAM,
            DeletionProtectionEnabled=True,
            Tags=[{"Key": "Application", "Value": "shop"}],
        )
        self.arn = make_table(self.dynamodb, RESTORED, [product(f"p{n}") for n in range(5)])
        make_table(self.dynamodb, ERASURES, GlobalSecondaryIndexes=[])
        self.erase("p1", "p3", "never there")
        self._protect()

    def _protect(self) -> None:
        self.dynamodb.update_continuous_backups(
            TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        self.dynamodb.update_time_to_live(
            TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
        )
        self.scaling.register_scalable_target(**SCALED, MinCapacity=5, MaxCapacity=50)
        self.scaling.put_scaling_policy(
            **SCALED,
            PolicyName="writes",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=TRACKING,
        )
        self.alarm("throttles", {"TableName": TABLE})
        self.alarm("lag", {"TableName": TABLE, "ReceivingRegion": "us-west-2"})
        self.alarm("elsewhere", {"TableName": "other"})

    def alarm(self, name: str, dimensions: dict[str, str]) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/DynamoDB",
            MetricName="ThrottledRequests",
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=["arn:aws:sns:us-east-1:123456789012:page"],
        )

    def erase(self, *keys: str) -> None:
        for key in keys:
            self.dynamodb.put_item(TableName=ERASURES, Item={"id": {"S": key}})

    def settings(self, scaling: Any = None) -> TableSettings:
        return TableSettings(
            self.dynamodb,
            scaling or TableScaling(self.scaling),
            TableAlarms(self.cloudwatch),
            self.clock.sleep,
        )

    def completion(self, **parts: Any) -> Completion:
        return Completion(
            self.dynamodb,
            self.settings(**parts),
            ErasureLog(self.dynamodb, ERASURES),
            table=TABLE,
            clock=self.clock,
            logger=quiet_logger(),
        )

    def tags(self) -> dict[str, str]:
        found = self.dynamodb.list_tags_of_resource(ResourceArn=self.arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}


@pytest.fixture
def account(aws: Callable[[str], Any]) -> Account:
    return Account(aws)


def test_a_restored_table_gets_everything_that_a_restore_drops(account: Account) -> None:
    assert account.completion().go_on() == [RestoredTable(RESTORED, "lista")]
    table = account.dynamodb.describe_table(TableName=RESTORED)["Table"]
    assert table["StreamSpecification"] == STREAM
    assert table["DeletionProtectionEnabled"] is True
    settings = account.settings().read(RESTORED)
    assert (settings["recovery_days"], settings["time_to_live"]) == (35, "expires_at")
    assert account.tags()["Application"] == "shop"
    assert settings["scaling.index:WriteCapacityUnits/by-category"] == {
        "min": 5,
        "max": 50,
        "policies": {"writes": TRACKING},
    }
    alarms = account.cloudwatch.describe_alarms(AlarmNamePrefix="throttles-restaurado-")["MetricAlarms"]
    assert [one["Dimensions"] for one in alarms] == [[{"Name": "TableName", "Value": RESTORED}]]
    assert alarms[0]["AlarmActions"]


def test_alarms_of_replication_and_of_other_tables_are_not_copied(account: Account) -> None:
    account.completion().go_on()
    names = {alarm["AlarmName"] for alarm in account.cloudwatch.describe_alarms()["MetricAlarms"]}
    assert {name for name in names if "restaurado" in name} == {"throttles-restaurado-1764324000000"}


def test_what_was_erased_does_not_come_back(account: Account) -> None:
    account.completion().go_on()
    assert ids(account.dynamodb, RESTORED) == {"p0", "p2", "p4"}
    assert account.tags()["RestoreErasures"] == "2 of 3"


def test_a_long_log_of_erasures_is_replayed_to_its_end(account: Account) -> None:
    keys = [f"e{number}" for number in range(130)]
    account.erase(*keys)
    for key in keys:
        account.dynamodb.put_item(TableName=RESTORED, Item=product(key))
    account.completion().go_on()
    assert ids(account.dynamodb, RESTORED) == {"p0", "p2", "p4"}


def test_a_finished_table_is_left_alone(account: Account) -> None:
    account.completion().go_on()
    account.dynamodb.put_item(TableName=RESTORED, Item=product("p1"))
    assert account.completion().go_on() == [RestoredTable(RESTORED, "lista")]
    assert "p1" in ids(account.dynamodb, RESTORED)


def test_looking_changes_nothing(account: Account) -> None:
    before = account.settings().read(RESTORED)
    assert account.completion().states() == [RestoredTable(RESTORED, "en preparación")]
    assert account.settings().read(RESTORED) == before


class Scaling(TableScaling):
    """Autoscaling that does not take, or refuses, what it is told."""

    error: Exception | None = None

    def apply(self, _table: str, targets: Any) -> None:
        if self.error and targets:
            raise self.error


def test_a_setting_that_did_not_take_is_named_and_the_table_not_called_ready(account: Account) -> None:
    (table,) = account.completion(scaling=Scaling(account.scaling)).go_on()
    assert table.state == "en preparación"
    assert [text.split(" ")[0] for text in table.pending] == ["scaling.index:WriteCapacityUnits/by-category"]
    assert "RestoreState" not in account.tags()


def test_an_attempt_that_failed_is_taken_up_by_the_next(account: Account) -> None:
    failing = Scaling(account.scaling)
    failing.error = refusal("ConcurrentUpdateException")
    (table,) = account.completion(scaling=failing).go_on()
    assert "ConcurrentUpdateException" in table.pending[0]
    assert account.completion().go_on() == [RestoredTable(RESTORED, "lista")]


def test_a_structure_that_cannot_be_mended_is_named(aws: Callable[[str], Any]) -> None:
    account = Account(aws)
    account.dynamodb.delete_table(TableName=RESTORED)
    make_table(account.dynamodb, RESTORED, GlobalSecondaryIndexes=[])
    (table,) = account.completion().go_on()
    assert [text.split(" ")[0] for text in table.pending] == ["index.by-category"]


def test_tables_of_other_names_are_none_of_ours(account: Account) -> None:
    for name in (f"{TABLE}-restaurad", "a-table", f"{TABLE}-copy-restaurado-1"):
        make_table(account.dynamodb, name)
    assert [table.name for table in account.completion().go_on()] == [RESTORED]


def test_a_table_that_goes_meanwhile_is_no_error(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Completion, "_restored", lambda _self: [f"{TABLE}-restaurado-gone", RESTORED])
    assert account.completion().go_on() == [RestoredTable(RESTORED, "lista")]
    assert account.completion().states() == [RestoredTable(RESTORED, "lista")]


class Undying:
    """A client whose deletions do nothing."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_write_item(self, **_request: Any) -> dict[str, Any]:
        return {}


def test_an_erasure_that_did_not_happen_is_an_error(account: Account) -> None:
    table: Any = Table(Undying(account.dynamodb), RESTORED)  # type: ignore[arg-type]
    with pytest.raises(ErasureError, match=RESTORED):
        ErasureLog(account.dynamodb, ERASURES).replay(table)
