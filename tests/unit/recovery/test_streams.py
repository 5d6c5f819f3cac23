"""Reading a stream: in the order of its shards, through empty pages and expired iterators, to its end."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.recovery.fakes import FakeShard, FakeStream, record

from techmoda_ha.errors import HaError
from techmoda_ha.recovery.streams import KEPT_SECONDS, StreamReader, change_of, check_reach
from techmoda_recovery.core.changes import Change


class Time:
    """Passes only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def read(stream: FakeStream, readers: int = 2) -> list[Change]:
    time, found = Time(), list[Change]()
    count = StreamReader(stream, "arn", time.clock, time.sleep, readers).read(found.append)
    assert count == len(found)
    return found


def writes(prefix: str, count: int) -> list[dict[str, object]]:
    return [record(f"{prefix}{number}", "a", str(number), str(number + 1)) for number in range(count)]


def test_every_record_is_read_through_empty_pages() -> None:
    assert len(read(FakeStream({"s": FakeShard(None, writes("s", 7))}))) == 7


def test_a_child_is_read_after_its_parent() -> None:
    shards = {
        "grandchild": FakeShard("child", writes("c", 3), closed=False),
        "child": FakeShard("parent", writes("b", 5)),
        "parent": FakeShard("trimmed long ago", writes("a", 4)),
        "other": FakeShard(None, writes("x", 9)),
    }
    stream = FakeStream(shards)
    assert len(read(stream, readers=3)) == 21
    own = [sequence for sequence in stream.order if sequence[0] in "abc"]
    assert own == sorted(own)


def test_a_shard_that_splits_while_it_is_read_is_followed_into_its_children() -> None:
    children = {"left": FakeShard("s", writes("l", 2)), "right": FakeShard("s", writes("r", 3), closed=False)}
    stream = FakeStream({"s": FakeShard(None, writes("a", 2))}, on_closed={"s": children})
    assert len(read(stream)) == 7


def test_an_open_shard_ends_after_a_time_of_quiet() -> None:
    assert len(read(FakeStream({"s": FakeShard(None, writes("s", 3), closed=False)}))) == 3
    assert read(FakeStream({"s": FakeShard(None, [], closed=False)})) == []


@pytest.mark.parametrize("position", [0, 2, 4])
def test_an_expired_iterator_is_replaced_and_no_record_comes_twice(position: int) -> None:
    stream = FakeStream({"s": FakeShard(None, writes("s", 6))}, expire_at={("s", position)})
    assert [change.old for change in read(stream)] == [change_of(one).old for one in writes("s", 6)]


def test_records_that_were_trimmed_meanwhile_end_it_with_a_word_about_why() -> None:
    with pytest.raises(HaError, match="trimmed"):
        read(FakeStream({"s": FakeShard(None, writes("s", 2))}, trimmed=True))


def test_a_record_becomes_a_change_with_both_images() -> None:
    change = change_of(record("1", "a", "old", "new"))
    assert (change.key, change.at, change.by_ttl) == ({"id": {"S": "a"}}, 1_000, False)
    assert change.old is not None
    assert change.new is not None
    assert (change.old["v"], change.new["v"], str(change.event)) == ({"S": "old"}, {"S": "new"}, "MODIFY")


def test_a_removal_by_ttl_is_told_from_one_by_a_person() -> None:
    expired = record(
        "1", "a", "old", None, userIdentity={"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    )
    assert change_of(expired).by_ttl
    assert not change_of(record("1", "a", "old", None)).by_ttl


NOW = 1_800_000_000.0
LABEL = "2027-01-14T08:00:00.000"  # a day before NOW


@pytest.mark.parametrize(
    ("moment", "label", "reason"),
    [
        (int(NOW) + 1, LABEL, "future"),
        (int(NOW) - KEPT_SECONDS - 1, LABEL, "24 hours"),
        (int(NOW) - 3600, "2027-01-15T07:59:00.000", "was enabled at"),
    ],
)
def test_a_moment_out_of_the_streams_reach_is_refused(moment: int, label: str, reason: str) -> None:
    with pytest.raises(HaError, match=reason) as caught:
        check_reach(moment, label, NOW)
    assert "RFC 3339" in caught.value.next_step or "reconcile" in caught.value.next_step


def test_a_moment_within_reach_is_accepted() -> None:
    check_reach(int(NOW) - 3600, LABEL, NOW)


class BusyStream(FakeStream):
    """A table that is written to all the time: every page has a new record, a second later than the last."""

    def get_records(self, ShardIterator: str, Limit: int) -> Any:  # noqa: N803, ARG002
        name, position, _ = ShardIterator.split("|")
        at = int(position)
        one = record(f"s{at}", "a", "0", "1")
        one["dynamodb"]["ApproximateCreationDateTime"] = 1_000 + at
        return {"Records": [one], "NextShardIterator": f"{name}|{at + 1}|0"}

    def describe_stream(self, StreamArn: str, ExclusiveStartShardId: str | None = None) -> Any:  # noqa: N803
        answer = super().describe_stream(StreamArn, ExclusiveStartShardId)
        date = "Thu, 01 Jan 1970 00:16:50 GMT"  # 1,010 seconds
        return {**answer, "ResponseMetadata": {"HTTPHeaders": {"date": date}}}


def test_reading_ends_although_the_table_is_written_to_all_the_time() -> None:
    found = read(BusyStream({"s": FakeShard(None, [], closed=False)}))
    assert [change.at for change in found] == list(range(1_000, 1_012))
