"""Point-in-time recovery settings: for each table and each replica its own.

Contract: UpdateContinuousBackups and DescribeContinuousBackups of the DynamoDB API Reference. A recovery
period is 1 to 35 days, 35 unless given; the earliest restorable time is when recovery was enabled or
the period ago, whichever is later. AWS reports a latest restorable time about five minutes ago; here
nothing lags, so it is now.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, error_response_json
from ministack.services import dynamodb

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, changed, wrap
from local_aws.settings import Settings

_LONGEST_DAYS = 35
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class _Window:
    """Since when (epoch seconds) a table can be restored, and how many days back at most."""

    since: float
    days: int

    def earliest(self, now: float) -> float:
        return max(self.since, now - self.days * _DAY_SECONDS)


class _Recovery:
    """The recovery windows of the tables by table id, which no other table ever gets."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def update(self, original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        wanted = data.get("PointInTimeRecoverySpecification") or {}
        days = wanted.get("RecoveryPeriodInDays", _LONGEST_DAYS)
        if not 1 <= days <= _LONGEST_DAYS:
            refusal: Answer = error_response_json(
                "ValidationException",
                f"1 validation error detected: Value '{days}' at 'pointInTimeRecoverySpecification"
                ".recoveryPeriodInDays' failed to satisfy constraint: Member must have value "
                + ("greater than or equal to 1" if days < 1 else f"less than or equal to {_LONGEST_DAYS}"),
                400,
            )
            return refusal
        answer = original(data)
        if answer[0] == 200:
            known = self._windows.get(_table_id(data))
            enabled = wanted.get("PointInTimeRecoveryEnabled")
            if not enabled:
                self._windows.pop(_table_id(data), None)
            else:
                self._windows[_table_id(data)] = _Window(known.since if known else self._clock(), days)
        return changed(answer, lambda document: self._complete(document, data))

    def describe(self, original: Callable[..., Answer], data: dict[str, Any]) -> Answer:
        return changed(original(data), lambda document: self._complete(document, data))

    def _complete(self, document: dict[str, Any], data: dict[str, Any]) -> None:
        description = document["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        window = self._windows.get(_table_id(data))
        if window:
            now = self._clock()
            description["RecoveryPeriodInDays"] = window.days
            description["EarliestRestorableDateTime"] = window.earliest(now)
            description["LatestRestorableDateTime"] = now


def _table_id(data: dict[str, Any]) -> str:
    tables: AccountRegionScopedDict = dynamodb._tables
    table_id: str = tables[dynamodb._normalize_table_name(data["TableName"])]["TableId"]
    return table_id


def _install(_settings: Settings) -> None:
    recovery = _Recovery(time.time)
    wrap(dynamodb, "_update_continuous_backups", recovery.update)
    wrap(dynamodb, "_describe_continuous_backups", recovery.describe)


FILL = Fill(
    name="dynamodb_continuous_backups",
    requires=(
        "ministack.services.dynamodb._update_continuous_backups",
        "ministack.services.dynamodb._describe_continuous_backups",
        "ministack.services.dynamodb._normalize_table_name",
        "ministack.services.dynamodb._tables",
    ),
    install=_install,
)
