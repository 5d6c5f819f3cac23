"""Reading tables by segments and by keys, no faster than they may be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from techmoda_recovery.core.images import Image, dumps
from techmoda_recovery.pace import Pace

KEYS_PER_BATCH = 100  # BatchGetItem takes no more.
READERS = 4
_LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Page:
    """One page of a scan. `cursor` is where the next one begins, None at the segment's end."""

    items: Sequence[Image]
    cursor: dict[str, Any] | None


@dataclass(frozen=True)
class Reader:
    """Reads one table. `client` is a DynamoDB client; without a pace it reads as fast as it can.

    `page_items` is how many items a page has at most, as many as fit where it is left out: a page is read at
    once, and waited for afterwards. Actions used: Scan, BatchGetItem.
    """

    client: Any
    table: str
    key_names: Sequence[str]
    sleep: Callable[[float], None]
    pace: Pace | None = None
    page_items: int | None = None

    def key_of(self, item: Image) -> dict[str, Any]:
        """Return an item's key."""
        return {name: item[name] for name in self.key_names}

    def page(self, segment: int, segments: int, cursor: dict[str, Any] | None) -> Page:
        """Return the page of a segment behind the cursor, read eventually consistently."""
        self._wait()
        start = {} if cursor is None else {"ExclusiveStartKey": cursor}
        limit = {} if self.page_items is None else {"Limit": self.page_items}
        answer = self.client.scan(
            TableName=self.table,
            Segment=segment,
            TotalSegments=segments,
            ReturnConsumedCapacity="TOTAL",
            **start,
            **limit,
        )
        self._charge([answer.get("ConsumedCapacity", {})])
        return Page(answer["Items"], answer.get("LastEvaluatedKey"))

    def get(self, keys: Sequence[Image], *, consistent: bool, only_keys: bool = False) -> dict[str, Image]:
        """Return those of the items that are there, by their key's text (`dumps`)."""
        request: dict[str, Any] = {"ConsistentRead": consistent}
        if only_keys:
            names = {f"#{number}": name for number, name in enumerate(self.key_names)}
            request |= {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
        batches = [keys[start : start + KEYS_PER_BATCH] for start in range(0, len(keys), KEYS_PER_BATCH)]
        found: dict[str, Image] = {}
        with ThreadPoolExecutor(READERS) as pool:
            for items in pool.map(lambda batch: self._batch({**request, "Keys": batch}), batches):
                found |= {dumps(self.key_of(item)): item for item in items}
        return found

    def _batch(self, request: Mapping[str, Any]) -> list[Image]:
        items: list[Image] = []
        pending: Any = {self.table: request}
        pause = 0.05
        while pending:
            self._wait()
            answer = self.client.batch_get_item(RequestItems=pending, ReturnConsumedCapacity="TOTAL")
            self._charge(answer.get("ConsumedCapacity", ()))
            items += answer["Responses"].get(self.table, ())
            pending = answer.get("UnprocessedKeys")
            if pending:  # The table throttles.
                self.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        return items

    def _wait(self) -> None:
        if self.pace is not None:
            self.pace.wait()

    def _charge(self, consumed: Sequence[Mapping[str, Any]]) -> None:
        if self.pace is not None:
            self.pace.charge(sum(float(one.get("CapacityUnits", 0)) for one in consumed))
