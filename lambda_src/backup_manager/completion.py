"""Taking restored tables on until they are what the original is, without waiting for anything.

What is left to do is read off the tables themselves, so every attempt may be the first, the last or one of
two at the same time: a restored table that is ACTIVE and lacks the tag RestoreState = ready is emptied of
what was erased, given the settings that a restore drops, compared with the original field by field, and
tagged when nothing differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from backup_manager import names, settings
from backup_manager.erasures import ErasureError, ErasureLog
from backup_manager.items import Table
from backup_manager.table_settings import TableBusyError, TableSettings
from common.clock import Clock, rfc3339

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_dynamodb import DynamoDBClient

STATE_TAG, READY = "RestoreState", "ready"
# What the original says of itself and must not be said of its copy.
_OWN_TAGS = (STATE_TAG, "RestoreFinishedAt", "RestoreErasures")
_TOLD = (BotoCoreError, ClientError, ErasureError, TableBusyError)


@dataclass(frozen=True, slots=True)
class RestoredTable:
    """A restored table: `restaurando`, `en preparación` (with what is left to do) or `lista`."""

    name: str
    state: str
    pending: tuple[str, ...] = ()


class Completion:
    """Finishes the tables restored from one table."""

    def __init__(
        self,
        dynamodb: DynamoDBClient,
        table_settings: TableSettings,
        erasures: ErasureLog,
        *,
        table: str,
        clock: Clock,
        logger: Logger,
    ) -> None:
        self._dynamodb = dynamodb
        self._settings = table_settings
        self._erasures = erasures
        self._table = table
        self._clock = clock
        self._logger = logger

    def states(self) -> list[RestoredTable]:
        """Return every restored table as it is, changing nothing."""
        return [state for name in self._restored() if (state := self._state(name))]

    def go_on(self) -> list[RestoredTable]:
        """Take every restored table on as far as it can be; what fails is told and tried again next time."""
        found = []
        for name in self._restored():
            state = self._state(name)
            if state and state.state == "en preparación":
                state = self._finish(name)
            if state:
                found.append(state)
        return found

    def _restored(self) -> list[str]:
        """Return the names of the restored tables."""
        pages = self._dynamodb.get_paginator("list_tables").paginate()
        beginning = names.prefix(self._table)
        return sorted(name for page in pages for name in page["TableNames"] if name.startswith(beginning))

    def _state(self, name: str) -> RestoredTable | None:
        """Return how a table is that was listed; None when it is gone meanwhile, or going."""
        try:
            description = self._dynamodb.describe_table(TableName=name)["Table"]
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return None
        if description["TableStatus"] in ("DELETING", "ARCHIVING", "ARCHIVED"):
            return None
        if description["TableStatus"] == "CREATING":
            return RestoredTable(name, "restaurando")
        tags = self._settings.tags(description["TableArn"])
        return RestoredTable(name, "lista" if tags.get(STATE_TAG) == READY else "en preparación")

    def _finish(self, name: str) -> RestoredTable:
        try:
            pending = self._attempt(name)
        except _TOLD as error:
            self._logger.exception("a restored table could not be finished", table=name)
            pending = [str(error)]
        return RestoredTable(name, "en preparación" if pending else "lista", tuple(pending))

    def _attempt(self, name: str) -> list[str]:
        """Do all that is left to do; return what could not be."""
        description = self._dynamodb.describe_table(TableName=name)["Table"]
        arn = description["TableArn"]
        replayed = self._erasures.replay(Table(self._dynamodb, name, _key_names(description)))
        wanted = self._wanted()
        self._settings.apply(name, arn, settings.differences(wanted, self._settings.read(name)))
        left = settings.differences(wanted, self._settings.read(name))
        if left:
            pending = [str(one) for one in left]
            self._logger.error("a restored table differs from the original", table=name, fields=pending)
            return pending
        self._settings.tag(
            arn,
            {
                STATE_TAG: READY,
                "RestoreFinishedAt": rfc3339(self._clock.now()),
                "RestoreErasures": f"{replayed.removed} of {replayed.listed}",
            },
        )
        self._logger.info(
            "a restored table is ready",
            table=name, fields=len(wanted), erasures=replayed.listed, removed=replayed.removed,
        )  # fmt: skip
        return []

    def _wanted(self) -> dict[str, Any]:
        """Return the original's settings, as its copy shall have them."""
        wanted = self._settings.read(self._table)
        for tag in _OWN_TAGS:
            wanted.pop(f"{settings.TAG}{tag}", None)
        return wanted


def _key_names(description: Any) -> list[str]:
    return [key["AttributeName"] for key in description["KeySchema"]]
