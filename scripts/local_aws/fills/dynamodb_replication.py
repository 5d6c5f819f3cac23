"""Global tables replicate asynchronously (version 2019.11.21, multi-region eventual consistency).

Contract: "Global tables: how it works" and "Monitoring global tables" in the DynamoDB developer guide;
local_aws.replication says how. MiniStack copies each write to all replicas at once; here it is sent on
its way and stored later, with a stream record in the receiving region. ReplicationLatency is published in
the region of the write, with the dimensions TableName and ReceivingRegion.

Not replicated, as MiniStack makes no change record of them: writes by PartiQL statements, and what TTL
expires, which each replica does for itself.

The control API answers GET /_local/replication, PUT with {"lag_seconds": [least, most]}, and
GET /_local/replication/conflicts.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import dynamodb

from local_aws import metrics
from local_aws.asgi import Receive, Scope, Send, read_body, send_json
from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.patching import wrap
from local_aws.replication.core import Replication
from local_aws.replication.links import Lag, Link, Replica
from local_aws.replication.report import conflict_report, link_report
from local_aws.replication.versions import Key
from local_aws.settings import Settings

_NO_SORT_KEY = "__no_sort__"
# A slice of work between which the server answers requests, and how often a healed region is noticed.
_SLICE = 100
_HELD_SECONDS = 0.1
_LONGEST_LAG_SECONDS = 86_400.0


class GlobalTables:
    """Connects MiniStack's tables with the replication between them."""

    def __init__(self) -> None:
        self._context: Context | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self.replication = Replication(self._store, self._is_up, _publish_latency)

    def wrote(
        self,
        table: Mapping[str, Any],
        _event: str,
        old: Mapping[str, Any] | None,
        new: Mapping[str, Any] | None,
    ) -> None:
        """Send a write to a table on its way to its other replicas, in place of MiniStack's own copying."""
        regions = dynamodb._replica_group(table)
        item = new if new is not None else old
        if not regions or item is None:
            return
        name, home = table["TableName"], get_region()
        others = [
            replica
            for region in regions
            if region != home and (replica := _replica(name, region)) is not None
        ]
        if self.replication.wrote(_as_replica(table, home), others, _key(table, item), new):
            self._wake()

    def created(
        self, original: Callable[..., None], name: str, table: Mapping[str, Any], region: str
    ) -> None:
        """Make a replica, which has the table's items, and what is still on its way to the table."""
        original(name, table, region)
        new = _replica(name, region)
        if new is not None:
            self.replication.joined(new, _as_replica(table, get_region()))

    async def run(self, context: Context) -> None:
        """Deliver what is due, until cancelled."""
        self._context, self._loop = context, asyncio.get_running_loop()
        while True:
            self._woken.clear()
            while self.replication.deliver(_SLICE):
                await asyncio.sleep(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._pause())

    async def control(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the control API."""
        if scope["path"].endswith("/conflicts"):
            found = [conflict_report(conflict) for conflict in self.replication.conflicts()]
            await send_json(send, {"conflicts": found})
            return
        if scope["method"] == "PUT":
            lag = _lag(await read_body(receive))
            if lag is None:
                message = 'the body must be {"lag_seconds": [least, most]}, in order and up to a day'
                await send_json(send, {"message": message}, HTTPStatus.BAD_REQUEST)
                return
            self.replication.lag = lag
            self._wake()
        await send_json(send, self._report())

    def _report(self) -> dict[str, Any]:
        core = self.replication
        return {
            "lag_seconds": [core.lag.least, core.lag.most],
            "links": [
                link_report(link, core.oldest_age(link), held=core.is_held(link)) for link in core.links()
            ],
            "conflicts": len(core.conflicts()),
        }

    def _wake(self) -> None:
        """Look for due writes. A write may come from any thread."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._woken.set)

    def _pause(self) -> float | None:
        """How long nothing can be due; None for as long as nothing is written."""
        pauses = [
            self.replication.seconds_until_due(),
            _HELD_SECONDS if self.replication.holds_any() else None,
        ]
        return min((pause for pause in pauses if pause is not None), default=None)

    def _is_up(self, region: str) -> bool:
        return self._context is None or self._context.faults.is_up(region)

    def _store(self, replica: Replica, key: Key, item: Mapping[str, Any] | None) -> bool:
        assert self._context  # noqa: S101 - only `run` delivers
        with self._context.acting_in(replica.region):
            table = dynamodb._tables.get(replica.table)
            if table is None or table["TableId"] != replica.id:
                return False
            partition, sort = key
            previous = table["items"].get(partition, {}).get(sort)
            if item is None:
                if previous is not None:
                    dynamodb._remove_item(table, partition, sort)
                    dynamodb._emit_stream_event(replica.table, "REMOVE", previous, None, replicate=False)
                return True
            # MiniStack's replicas must not share items: some of its calls change them in place.
            stored = copy.deepcopy(dict(item))
            dynamodb._set_item(table, partition, sort, stored)
            event = "MODIFY" if previous else "INSERT"
            dynamodb._emit_stream_event(replica.table, event, previous, stored, replicate=False)
            return True


def _as_replica(table: Mapping[str, Any], region: str) -> Replica:
    return Replica(table["TableId"], table["TableName"], region)


def _replica(name: str, region: str) -> Replica | None:
    """The replica of a table in a region, or None when there is none."""
    table = dynamodb._tables.get_scoped(get_account_id(), region, name)
    return _as_replica(table, region) if table else None


def _key(table: Mapping[str, Any], item: Mapping[str, Any]) -> Key:
    """The item's key as MiniStack files it."""
    sort_name = table["sk_name"]
    sort = dynamodb._extract_key_val(item.get(sort_name)) if sort_name else _NO_SORT_KEY
    return dynamodb._extract_key_val(item.get(table["pk_name"])), sort


def _publish_latency(link: Link, seconds: float) -> None:
    dimensions = {"TableName": link.source.table, "ReceivingRegion": link.destination.region}
    metrics.publish(
        link.source.region, "AWS/DynamoDB", "ReplicationLatency", seconds * 1000, "Milliseconds", dimensions
    )


def _lag(body: bytes) -> Lag | None:
    """The lag that the body asks for, or None when it asks for none that can be."""
    try:
        least, most = json.loads(body)["lag_seconds"]
        lag = Lag(float(least), float(most))
    except (ValueError, KeyError, TypeError):
        return None
    return lag if lag.most <= _LONGEST_LAG_SECONDS else None


def _install(_settings: Settings) -> None:
    dynamodb._replicate_write = _TABLES.wrote
    wrap(dynamodb, "_create_replica", _TABLES.created)


# MiniStack's tables are those of the process, and so is what connects them.
_TABLES = GlobalTables()

FILL = Fill(
    name="dynamodb_replication",
    requires=tuple(
        f"ministack.services.dynamodb.{name}"
        for name in (
            "_create_replica",
            "_emit_stream_event",
            "_extract_key_val",
            "_remove_item",
            "_replica_group",
            "_replicate_write",
            "_set_item",
            "_tables",
        )
    ),
    install=_install,
    # It runs for as long as the server does; as a tick it is started again should it ever fail.
    ticks=(Tick(0.1, _TABLES.run),),
    control={"replication": _TABLES.control},
)
