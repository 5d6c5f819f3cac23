"""What the responder remembers, in its DynamoDB table. The package's docstring lists the items.

Every write is conditional, so that two responders at work on the same thing at the same time are one.
DynamoDB's TTL removes what is old some days late; no condition relies on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from common.clock import Clock, rfc3339
from incident_responder.ledger import Served, followed
from incident_responder.records import Record, attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A responder that died is replaced after this; longer than the function may run.
LEASE = timedelta(minutes=6)
# Each takes turns of its own: what was done must not keep people from being told that it did not help.
ACT, REPORT = "limit", "report"
KEEP_BUDGETS = timedelta(days=1)
KEEP_RESTARTS = timedelta(days=7)


class StoreError(Exception):
    """The table could not be read or written; the message says why."""


class BusyError(StoreError):
    """Another delivery of the same event is being worked on."""


class IncidentStore:
    """The responder's table."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock, *, keep: timedelta) -> None:
        """`keep` is how long audit records stay."""
        self._client = client
        self._table = table
        self._clock = clock
        self._keep = keep

    # -- audit records

    def claim(self, record: Record) -> Record | None:
        """Keep the record of an incident that begins to be worked on, and return it with its attempt.

        None: the incident was finished before. Raises BusyError while another delivery is being worked on.
        """
        seen = self._item(f"incident#{record.key}")
        if "finished_at" in seen:
            return None
        attempt = replace(record, attempts=int(seen["attempts"]["N"]) + 1 if seen else 1)
        now = self._clock.now()
        item = self._record_item(attempt) | {"lease_until": _epoch(now + LEASE)}
        condition = "attribute_not_exists(id) OR (attribute_not_exists(finished_at) AND lease_until < :now)"
        if not self._put(item, condition, {":now": _epoch(now)}):
            raise BusyError(f"incident {record.key} is being worked on")
        return attempt

    def finish(self, record: Record) -> None:
        """Keep what came of the incident."""
        self._put(self._record_item(record))

    def give_up(self, record: Record) -> None:
        """Keep what went wrong, and let the next delivery of the event try again at once."""
        self._put(self._record_item(replace(record, finished_at=None)) | {"lease_until": {"N": "0"}})

    def _record_item(self, record: Record) -> dict[str, Any]:
        life = {"expires_at": _epoch(record.at + self._keep)}
        return {"id": {"S": f"incident#{record.key}"}, **attributes(record), **life}

    # -- limits

    def take_turn(self, record: Record, cooldown: timedelta, kind: str = ACT) -> bool:
        """Note that the playbook acts on (or reports) the resource now; False if it did in the cool-down.

        An incident that is delivered again, because the responder died in the middle, keeps its turn.
        """
        now = self._clock.now()
        item = {
            "id": {"S": _turn(record, kind)},
            "incident": {"S": record.key},
            "acted_at": _epoch(now),
            "expires_at": _epoch(now + cooldown),
        }
        condition = "attribute_not_exists(id) OR acted_at <= :due OR incident = :same"
        return self._put(item, condition, {":due": _epoch(now - cooldown), ":same": {"S": record.key}})

    def return_turn(self, record: Record) -> None:
        """Take back that the playbook acted: it failed, and may try again."""
        with self._errors():
            self._client.delete_item(TableName=self._table, Key={"id": {"S": _turn(record, ACT)}})

    def take_budget(self, acts_per_hour: int) -> bool:
        """Count one more act in this hour; False when the hour has seen as many as it may."""
        now = self._clock.now()
        with self._errors():
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"id": {"S": f"budget#{now.astimezone(UTC):%Y-%m-%dT%H}"}},
                    UpdateExpression="ADD used :one SET expires_at = :end",
                    ConditionExpression="attribute_not_exists(used) OR used < :most",
                    ExpressionAttributeValues={
                        ":one": {"N": "1"},
                        ":most": {"N": str(acts_per_hour)},
                        ":end": _epoch(now + KEEP_BUDGETS),
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    # -- what aliases serve

    def observe(self, alias: str, version: str, stable_after: timedelta) -> Served:
        """Note that the alias serves the version now, and return what is known of it."""
        item = self._item(f"alias#{alias}")
        known = _served(item) if item else None
        served = followed(known, version, self._clock.now(), stable_after)
        if served == known:
            return served
        stable = {"stable": {"S": served.stable}} if served.stable else {}
        new = {
            "id": {"S": f"alias#{alias}"},
            "version": {"S": served.version},
            "since": {"S": rfc3339(served.since)},
            **stable,
        }
        condition = "attribute_not_exists(id)" if known is None else "version = :seen"
        seen = {} if known is None else {":seen": {"S": known.version}}
        if self._put(new, condition, seen):
            return served
        return _served(self._item(f"alias#{alias}"))  # Another look was quicker.

    # -- backups

    def restarted_for(self, job_id: str) -> str | None:
        """Return the failed job that this one was started for, None for a job of its own."""
        item = self._item(f"restart#{job_id}")
        return str(item["of"]["S"]) if item else None

    def note_restart(self, job_id: str, of: str) -> None:
        """Remember that a job was started for a failed one."""
        end = _epoch(self._clock.now() + KEEP_RESTARTS)
        self._put({"id": {"S": f"restart#{job_id}"}, "of": {"S": of}, "expires_at": end})

    # -- the table

    def _item(self, item_id: str) -> Any:
        with self._errors():
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": item_id}}, ConsistentRead=True
            )
        return answer.get("Item", {})

    def _put(
        self, item: dict[str, Any], condition: str | None = None, values: dict[str, Any] | None = None
    ) -> bool:
        """Write an item; False when the condition does not hold."""
        conditional: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        if values:
            conditional["ExpressionAttributeValues"] = values
        with self._errors():
            try:
                self._client.put_item(TableName=self._table, Item=item, **conditional)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise StoreError(f"the table {self._table} does not answer: {error}") from error


def _turn(record: Record, kind: str) -> str:
    return f"{kind}#{record.playbook}#{record.resource}"


def _epoch(moment: datetime) -> dict[str, str]:
    return {"N": str(int(moment.timestamp()))}


def _served(item: Any) -> Served:
    stable = item["stable"]["S"] if "stable" in item else None
    return Served(item["version"]["S"], datetime.fromisoformat(item["since"]["S"]), stable)
