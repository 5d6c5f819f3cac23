"""Checking the two tables of a run, and cutting them into segments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from techmoda_recovery.run_folder import RUN, OvertakenError, RunFolder
from techmoda_recovery.runs import LARGEST_SEGMENTS, Request, RequestError, Run

FEWEST_SEGMENTS = 4
EVENTUAL_UNIT_BYTES = 8192  # One read unit, eventually consistent.
PAGE_SECONDS = 10.0


@dataclass(frozen=True)
class Tables:
    """The descriptions of both tables, as they are now."""

    restored: Mapping[str, Any]
    live: Mapping[str, Any]

    @classmethod
    def read(cls, client: Any, request: Request) -> Tables:
        """Read both; raise botocore's errors."""
        names = (request.restored_table, request.table)
        return cls(*(client.describe_table(TableName=name)["Table"] for name in names))

    @property
    def bytes(self) -> int:
        """Return the size of the larger one, as DynamoDB counts it every six hours."""
        return max(int(one.get("TableSizeBytes", 0)) for one in (self.restored, self.live))

    def page_items(self, units_per_second: float) -> int | None:
        """Return how many items some seconds of reading are worth; None while nobody knows their size."""
        size, count = int(self.live.get("TableSizeBytes", 0)), int(self.live.get("ItemCount", 0))
        if not size or not count:
            return None
        units = size / count / EVENTUAL_UNIT_BYTES
        return max(1, int(units_per_second * PAGE_SECONDS / units))


def prepare(request: Request, tables: Tables, folder: RunFolder, segment_bytes: int) -> Run:
    """Begin a run, or find that it is one that was begun.

    Raises RequestError when the tables do not fit together, the live one is not that with which the run
    began, or another run has the name.
    """
    _check(tables)
    document = folder.read(RUN)
    if document.content is None:
        asked = request.segments or math.ceil(tables.bytes / segment_bytes)
        run = Run(
            request.identity,
            tables.live["TableId"],
            tuple(one["AttributeName"] for one in tables.live["KeySchema"]),
            min(max(asked, request.segments or FEWEST_SEGMENTS), LARGEST_SEGMENTS),
        )
        try:
            folder.replace(document, run.as_json())
        except OvertakenError as error:
            raise RequestError(f"the run {request.run} was begun by somebody else just now") from error
        return run
    return checked(Run.of(document.content), request, tables)


def checked(run: Run, request: Request, tables: Tables) -> Run:
    """Return the run if the request is one for it and its table; raise RequestError."""
    if run.request != request.identity:
        raise RequestError(f"the run {request.run} was begun with other tables or rules: give a new name")
    if run.table_id != tables.live["TableId"]:
        raise RequestError(f"{request.table} is not the table with which the run {request.run} began")
    return run


def _check(tables: Tables) -> None:
    restored, live = tables.restored, tables.live
    if restored["TableStatus"] != "ACTIVE":
        raise RequestError(f"{restored['TableName']} is {restored['TableStatus']}, not ACTIVE")
    if restored["TableId"] == live["TableId"]:
        raise RequestError(f"{live['TableName']} would be compared with itself")
    if restored["KeySchema"] != live["KeySchema"]:
        raise RequestError(f"{restored['TableName']} has another key than {live['TableName']}")
