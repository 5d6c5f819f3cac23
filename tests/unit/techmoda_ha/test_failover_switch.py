"""The STOP switch: engaged once, recorded always, and never changed by two people at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from tests.unit.techmoda_ha import drill_kit

from failover_control.switch import SwitchStore
from techmoda_ha.errors import HaError
from techmoda_ha.failover.switch import StopState, StopSwitch


@pytest.fixture
def switch() -> Iterator[StopSwitch]:
    with mock_aws():
        drill_kit.make_tables()
        yield StopSwitch(drill_kit.clients("dynamodb", drill_kit.DR), drill_kit.STOP_TABLE)


def items(switch: StopSwitch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = switch.client.scan(TableName=switch.table)["Items"]
    return found


def test_a_switch_that_was_never_used_is_not_engaged(switch: StopSwitch) -> None:
    assert switch.read() == StopState()


def test_stop_is_engaged_with_who_when_and_why(switch: StopSwitch) -> None:
    change = switch.engage("us-east-1 is slow", "operator:ana")
    state = switch.read()
    assert change.made
    assert change.state == state
    assert (state.engaged, state.reason, state.by, state.version) == (
        True,
        "us-east-1 is slow",
        "operator:ana",
        1,
    )
    assert state.at.endswith("Z")


def test_a_second_stop_changes_nothing_and_says_since_when(switch: StopSwitch) -> None:
    first = switch.engage("slow", "operator:ana")
    second = switch.engage("still slow", "operator:ben")
    assert not second.made
    assert second.state == first.state


def test_every_change_leaves_an_audit_item(switch: StopSwitch) -> None:
    switch.engage("slow", "operator:ana")
    switch.release("well again", "operator:ana")
    events = sorted(item["id"]["S"] for item in items(switch) if item["id"]["S"].startswith("event#"))
    assert len(events) == 2
    assert switch.read().version == 2


def test_of_two_changes_at_once_one_is_refused(switch: StopSwitch, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = switch.read()
    switch.engage("slow", "operator:ana")
    monkeypatch.setattr(StopSwitch, "read", lambda _self: stale)
    with pytest.raises(HaError, match="Somebody else changed the STOP switch"):
        switch.engage("slow too", "operator:ben")
    assert sum(item["id"]["S"].startswith("event#") for item in items(switch)) == 1


def test_a_missing_table_is_said_to_be_missing(switch: StopSwitch) -> None:
    with pytest.raises(HaError, match="table nowhere does not exist"):
        StopSwitch(switch.client, "nowhere").read()


def test_an_operators_change_leaves_the_latch_unarmed(switch: StopSwitch) -> None:
    store = SwitchStore(switch.client, switch.table)
    store.change(
        store.read(), engaged=False, armed=True, reason="", by="latch", at="2026-01-01T00:00:00.000Z"
    )
    assert switch.read().armed
    assert not switch.engage("slow", "operator:ana").state.armed


def test_the_function_in_the_dr_region_reads_what_an_operator_wrote(switch: StopSwitch) -> None:
    written = switch.engage("slow", "operator:ana").state
    read = SwitchStore(switch.client, switch.table).read()
    assert (read.engaged, read.reason, read.by, read.at, read.version) == (
        True, "slow", "operator:ana", written.at, 1,
    )  # fmt: skip
