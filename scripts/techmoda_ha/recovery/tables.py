"""The tables that recovery works on: their descriptions, and scans of all their items."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_recovery.core.images import Image

SEGMENTS = 4


@dataclass(frozen=True)
class Table:
    """One table in one region. `client` is a DynamoDB client of that region."""

    client: Any
    name: str
    description: Mapping[str, Any]

    @classmethod
    def read(cls, client: Any, name: str) -> Table:
        """Return a table by its name; raise HaError when there is none."""
        with aws_errors_as(
            f"The table {name} could not be read.", "Check its name, its region and your rights."
        ):
            return cls(client, name, client.describe_table(TableName=name)["Table"])

    @property
    def id(self) -> str:
        """Return what tells it from every other table, also from an earlier one of its name."""
        return str(self.description["TableId"])

    @property
    def key_names(self) -> tuple[str, ...]:
        """Return the names of its key's attributes."""
        return tuple(one["AttributeName"] for one in self.description["KeySchema"])

    @property
    def stream(self) -> tuple[str, str]:
        """Return ARN and label of its stream; raise HaError when that has not both images."""
        given = self.description.get("StreamSpecification", {})
        if not given.get("StreamEnabled") or given.get("StreamViewType") != "NEW_AND_OLD_IMAGES":
            raise HaError(
                f"{self.name} has no stream with both images, so its writes cannot be read.",
                "Restore the table and compare: ha recover reconcile --restore-to-time …",
            )
        return str(self.description["LatestStreamArn"]), str(self.description["LatestStreamLabel"])

    def key_of(self, item: Image) -> dict[str, Any]:
        """Return an item's key."""
        return {name: item[name] for name in self.key_names}


def pick(table: Table, keys: Iterable[Image], take: Callable[[Image], None]) -> None:
    """Give those of the named items that are there to `take`, read strongly consistently; raise HaError."""
    with aws_errors_as(f"The table {table.name} could not be read.", "Check your rights and repeat."):
        for key in keys:
            answer = table.client.get_item(TableName=table.name, Key=dict(key), ConsistentRead=True)
            if "Item" in answer:
                take(answer["Item"])


def scan(table: Table, take: Callable[[Image], None], segments: int = SEGMENTS) -> int:
    """Give every item of the table to `take`, which a thread for each segment calls; return their number.

    Reads are eventually consistent, at half the price: what changes during a scan, and what a read missed,
    is found out by the repairs' conditions. Raises HaError.
    """
    stopped = threading.Event()

    def scan_segment(segment: int) -> int:
        count = 0
        arguments: dict[str, Any] = {"TableName": table.name, "Segment": segment, "TotalSegments": segments}
        while not stopped.is_set():
            page = table.client.scan(**arguments)
            for item in page["Items"]:
                take(item)
                count += 1
            if not page.get("LastEvaluatedKey"):
                break
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        return count

    def guarded(segment: int) -> int:
        try:
            return scan_segment(segment)
        except BaseException:
            stopped.set()  # The others' work is of no use without this segment's.
            raise

    with (
        aws_errors_as(f"The table {table.name} could not be scanned.", "Check your rights and repeat."),
        ThreadPoolExecutor(segments) as pool,
    ):
        return sum(pool.map(guarded, range(segments)))
