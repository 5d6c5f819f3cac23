"""Reading DynamoDB Streams: every write of the last 24 hours, those to one item in their order.

Contract (DynamoDB developer guide, "Change data capture for DynamoDB Streams"; API reference): a stream is a
tree of shards, and a shard's records come after those of its parent. An item's records are in one line of
descent, ordered by SequenceNumber within a shard. A page may be empty although more follow. A closed shard
ends with NextShardIterator null; an open one never ends. Iterators expire after 15 minutes. Records older
than 24 hours are trimmed. ApproximateCreationDateTime is in whole seconds.

On a global table the stream of a region also has the writes that replication made there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from techmoda_ha.errors import HaError
from techmoda_recovery.core.changes import Change

KEPT_SECONDS = 24 * 3600
READERS = 4
PAGE = 1000
# An open shard has been read to its end when a record is newer than the beginning of the reading, which on
# a table that is written to all the time comes soon, or when it gave nothing for so many pages and so long.
QUIET_PAGES = 5
QUIET_SECONDS = 1.0
PAUSE_SECONDS = 0.25  # GetRecords may be called 5 times a second on a shard.
_TTL_PRINCIPAL = "dynamodb.amazonaws.com"

Take = Callable[[Change], None]


@dataclass(frozen=True)
class StreamReader:
    """Reads one table's stream. `client` is a DynamoDB Streams client of the region; used by threads."""

    client: Any
    stream_arn: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    readers: int = READERS

    def read(self, take: Take) -> int:
        """Give every change to `take`, which several threads call; return how many there were.

        Raises HaError when records were trimmed while they were being read, ClientError otherwise.
        """
        shards, began = self._listed()
        total = 0
        with ThreadPoolExecutor(self.readers) as pool:
            # A parent that is trimmed has no records any more, so its children are first.
            first = [shard for shard, parent in shards.items() if parent not in shards]
            running = {pool.submit(self._read_shard, shard, take, began): shard for shard in first}
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    shard, (count, is_closed) = running.pop(future), future.result()
                    total += count
                    if is_closed and shard not in shards.values():
                        shards, _ = self._listed()  # It was open when they were listed.
                    children = [child for child, parent in shards.items() if parent == shard]
                    running |= {
                        pool.submit(self._read_shard, child, take, began): child for child in children
                    }
        return total

    def _listed(self) -> tuple[dict[str, str | None], float]:
        """Return every shard with its parent, and the time (epoch seconds) by AWS's clock, not by ours."""
        found: dict[str, str | None] = {}
        arguments: dict[str, Any] = {"StreamArn": self.stream_arn}
        while True:
            answer = self.client.describe_stream(**arguments)
            described = answer["StreamDescription"]
            found |= {one["ShardId"]: one.get("ParentShardId") for one in described["Shards"]}
            last = described.get("LastEvaluatedShardId")
            if last is None:
                return found, _time_of(answer)
            arguments["ExclusiveStartShardId"] = last

    def _read_shard(self, shard: str, take: Take, began: float) -> tuple[int, bool]:
        """Read one shard; return how many records were read and whether it is closed."""
        count, quiet_pages = 0, 0
        quiet_since = self.clock()
        last, newest = None, 0
        iterator: str | None = self._iterator(shard, last)
        while iterator is not None:
            try:
                page = self.client.get_records(ShardIterator=iterator, Limit=PAGE)
            except self.client.exceptions.ExpiredIteratorException:
                iterator = self._iterator(shard, last)
                continue
            except self.client.exceptions.TrimmedDataAccessException as error:
                raise _trimmed(error) from error
            for record in page["Records"]:
                last = record["dynamodb"]["SequenceNumber"]
                change = change_of(record)
                take(change)
                count, newest = count + 1, change.at or 0
            iterator = page.get("NextShardIterator")
            if iterator is not None and newest > began:
                return count, False
            if page["Records"]:
                quiet_pages, quiet_since = 0, self.clock()
                continue
            quiet_pages += 1
            if quiet_pages >= QUIET_PAGES and self.clock() - quiet_since >= QUIET_SECONDS:
                return count, False
            self.sleep(PAUSE_SECONDS)
        return count, True

    def _iterator(self, shard: str, last: str | None) -> str:
        """Return an iterator after the last record read, at the oldest record where none was."""
        where = (
            {"ShardIteratorType": "TRIM_HORIZON"}
            if last is None
            else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last}
        )
        try:
            answer = self.client.get_shard_iterator(StreamArn=self.stream_arn, ShardId=shard, **where)
        except self.client.exceptions.TrimmedDataAccessException as error:
            raise _trimmed(error) from error
        return str(answer["ShardIterator"])


def _time_of(answer: Mapping[str, Any]) -> float:
    """Return when AWS answered; our own clock's time where the answer does not say."""
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date).timestamp() if date else time.time()


def change_of(record: Mapping[str, Any]) -> Change:
    """Return the change that a stream record tells of."""
    content = record["dynamodb"]
    at = content["ApproximateCreationDateTime"]
    return Change(
        key=content["Keys"],
        old=content.get("OldImage"),
        new=content.get("NewImage"),
        at=int(at.timestamp() if isinstance(at, datetime) else at),
        by_ttl=record.get("userIdentity", {}).get("PrincipalId") == _TTL_PRINCIPAL,
    )


def check_reach(moment: int, stream_label: str, now: float) -> None:
    """Raise HaError unless the stream holds every write since the moment (epoch seconds).

    A stream's label is the time at which it was enabled, as ISO 8601 in UTC.
    """
    older = "Restore the table and compare: ha recover reconcile --restore-to-time …"
    if moment > now:
        raise HaError(
            "The moment to go back to is in the future.", "Times are RFC 3339, such as 2026-05-01T10:00:00Z."
        )
    if now - moment > KEPT_SECONDS:
        raise HaError("DynamoDB Streams reach back 24 hours, and that moment is earlier.", older)
    enabled = datetime.fromisoformat(stream_label.removesuffix("Z")).replace(tzinfo=UTC)
    if moment < int(enabled.timestamp()):
        raise HaError(
            f"The table's stream was enabled at {stream_label}: earlier writes are unknown.",
            older,
        )


def _trimmed(error: ClientError) -> HaError:
    return HaError(
        "The stream's oldest records were trimmed while they were being read.",
        "Repeat with a later moment, or: ha recover reconcile --restore-to-time …",
        detail=str(error),
    )
