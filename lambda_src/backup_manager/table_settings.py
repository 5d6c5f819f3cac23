"""Reading a table's settings, and giving a restored table those that a restore drops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from backup_manager import settings
from backup_manager.alarms import TableAlarms
from backup_manager.scaling import TableScaling
from backup_manager.settings import Difference, Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

AWS_TAGS = "aws:"  # AWS's own, which nobody can set.
POLL_SECONDS = 2.0
UPDATE_SECONDS = 120.0  # A table is UPDATING for seconds after a change of its settings.


class TableBusyError(Exception):
    """The table stayed UPDATING; a later attempt goes on."""


class TableSettings:
    """Settings of tables in one region, read and applied."""

    def __init__(
        self,
        dynamodb: DynamoDBClient,
        scaling: TableScaling,
        alarms: TableAlarms,
        sleep: Callable[[float], None],
    ) -> None:
        self._dynamodb = dynamodb
        self._scaling = scaling
        self._alarms = alarms
        self._sleep = sleep

    def read(self, table: str) -> dict[str, Any]:
        """Return the table's settings by field (see `settings`)."""
        description = self._dynamodb.describe_table(TableName=table)["Table"]
        fields = {**_structure(description), **_switches(description)}
        fields[settings.TIME_TO_LIVE] = self._time_to_live(table)
        fields[settings.RECOVERY_DAYS] = self._recovery_days(table)
        fields |= {f"{settings.TAG}{key}": value for key, value in self.tags(description["TableArn"]).items()}
        fields |= {f"{settings.SCALING}{name}": one for name, one in self._scaling.read(table).items()}
        fields |= {f"{settings.ALARM}{name}": one for name, one in self._alarms.read(table).items()}
        return fields

    def tags(self, table_arn: str) -> dict[str, str]:
        """Return the table's tags, without AWS's own."""
        pages = self._dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=table_arn)
        found = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
        return {key: value for key, value in found.items() if not key.startswith(AWS_TAGS)}

    def tag(self, table_arn: str, tags: Mapping[str, str]) -> None:
        """Give the table these tags besides those it has."""
        self._dynamodb.tag_resource(
            ResourceArn=table_arn, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )

    def apply(self, table: str, table_arn: str, missing: Iterable[Difference]) -> None:
        """Set the fields that differ, of those that a restore drops; deletion protection comes last.

        Raises TableBusyError, and botocore's errors. What was set stays set: the next attempt sets the rest.
        """
        wanted = {difference.field: difference.wanted for difference in missing}
        if wanted.get(settings.RECOVERY_DAYS):
            self._set_recovery(table, wanted[settings.RECOVERY_DAYS])
        if wanted.get(settings.TIME_TO_LIVE):
            self._set_time_to_live(table, wanted[settings.TIME_TO_LIVE])
        if tags := settings.part(wanted, settings.TAG):
            self.tag(table_arn, tags)
        if wanted.get(settings.STREAM):
            stream: Any = {"StreamEnabled": True, "StreamViewType": wanted[settings.STREAM]}
            self._dynamodb.update_table(TableName=table, StreamSpecification=stream)
            self._wait_until_active(table)
        self._scaling.apply(table, settings.part(wanted, settings.SCALING))
        self._alarms.apply(table, settings.part(wanted, settings.ALARM))
        if wanted.get(settings.DELETION_PROTECTION):
            self._dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
            self._wait_until_active(table)

    def _time_to_live(self, table: str) -> str | None:
        found = self._dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        on = found.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        return found["AttributeName"] if on else None

    def _recovery_days(self, table: str) -> int | None:
        found = self._dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        recovery = found.get("PointInTimeRecoveryDescription", {})
        on = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
        return recovery.get("RecoveryPeriodInDays", 35) if on else None

    def _set_recovery(self, table: str, days: int) -> None:
        self._dynamodb.update_continuous_backups(
            TableName=table,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": days,
            },
        )

    def _set_time_to_live(self, table: str, attribute: str) -> None:
        self._dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )

    def _wait_until_active(self, table: str) -> None:
        waited = 0.0
        while self._dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] != "ACTIVE":
            if waited >= UPDATE_SECONDS:
                raise TableBusyError(f"{table} sigue en UPDATING después de {waited:.0f} s")
            self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS


def _structure(description: TableDescriptionTypeDef) -> dict[str, Any]:
    """Return the fields that a restore keeps."""
    billing = description.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    encryption = description.get("SSEDescription", {})
    fields: dict[str, Any] = {
        "billing_mode": billing,
        "encryption_key": encryption.get("KMSMasterKeyArn"),
        "key_schema": _keys(description["KeySchema"]),
        "table_class": description.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
    }
    return fields | indexes(description)


def indexes(description: TableDescriptionTypeDef) -> dict[str, Any]:
    """Return the indexes by field: keys and projection, which are what queries depend on."""
    every = (
        *description.get("GlobalSecondaryIndexes", []),
        *description.get("LocalSecondaryIndexes", []),
    )
    return {
        f"index.{index['IndexName']}": {
            "keys": _keys(index["KeySchema"]),
            "projection": index["Projection"]["ProjectionType"],
            "attributes": sorted(index["Projection"].get("NonKeyAttributes", [])),
        }
        for index in every
    }


def structure(description: TableDescriptionTypeDef) -> Settings:
    """Return key schema and indexes: what must be alike for the same code to work with a table."""
    return {"key_schema": _keys(description["KeySchema"]), **indexes(description)}


def _keys(schema: Iterable[Any]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema}


def _switches(description: TableDescriptionTypeDef) -> dict[str, Any]:
    stream = description.get("StreamSpecification", {})
    return {
        settings.STREAM: stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
        settings.DELETION_PROTECTION: description.get("DeletionProtectionEnabled", False),
    }
