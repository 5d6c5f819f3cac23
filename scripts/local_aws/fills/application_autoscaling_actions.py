"""Application Auto Scaling acts: target tracking and scheduled actions change the throughput of tables.

Contract: `local_aws.throughput.tracking` and `.schedules` name theirs. A scheduled action or a new
registration changes the bounds of its target; a capacity outside of them is then brought within them at once.
What was done is kept for DescribeScalingActivities.

Deviation: provisioned concurrency is not tracked (counts of environments say nothing here about AWS,
docs/decisions/0021).
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.services import dynamodb

from local_aws.context import Context
from local_aws.fills import Fill, Tick
from local_aws.fills.application_autoscaling_alarms import Subject, TrackingAlarms
from local_aws.fills.application_autoscaling_store import STORES, Key, RegionStore
from local_aws.fills.dynamodb_throughput import LEDGER, PACE, capacity
from local_aws.throughput.schedules import is_due
from local_aws.throughput.tracking import MINUTE, Rule, Tracker

_LOG = logging.getLogger(__name__)
_TICK_SECONDS = 0.25
_RESOURCE = re.compile(r"table/(?P<table>[^/]+)(/index/(?P<index>[^/]+))?")


@dataclass(frozen=True)
class _Dimension:
    """What of a table is scaled."""

    region: str
    table: str
    index: str
    kind: str

    @classmethod
    def of(cls, region: str, key: Key) -> _Dimension | None:
        """The dimension of a scalable target, None for another service's."""
        namespace, resource, name = key
        found = _RESOURCE.fullmatch(resource)
        if namespace != "dynamodb" or not found:
            return None
        kind = "Read" if "Read" in name else "Write"
        return cls(region, found["table"], found["index"] or "", kind)

    @property
    def ledger_key(self) -> tuple[str, str, str, str]:
        return self.region, self.table, self.index, self.kind


@dataclass
class _Watched:
    """One dimension: its tracker, and what had been taken when the current minute began."""

    tracker: Tracker = field(default_factory=Tracker)
    minute: int = -1
    taken: float = 0.0


class Scaler:
    """Does what the policies and scheduled actions of every region ask for."""

    def __init__(self) -> None:
        self._watched: dict[tuple[str, Key], _Watched] = {}
        self._scheduled_until: dict[str, float] = {}
        self._alarms = TrackingAlarms()

    async def run(self, context: Context) -> None:
        """Look once."""
        for region in context.settings.regions:
            store = STORES.of(context.settings.account_id, region)
            with context.acting_in(region):
                self._heed_new_bounds(store)
                self._run_actions(store, time.time())
                self._track(store)

    def _heed_new_bounds(self, store: RegionStore) -> None:
        while store.new_bounds:
            key = store.new_bounds.pop()
            if key in store.targets:
                self._keep_within_bounds(store, key, "a change of the scalable target's bounds")

    def _run_actions(self, store: RegionStore, now: float) -> None:
        last = self._scheduled_until.setdefault(store.region, now)
        self._scheduled_until[store.region] = now
        for (key, name), action in list(store.actions.items()):
            target = store.targets.get(key)
            if target is None or target["SuspendedState"]["ScheduledScalingSuspended"]:
                continue
            if is_due(action, max(last, float(action["CreationTime"])), now):
                target |= action["ScalableTargetAction"]
                self._keep_within_bounds(store, key, f"scheduled action name: {name}")

    def _keep_within_bounds(self, store: RegionStore, key: Key, cause: str) -> None:
        dimension, target = _Dimension.of(store.region, key), store.targets[key]
        if dimension is None or not (now := _capacity(dimension)):
            return
        wanted = min(max(now, target["MinCapacity"]), target["MaxCapacity"])
        if wanted != now:
            _change(store, key, dimension, wanted, cause)

    def _track(self, store: RegionStore) -> None:
        now = PACE.now()
        for (key, name), policy in list(store.policies.items()):
            dimension, target = _Dimension.of(store.region, key), store.targets.get(key)
            if dimension is None or target is None or policy["PolicyType"] != "TargetTrackingScaling":
                continue
            provisioned = _capacity(dimension)
            if not provisioned:
                continue
            watched = self._watched.setdefault((store.region, key), _Watched())
            rule = _rule(policy, target)
            self._end_minute(watched, dimension, now, provisioned, rule)
            subject = Subject(dimension.table, dimension.index, dimension.kind, provisioned, rule)
            self._alarms.show(store.region, policy, subject, watched.tracker)
            wanted = watched.tracker.change(now, provisioned)
            if wanted is not None and not _is_suspended(target, outward=wanted > provisioned):
                _change(store, key, dimension, wanted, f"policy name: {name}")

        self._alarms.forget_others(store.region, store.policies.values())

    def _end_minute(
        self, watched: _Watched, dimension: _Dimension, now: float, provisioned: int, rule: Rule
    ) -> None:
        minute = math.floor(now / MINUTE)
        if minute == watched.minute:
            return
        taken = LEDGER.taken(dimension.ledger_key)
        used = taken - watched.taken
        # The first minute seen began before it was watched.
        if watched.minute >= 0:
            wall = PACE.wall(MINUTE) * (minute - watched.minute)
            watched.tracker.minute(now, used / wall if used > 0 else None, provisioned, rule)
        watched.minute, watched.taken = minute, taken


def _capacity(dimension: _Dimension) -> int:
    table = dynamodb._tables.get(dimension.table)
    return int(capacity(table, dimension.index, dimension.kind)) if table else 0


def _rule(policy: Mapping[str, Any], target: Mapping[str, Any]) -> Rule:
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    return Rule(
        float(configuration["TargetValue"]),
        int(target["MinCapacity"]),
        int(target["MaxCapacity"]),
        float(configuration.get("ScaleOutCooldown", 0)),
        float(configuration.get("ScaleInCooldown", 0)),
        scales_in=not configuration.get("DisableScaleIn", False),
    )


def _is_suspended(target: Mapping[str, Any], *, outward: bool) -> bool:
    way = "Out" if outward else "In"
    return bool(target["SuspendedState"][f"DynamicScaling{way}Suspended"])


def _change(store: RegionStore, key: Key, dimension: _Dimension, units: int, cause: str) -> None:
    """Ask DynamoDB for the new throughput, and keep what came of it."""
    table = dynamodb._tables[dimension.table]
    throughput = {
        f"{kind}CapacityUnits": int(capacity(table, dimension.index, kind)) for kind in ("Read", "Write")
    }
    before = throughput[f"{dimension.kind}CapacityUnits"]
    throughput[f"{dimension.kind}CapacityUnits"] = units
    request: dict[str, Any] = {"TableName": dimension.table}
    if dimension.index:
        update = {"IndexName": dimension.index, "ProvisionedThroughput": throughput}
        request["GlobalSecondaryIndexUpdates"] = [{"Update": update}]
    else:
        request["ProvisionedThroughput"] = throughput
    status, _headers, body = dynamodb._update_table(request)
    if status >= 300:
        _LOG.warning("autoscaling of %s failed: %s", key, body.decode())
    store.note_activity(key, time.time(), before, units, cause, succeeded=status < 300)


_SCALER = Scaler()


FILL = Fill(
    name="application_autoscaling_actions",
    requires=(
        "ministack.services.cloudwatch._alarms",
        "ministack.services.cloudwatch._delete_alarms",
        "ministack.services.cloudwatch._dispatch_alarm_actions",
        "ministack.services.cloudwatch._put_metric_alarm",
        "ministack.services.dynamodb._tables",
        "ministack.services.dynamodb._update_table",
        "ministack.services.eventbridge._cron_next_fire",
        "ministack.services.eventbridge._parse_cron_fields",
    ),
    ticks=(Tick(_TICK_SECONDS, _SCALER.run),),
)
