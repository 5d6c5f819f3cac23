"""How writes to one replica of a global table reach the other: order, conflicts, parted regions."""

from __future__ import annotations

import pytest
from tests.local_aws.replicas_in_memory import EAST, IRELAND, WEST, World

from local_aws.replication.links import Lag


@pytest.fixture
def world() -> World:
    return World(EAST, WEST)


def test_a_write_reaches_the_other_region_after_the_lag(world: World) -> None:
    world.write(EAST, "a", "1")
    world.wait(0.9)
    assert world.values("a") == ["1", None]
    world.wait(0.2)
    assert world.values("a") == ["1", "1"]
    assert world.latencies == [pytest.approx(1.0, abs=0.11)]


def test_a_delete_is_replicated(world: World) -> None:
    world.write(EAST, "a", "1")
    world.wait(2)
    world.write(WEST, "a", None)
    world.wait(2)
    assert world.values("a") == [None, None]


def test_writes_arrive_in_the_order_in_which_they_were_made_whatever_each_ones_lag(world: World) -> None:
    world.core.lag = Lag(0.0, 3.0)
    for value in range(50):
        world.write(EAST, "a", str(value))
        world.wait(0.1)
    world.wait(5)
    arrived = [item["v"] for _, _, item in world.applied if item]
    assert arrived == [str(value) for value in range(50)]


def test_a_changed_lag_holds_for_writes_that_are_on_their_way(world: World) -> None:
    world.core.lag = Lag(900, 900)
    world.write(EAST, "a", "1")
    world.wait(5)
    assert world.values("a") == ["1", None]
    world.core.lag = Lag(1, 1)
    world.wait(0.1)
    assert world.values("a") == ["1", "1"]


@pytest.mark.parametrize("down", ["us-east-1", "us-west-2"])
def test_writes_wait_while_either_region_is_cut_off_and_arrive_when_it_is_back(
    world: World, down: str
) -> None:
    world.write(EAST, "a", "1")
    world.down.add(down)
    world.wait(60)
    assert world.values("a") == ["1", None]
    assert world.core.holds_any()
    assert world.core.seconds_until_due() is None
    world.down.clear()
    assert world.core.seconds_until_due() == 0
    world.wait(0.1)
    assert world.values("a") == ["1", "1"]
    assert world.latencies == [pytest.approx(60, abs=0.2)]


def test_the_last_writer_wins_in_both_regions_after_healing(world: World) -> None:
    world.down.add("us-east-1")
    world.write(EAST, "a", "first")
    world.wait(1)
    world.write(WEST, "a", "last")
    world.wait(10)
    world.down.clear()
    world.wait(1)
    assert world.values("a") == ["last", "last"]


def test_a_later_delete_wins_over_a_write(world: World) -> None:
    world.down.add("us-east-1")
    world.write(EAST, "a", "first")
    world.wait(1)
    world.write(WEST, "a", None)
    world.down.clear()
    world.wait(5)
    assert world.values("a") == [None, None]


def test_a_conflict_is_kept_once_with_both_writes(world: World) -> None:
    world.down.add("us-east-1")
    world.write(EAST, "a", "lost")
    world.wait(1)
    world.write(WEST, "a", "kept")
    world.down.clear()
    world.wait(5)
    [conflict] = world.core.conflicts()
    assert (conflict.table, conflict.kept.key) == ("products", ("a", ""))
    assert (conflict.lost.region, conflict.lost.item) == ("us-east-1", {"v": "lost"})
    assert (conflict.kept.region, conflict.kept.item) == ("us-west-2", {"v": "kept"})
    assert conflict.kept.at > conflict.lost.at


def test_of_several_parted_writes_to_an_item_only_the_last_of_each_region_conflict(world: World) -> None:
    world.down.add("us-east-1")
    for value in ("1", "2", "3"):
        world.write(EAST, "a", "east-" + value)
        world.write(WEST, "a", "west-" + value)
        world.wait(1)
    world.down.clear()
    world.wait(5)
    [conflict] = world.core.conflicts()
    assert (conflict.lost.item, conflict.kept.item) == ({"v": "east-3"}, {"v": "west-3"})
    assert world.values("a") == ["west-3", "west-3"]


def test_a_write_within_the_lag_of_another_regions_write_conflicts(world: World) -> None:
    world.write(EAST, "a", "1")
    world.wait(0.5)
    world.write(WEST, "a", "2")
    world.wait(5)
    assert world.values("a") == ["2", "2"]
    assert len(world.core.conflicts()) == 1


def test_a_write_that_knows_the_other_regions_write_does_not_conflict(world: World) -> None:
    world.write(EAST, "a", "1")
    world.wait(2)
    world.write(WEST, "a", "2")
    world.wait(2)
    world.write(EAST, "a", "3")
    world.wait(2)
    assert world.values("a") == ["3", "3"]
    assert world.core.conflicts() == []


def test_parted_writes_of_the_same_content_do_not_conflict(world: World) -> None:
    world.write(EAST, "a", "same")
    world.write(WEST, "a", "same")
    world.wait(5)
    assert world.core.conflicts() == []


def test_writes_to_different_items_do_not_conflict(world: World) -> None:
    world.write(EAST, "a", "1")
    world.write(WEST, "b", "2")
    world.wait(5)
    assert (world.values("a"), world.values("b")) == (["1", "1"], ["2", "2"])
    assert world.core.conflicts() == []


def test_a_new_replica_gets_what_was_still_on_its_way_to_the_one_it_was_made_from() -> None:
    world = World(EAST, WEST)
    world.write(EAST, "old", "1")
    world.wait(5)
    world.write(EAST, "recent", "2")
    world.replicas.append(IRELAND)
    world.tables[IRELAND.id] = dict(world.tables[WEST.id])
    world.core.joined(IRELAND, WEST)
    world.wait(5)
    assert (world.values("old"), world.values("recent")) == (["1"] * 3, ["2"] * 3)
    assert world.core.conflicts() == []


def test_writes_to_a_replica_that_is_gone_are_dropped(world: World) -> None:
    world.write(EAST, "a", "1")
    del world.tables[WEST.id]
    world.wait(5)
    assert all(not link.writes for link in world.core.links())


def test_what_a_deleted_replica_wrote_still_arrives(world: World) -> None:
    world.write(EAST, "a", "1")
    del world.tables[EAST.id]
    world.wait(5)
    assert world.tables[WEST.id] == {("a", ""): {"v": "1"}}


def test_nothing_is_remembered_once_everything_has_arrived(world: World) -> None:
    for number in range(100):
        world.write(EAST, f"e{number}", "1")
        world.write(WEST, f"w{number}", "1")
        world.wait(0.1)
    world.wait(5)
    # What the last deliveries brought is known only to writes that have not been made yet.
    world.write(EAST, "last", "1")
    world.write(WEST, "last-too", "1")
    world.wait(5)
    assert world.core.remembered() <= 2


def test_only_a_write_to_an_idle_way_says_so(world: World) -> None:
    assert world.write(EAST, "a", "1")
    assert not world.write(EAST, "a", "2")
    assert world.core.seconds_until_due() == pytest.approx(1.0)


@pytest.mark.parametrize("bounds", [(-1.0, 0.0), (2.0, 1.0)])
def test_a_lag_that_cannot_be_is_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Lag(*bounds)
