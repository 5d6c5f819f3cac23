"""Global tables in three regions, and whatever can happen to them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.local_aws.replicas_in_memory import EAST, IRELAND, WEST, World

from local_aws.replication.links import Lag, Replica


def test_in_three_regions_a_write_that_overtakes_the_one_it_knew_is_not_undone() -> None:
    world = World(EAST, WEST, IRELAND)
    world.write(EAST, "x", "mesh")
    world.wait(5)
    world.down.add("us-east-1")
    world.write(EAST, "a", "1")
    world.down = {"eu-west-1"}
    world.wait(3)
    world.write(WEST, "a", "2")
    world.down = {"us-east-1"}
    world.wait(3)
    assert world.values("a") == ["1", "2", "2"]
    world.down.clear()
    world.wait(3)
    assert world.values("a") == ["2", "2", "2"]
    assert world.core.conflicts() == []


def test_three_regions_agree_on_the_last_write_after_a_partition() -> None:
    world = World(EAST, WEST, IRELAND)
    world.down = {"us-east-1", "us-west-2", "eu-west-1"}
    for replica, value in ((IRELAND, "1"), (EAST, "2"), (WEST, "3")):
        world.write(replica, "a", value)
        world.wait(1)
    world.down.clear()
    world.wait(3)
    assert world.values("a") == ["3", "3", "3"]
    assert {conflict.lost.item["v"] for conflict in world.core.conflicts() if conflict.lost.item} == {
        "1",
        "2",
    }


_REGION = st.sampled_from([EAST, WEST, IRELAND])
_STEP = st.one_of(
    st.tuples(st.just("write"), _REGION, st.sampled_from("ab"), st.one_of(st.none(), st.text(max_size=2))),
    st.tuples(st.just("part"), st.sets(_REGION, max_size=2)),
    st.tuples(st.just("wait"), st.floats(0.05, 3)),
)


@given(st.lists(_STEP, max_size=40))
def test_whatever_happens_all_regions_end_with_the_last_write_to_each_item(steps: list[Any]) -> None:
    world = World(EAST, WEST, IRELAND)
    world.core.lag = Lag(0.0, 2.0)
    last: dict[str, str | None] = {}
    for step in steps:
        match step:
            case ("write", Replica() as replica, key, value):
                world.now += 0.001
                world.write(replica, key, value)
                last[key] = value
            case ("part", replicas):
                world.down = {replica.region for replica in replicas}
            case ("wait", seconds):
                world.wait(seconds)
    world.down.clear()
    world.wait(3)
    for key, value in last.items():
        assert world.values(key) == [value] * 3
