"""Point-in-time recovery: settings and restores, for each table and each replica its own.

Contract: UpdateContinuousBackups, DescribeContinuousBackups, RestoreTableToPointInTime and
RestoreTableFromBackup of the DynamoDB API Reference. A recovery period is 1 to 35 days, 35 unless given;
the earliest restorable time is when recovery was enabled or the period ago, whichever is later; the
latest one lags behind now (`local_aws.backup.timing`). A restored table is CREATING for a while, and
until it is ACTIVE nothing can be read from it or changed about it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import dynamodb

from local_aws.backup import restores
from local_aws.backup.change_log import LONGEST_PERIOD_DAYS, ChangeLog
from local_aws.backup.restores import TableError
from local_aws.backup.timing import Timing
from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.patching import Answer, wrap
from local_aws.fills.service_models import service_model, validation_message
from local_aws.settings import Settings

_TICK_SECONDS = 0.1
_FORGET_SECONDS = 60.0
_CONTROL_PLANE = ("_update_table", "_delete_table", "_update_ttl", "_create_backup")


class PointInTimeRecovery:
    """The change logs of the tables by table id, which no other table ever gets."""

    def __init__(self, clock: Callable[[], float], timing: Timing) -> None:
        self._clock = clock
        self._timing = timing
        self._logs: dict[str, ChangeLog] = {}

    def set_item(
        self, original: Callable[..., Any], table: dict[str, Any], partition: Any, sort: Any, item: Any
    ) -> Any:
        """Store an item and log what it replaced."""
        before = original(table, partition, sort, item)
        if log := self._logs.get(table["TableId"]):
            log.record(self._clock(), partition, sort, before)
        return before

    def remove_item(
        self, original: Callable[..., Any], table: dict[str, Any], partition: Any, sort: Any
    ) -> Any:
        """Remove an item and log it."""
        before = original(table, partition, sort)
        if before is not None and (log := self._logs.get(table["TableId"])):
            log.record(self._clock(), partition, sort, before)
        return before

    def update(self, original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        """UpdateContinuousBackups."""
        check_request("UpdateContinuousBackups", data)
        table = _table(data["TableName"])
        if restores.is_restoring(table):
            name = table["TableName"]
            message = f"Backups are being enabled for the table: {name}. Please retry later"
            raise TableError("ContinuousBackupsUnavailableException", message)
        wanted = data["PointInTimeRecoverySpecification"]
        answer = original(data)
        if not wanted["PointInTimeRecoveryEnabled"]:
            self._logs.pop(table["TableId"], None)
        else:
            log = self._logs.setdefault(table["TableId"], ChangeLog(self._clock()))
            log.period_days = wanted.get("RecoveryPeriodInDays", LONGEST_PERIOD_DAYS)
        return self.describe(lambda _: answer, data)

    def describe(self, _original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        """DescribeContinuousBackups."""
        table = _table(data["TableName"])
        recovery: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
        if log := self._logs.get(table["TableId"]):
            now = self._clock()
            recovery = {
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": log.period_days,
                "EarliestRestorableDateTime": log.earliest(now),
                "LatestRestorableDateTime": log.latest(now, self._timing.pitr_lag_seconds),
            }
        description = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
        answer: Answer = json_response({"ContinuousBackupsDescription": description})
        return answer

    def restore(self, _original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        """RestoreTableToPointInTime."""
        check_request("RestoreTableToPointInTime", data)
        table = _table(_source_name(data))
        latest = bool(data.get("UseLatestRestorableTime"))
        if latest == ("RestoreDateTime" in data):
            message = "Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified"
            raise TableError("ValidationException", message)
        log = self._logs.get(table["TableId"])
        if log is None:
            message = f"Point in time recovery is not enabled for table '{table['TableName']}'"
            raise TableError("PointInTimeRecoveryUnavailableException", message)
        now = self._clock()
        newest = log.latest(now, self._timing.pitr_lag_seconds)
        moment = newest if latest else float(data["RestoreDateTime"])
        if not log.earliest(now) <= moment <= newest:
            window = f"between {_utc(log.earliest(now))} and {_utc(newest)}"
            message = f"RestoreDateTime {_utc(moment)} is not restorable: it must be {window}"
            raise TableError("InvalidRestoreTimeException", message)
        image = restores.image_of(table["TableName"], log.items_at(moment, table["items"]))
        summary = {"SourceTableArn": table["TableArn"], "RestoreDateTime": moment}
        return self._start(image, data, summary)

    def restore_backup(self, _original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        """RestoreTableFromBackup."""
        check_request("RestoreTableFromBackup", data)
        backup = dynamodb._backups.get(data["BackupArn"])
        if backup is None:
            raise TableError("BackupNotFoundException", f"Backup not found: {data['BackupArn']}")
        details = backup["SourceTableDetails"]
        description = {
            **details,
            **backup["SourceTableFeatureDetails"],
            "AttributeDefinitions": backup["_attribute_definitions"],
            "BillingModeSummary": {"BillingMode": details["BillingMode"]},
        }
        summary = {
            "SourceBackupArn": data["BackupArn"],
            "SourceTableArn": details["TableArn"],
            "RestoreDateTime": backup["BackupDetails"]["BackupCreationDateTime"],
        }
        return self._start(restores.TableImage(description, backup["_items_snapshot"]), data, summary)

    def _start(self, image: restores.TableImage, data: dict[str, Any], summary: dict[str, Any]) -> Answer:
        ready_at = self._clock() + self._timing.restore_seconds
        described = restores.start(image, data["TargetTableName"], data, summary, ready_at)
        answer: Answer = json_response({"TableDescription": described})
        return answer

    def forget(self) -> None:
        """Drop what is older than the recovery periods, and the logs of tables that are gone."""
        alive = {table["TableId"] for _, table in dynamodb._tables.all_items()}
        for table_id, log in list(self._logs.items()):
            log.forget(self._clock())
            if table_id not in alive:
                del self._logs[table_id]


def check_request(operation: str, data: dict[str, Any]) -> None:
    """Refuse a request that breaks DynamoDB's API model."""
    shape = service_model("dynamodb").operation_model(operation).input_shape
    if message := validation_message(shape, data):
        raise TableError("ValidationException", message)


def _source_name(data: dict[str, Any]) -> str:
    named = [data[member] for member in ("SourceTableName", "SourceTableArn") if data.get(member)]
    if len(named) != 1:
        message = "Exactly one of SourceTableName and SourceTableArn must be specified"
        raise TableError("ValidationException", message)
    return str(named[0])


def _table(name_or_arn: str) -> dict[str, Any]:
    table: dict[str, Any] | None = dynamodb._tables.get(dynamodb._normalize_table_name(name_or_arn))
    if table is None:
        raise TableError("TableNotFoundException", f"Table not found: {name_or_arn}")
    return table


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _answering_errors(handle: Callable[..., Answer]) -> Callable[..., Answer]:
    """The handler with each TableError made the answer that it stands for."""

    def answer(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        try:
            return handle(original, data)
        except TableError as error:
            refusal: Answer = error_response_json(error.code, error.message, 400)
            return refusal

    return answer


def _describe_restore(original: Callable[..., dict[str, Any]], name: str) -> dict[str, Any]:
    """A table's description with the summary of the restore that made it."""
    description = original(name)
    summary = dynamodb._tables[name].get("RestoreSummary")
    return {**description, "RestoreSummary": summary} if summary else description


def _refuse_data(original: Callable[..., Answer | None], name: object) -> Answer | None:
    """No item can be read or written while its table is being restored."""
    refusal = original(name)
    if refusal is None and _restoring(name):
        refusal = error_response_json("ResourceNotFoundException", "Requested resource not found", 400)
    return refusal


def _refuse_many(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    """The same for the operations that name many tables."""
    names = list(data.get("RequestItems") or {})
    actions = (action for item in data.get("TransactItems") or [] for action in item.values())
    names += [action["TableName"] for action in actions if "TableName" in action]
    if any(map(_restoring, names)):
        refusal: Answer = error_response_json(
            "ResourceNotFoundException", "Requested resource not found", 400
        )
        return refusal
    return original(data)


def _refuse_change(original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
    """A table that is being restored cannot be changed or deleted."""
    if _restoring(data.get("TableName")):
        message = (
            f"Attempt to change a resource which is still in use: Table is being created: {data['TableName']}"
        )
        refusal: Answer = error_response_json("ResourceInUseException", message, 400)
        return refusal
    return original(data)


def _restoring(name: object) -> bool:
    table = dynamodb._tables.get(dynamodb._normalize_table_name(name)) if isinstance(name, str) else None
    return table is not None and restores.is_restoring(table)


_RECOVERY = PointInTimeRecovery(time.time, Timing.from_environment())


def _install(_settings: Settings) -> None:
    wrap(dynamodb, "_set_item", _RECOVERY.set_item)
    wrap(dynamodb, "_remove_item", _RECOVERY.remove_item)
    wrap(dynamodb, "_update_continuous_backups", _answering_errors(_RECOVERY.update))
    wrap(dynamodb, "_describe_continuous_backups", _answering_errors(_RECOVERY.describe))
    wrap(dynamodb, "_restore_table_to_point_in_time", _answering_errors(_RECOVERY.restore))
    wrap(dynamodb, "_restore_table_from_backup", _answering_errors(_RECOVERY.restore_backup))
    wrap(dynamodb, "_table_description", _describe_restore)
    wrap(dynamodb, "_validate_data_plane_table_name", _refuse_data)
    for name in ("_batch_get_item", "_batch_write_item", "_transact_get_items", "_transact_write_items"):
        wrap(dynamodb, name, _refuse_many)
    for name in _CONTROL_PLANE:
        wrap(dynamodb, name, _refuse_change)


async def _finish(_context: Context) -> None:
    restores.finish_due(time.time())


async def _forget(_context: Context) -> None:
    _RECOVERY.forget()


FILL = Fill(
    name="dynamodb_pitr",
    requires=tuple(
        f"ministack.services.dynamodb.{name}"
        for name in (
            *_CONTROL_PLANE,
            "_backups",
            "_batch_get_item",
            "_batch_write_item",
            "_create_table",
            "_describe_continuous_backups",
            "_items_replaced",
            "_normalize_table_name",
            "_remove_item",
            "_restore_create_request",
            "_restore_table_from_backup",
            "_restore_table_to_point_in_time",
            "_set_item",
            "_table_description",
            "_tables",
            "_transact_get_items",
            "_transact_write_items",
            "_update_continuous_backups",
            "_validate_data_plane_table_name",
        )
    ),
    install=_install,
    ticks=(Tick(_TICK_SECONDS, _finish), Tick(_FORGET_SECONDS, _forget)),
)
