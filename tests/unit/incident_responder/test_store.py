"""What the responder remembers, and that two responders at a time are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.incident_responder.conftest import TABLE
from tests.unit.incident_responder.kit import ScriptedAws, StoppedClock, refusal

from incident_responder.decisions import Outcome
from incident_responder.ledger import Served
from incident_responder.records import Record
from incident_responder.store import LEASE, BusyError, IncidentStore, StoreError

HOUR = timedelta(hours=1)


def record(clock: StoppedClock, key: str = "shop-api-5xx/ALARM/1") -> Record:
    return Record(
        key, "alarm", "shop-api-5xx", "roll-back", "shop:live", "2025-11-28T09:59:58.000Z", clock.now()
    )


def item(dynamodb: Any, item_id: str) -> Any:
    return dynamodb.get_item(TableName=TABLE, Key={"id": {"S": item_id}}).get("Item")


def test_an_incident_is_claimed_once(store: IncidentStore, clock: StoppedClock) -> None:
    claimed = store.claim(record(clock))
    assert claimed is not None
    assert claimed.attempts == 1
    with pytest.raises(BusyError):
        store.claim(record(clock))


def test_a_finished_incident_is_not_claimed_again(store: IncidentStore, clock: StoppedClock) -> None:
    claimed = store.claim(record(clock))
    assert claimed is not None
    store.finish(replace(claimed, outcome=Outcome.LEFT, finished_at=clock.now()))
    assert store.claim(record(clock)) is None


def test_a_responder_that_died_is_replaced_when_its_lease_ends(
    store: IncidentStore, clock: StoppedClock
) -> None:
    store.claim(record(clock))
    clock.sleep(LEASE.total_seconds() - 1)
    with pytest.raises(BusyError):
        store.claim(record(clock))
    clock.sleep(2)
    again = store.claim(record(clock))
    assert again is not None
    assert again.attempts == 2


def test_what_failed_may_be_tried_again_at_once(store: IncidentStore, clock: StoppedClock) -> None:
    claimed = store.claim(record(clock))
    assert claimed is not None
    store.give_up(replace(claimed, outcome=Outcome.FAILED, summary="refused"))
    again = store.claim(record(clock))
    assert again is not None
    assert again.attempts == 2


def test_the_record_is_kept_as_an_audit_for_its_time(
    store: IncidentStore, dynamodb: Any, clock: StoppedClock
) -> None:
    claimed = store.claim(record(clock))
    assert claimed is not None
    done = replace(
        claimed, outcome=Outcome.ACTED, summary="went back", details={"version": "6"}, finished_at=clock.now()
    )
    store.finish(done)
    kept = item(dynamodb, "incident#shop-api-5xx/ALARM/1")
    ends = int((clock.now() + timedelta(days=400)).timestamp())
    assert kept == {
        "id": {"S": "incident#shop-api-5xx/ALARM/1"},
        "kind": {"S": "alarm"},
        "subject": {"S": "shop-api-5xx"},
        "playbook": {"S": "roll-back"},
        "resource": {"S": "shop:live"},
        "occurred_at": {"S": "2025-11-28T09:59:58.000Z"},
        "at": {"S": "2025-11-28T10:00:00.000Z"},
        "finished_at": {"S": "2025-11-28T10:00:00.000Z"},
        "outcome": {"S": "acted"},
        "summary": {"S": "went back"},
        "details": {"S": '{"version": "6"}'},
        "attempts": {"N": "1"},
        "dry_run": {"BOOL": False},
        "expires_at": {"N": str(ends)},
    }


def test_a_playbook_acts_once_on_a_resource_in_its_cool_down(
    store: IncidentStore, clock: StoppedClock
) -> None:
    assert store.take_turn(record(clock, "first"), HOUR)
    clock.sleep(3599)
    assert not store.take_turn(record(clock, "second"), HOUR)
    clock.sleep(1)
    assert store.take_turn(record(clock, "second"), HOUR)


def test_another_resource_or_playbook_has_a_turn_of_its_own(
    store: IncidentStore, clock: StoppedClock
) -> None:
    assert store.take_turn(record(clock, "first"), HOUR)
    assert store.take_turn(replace(record(clock, "second"), resource="other:live"), HOUR)
    assert store.take_turn(replace(record(clock, "third"), playbook="raise-capacity"), HOUR)


def test_an_incident_keeps_its_turn_when_it_is_delivered_again(
    store: IncidentStore, clock: StoppedClock
) -> None:
    assert store.take_turn(record(clock), HOUR)
    assert store.take_turn(record(clock), HOUR)


def test_a_turn_that_came_to_nothing_is_given_back(store: IncidentStore, clock: StoppedClock) -> None:
    assert store.take_turn(record(clock, "first"), HOUR)
    store.return_turn(record(clock, "first"))
    assert store.take_turn(record(clock, "second"), HOUR)


def test_an_hour_sees_only_so_many_acts(store: IncidentStore, clock: StoppedClock) -> None:
    assert [store.take_budget(3) for _ in range(4)] == [True, True, True, False]
    clock.sleep(3600)
    assert store.take_budget(3)


def test_what_an_alias_serves_is_remembered(store: IncidentStore, clock: StoppedClock) -> None:
    start = clock.now()
    assert store.observe("shop:live", "1", HOUR) == Served("1", start)
    clock.sleep(3600)
    assert store.observe("shop:live", "1", HOUR) == Served("1", start)
    assert store.observe("shop:live", "2", HOUR) == Served("2", clock.now(), "1")
    assert store.observe("shop:live", "2", HOUR) == Served("2", clock.now(), "1")
    assert store.observe("other:live", "7", HOUR) == Served("7", clock.now())


def test_a_restarted_job_is_remembered_with_what_it_was_started_for(store: IncidentStore) -> None:
    assert store.restarted_for("job-2") is None
    store.note_restart("job-2", "job-1")
    assert store.restarted_for("job-2") == "job-1"


@pytest.mark.parametrize(
    "call",
    [
        lambda store, clock: store.claim(record(clock)),
        lambda store, clock: store.finish(record(clock)),
        lambda store, clock: store.take_turn(record(clock), HOUR),
        lambda store, clock: store.return_turn(record(clock)),
        lambda store, _clock: store.take_budget(1),
        lambda store, _clock: store.observe("shop:live", "1", HOUR),
        lambda store, _clock: store.restarted_for("job"),
        lambda store, _clock: store.note_restart("job", "other"),
    ],
)
def test_a_table_that_refuses_is_a_store_error(call: Any, clock: StoppedClock) -> None:
    operations = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
    aws = ScriptedAws({f"dynamodb.{name}": refusal(name) for name in operations})
    refused = IncidentStore(aws.client("dynamodb"), TABLE, clock, keep=HOUR)
    with pytest.raises(StoreError, match="does not answer"):
        call(refused, clock)
