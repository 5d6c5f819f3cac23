"""A stream by the contract of DynamoDB Streams: shards with children, empty pages, iterators that expire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any


class ExpiredIteratorException(Exception):  # noqa: N818 - AWS's name
    """An iterator older than 15 minutes."""


class TrimmedDataAccessException(Exception):  # noqa: N818 - AWS's name
    """Records older than 24 hours."""


@dataclass
class FakeShard:
    """Records in order; `pages` of them come at a time, with empty pages between."""

    parent: str | None
    records: list[dict[str, Any]]
    closed: bool = True


@dataclass
class FakeStream:
    """A DynamoDB Streams client. `expire_at` are positions whose iterators fail once."""

    shards: dict[str, FakeShard]
    expire_at: set[tuple[str, int]] = field(default_factory=set)
    trimmed: bool = False
    order: list[str] = field(default_factory=list)
    on_closed: Mapping[str, dict[str, FakeShard]] = field(default_factory=dict)
    exceptions: Any = field(
        default_factory=lambda: SimpleNamespace(
            ExpiredIteratorException=ExpiredIteratorException,
            TrimmedDataAccessException=TrimmedDataAccessException,
        )
    )

    def describe_stream(self, StreamArn: str, ExclusiveStartShardId: str | None = None) -> Any:  # noqa: N803, ARG002
        """One shard a page."""
        names = list(self.shards)
        start = names.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId else 0
        name = names[start]
        shard: dict[str, Any] = {"ShardId": name}
        if self.shards[name].parent:
            shard["ParentShardId"] = self.shards[name].parent
        answer: dict[str, Any] = {"Shards": [shard]}
        if start + 1 < len(names):
            answer["LastEvaluatedShardId"] = name
        return {"StreamDescription": answer}

    def get_shard_iterator(self, ShardId: str, SequenceNumber: str = "", **_: str) -> Any:  # noqa: N803
        records = [one["dynamodb"]["SequenceNumber"] for one in self.shards[ShardId].records]
        position = records.index(SequenceNumber) + 1 if SequenceNumber else 0
        return {"ShardIterator": f"{ShardId}|{position}|0"}

    def get_records(self, ShardIterator: str, Limit: int) -> Any:  # noqa: N803, ARG002
        """Two records a page, and an empty page after each."""
        name, position, empties = ShardIterator.split("|")
        at, shard = int(position), self.shards[name]
        if self.trimmed:
            raise TrimmedDataAccessException
        if (name, at) in self.expire_at:
            self.expire_at.remove((name, at))
            raise ExpiredIteratorException
        if empties == "0" and at:
            return {"Records": [], "NextShardIterator": f"{name}|{at}|1"}
        page = shard.records[at : at + 2]
        self.order += [one["dynamodb"]["SequenceNumber"] for one in page]
        answer: dict[str, Any] = {"Records": page}
        if not shard.closed or at + 2 < len(shard.records):
            answer["NextShardIterator"] = f"{name}|{at + len(page)}|0"
        else:
            self.shards |= self.on_closed.get(name, {})
        return answer


def record(sequence: str, name: str, old: str | None, new: str | None, **extra: Any) -> dict[str, Any]:
    """A stream record of an item with one attribute `v`."""

    def image(value: str) -> dict[str, Any]:
        return {"id": {"S": name}, "v": {"S": value}}

    content: dict[str, Any] = {
        "Keys": {"id": {"S": name}},
        "SequenceNumber": sequence,
        "ApproximateCreationDateTime": datetime.fromtimestamp(1_000, UTC),
    }
    if old is not None:
        content["OldImage"] = image(old)
    if new is not None:
        content["NewImage"] = image(new)
    return {"dynamodb": content, **extra}
