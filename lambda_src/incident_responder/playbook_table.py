"""The table of playbooks: which alarm, or which kind of event, leads to which playbook.

The deployment passes it as JSON:

  {"alarms": {"shop-api-5xx": {"playbook": "roll-back", "function": "shop", "alias": "live",
                               "cooldown_minutes": 60}},
   "backup_jobs": {"playbook": "restart-backup", "vault": "shop-vault", "cooldown_minutes": 360}}

Everything besides `playbook` and `cooldown_minutes` are the playbook's own parameters. An entry that is not
right stops the function at its start, as a playbook that does something else than meant would come to light
in an incident only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, TypeVar

from common.clock import Clock
from common.environment import SettingError
from incident_responder.decisions import Playbook
from incident_responder.incidents import AlarmChange, BackupJobEnd, Incident
from incident_responder.ledger import Served
from incident_responder.playbooks import (
    keep_failover,
    raise_capacity,
    report_concurrency,
    restart_backup,
    roll_back,
)
from incident_responder.playbooks.restart_backup import Restarts

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Tools:
    """What playbooks are built with. `clients` makes an AWS client by the service's name."""

    clients: Callable[[str], Any]
    observe: Callable[[str, str], Served]
    restarts: Restarts
    clock: Clock
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A playbook, and how long it leaves a resource alone after it acted."""

    playbook: Playbook
    cooldown: timedelta


@dataclass(frozen=True, slots=True)
class PlaybookTable:
    """The playbooks, by what leads to them."""

    alarms: Mapping[str, Entry]
    backup_jobs: Entry | None

    def entry_for(self, incident: Incident) -> Entry | None:
        """Return the playbook for an incident, None when there is none."""
        match incident:
            case AlarmChange(name=name):
                return self.alarms.get(name)
            case BackupJobEnd():
                return self.backup_jobs

    def aliases(self) -> list[roll_back.RollBack]:
        """Return the playbooks whose aliases have to be watched, each alias once."""
        found = [one.playbook for one in self.alarms.values() if isinstance(one.playbook, roll_back.RollBack)]
        return list({one.alias: one for one in found}.values())


def _roll_back(parameters: roll_back.Parameters, tools: Tools) -> Playbook:
    return roll_back.RollBack(parameters, tools.clients("lambda"), tools.observe, tools.clock)


def _raise_capacity(parameters: raise_capacity.Parameters, tools: Tools) -> Playbook:
    return raise_capacity.RaiseCapacity.build(parameters, tools.clients, tools.clock)


def _report_concurrency(parameters: report_concurrency.Parameters, tools: Tools) -> Playbook:
    return report_concurrency.ReportConcurrency.build(parameters, tools.clients, tools.clock)


def _keep_failover(parameters: keep_failover.Parameters, tools: Tools) -> Playbook:
    return keep_failover.KeepFailover.build(parameters, tools.clients, tools.clock, tools.sleep)


def _restart_backup(parameters: restart_backup.Parameters, tools: Tools) -> Playbook:
    return restart_backup.RestartBackup.build(parameters, tools.clients, tools.restarts)


ALARM_PLAYBOOKS: dict[str, tuple[type, Callable[[Any, Tools], Playbook]]] = {
    keep_failover.NAME: (keep_failover.Parameters, _keep_failover),
    raise_capacity.NAME: (raise_capacity.Parameters, _raise_capacity),
    report_concurrency.NAME: (report_concurrency.Parameters, _report_concurrency),
    roll_back.NAME: (roll_back.Parameters, _roll_back),
}
BACKUP_PLAYBOOKS: dict[str, tuple[type, Callable[[Any, Tools], Playbook]]] = {
    restart_backup.NAME: (restart_backup.Parameters, _restart_backup),
}


def read_table(text: str, tools: Tools) -> PlaybookTable:
    """Return the table that a JSON text describes.

    Raises:
        SettingError: it is not right; the message names the entry.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SettingError(f"PLAYBOOKS is no JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("alarms"), dict):
        raise SettingError('PLAYBOOKS must be an object with "alarms"')
    backup = document.get("backup_jobs")
    alarms = {
        name: _entry(f"alarm {name}", found, ALARM_PLAYBOOKS, tools)
        for name, found in document["alarms"].items()
    }
    return PlaybookTable(
        alarms, None if backup is None else _entry("backup_jobs", backup, BACKUP_PLAYBOOKS, tools)
    )


def _entry(
    where: str, found: Any, known: Mapping[str, tuple[type, Callable[[Any, Tools], Playbook]]], tools: Tools
) -> Entry:
    if not isinstance(found, dict) or found.get("playbook") not in known:
        raise SettingError(f"PLAYBOOKS, {where}: the playbook must be one of {', '.join(sorted(known))}")
    kind, build = known[found["playbook"]]
    given = {name: value for name, value in found.items() if name not in ("playbook", "cooldown_minutes")}
    try:
        cooldown = _cooldown(found["cooldown_minutes"])
        parameters: Any = _parameters(kind, given)
    except (KeyError, TypeError, ValueError) as error:
        raise SettingError(f"PLAYBOOKS, {where}: {error}") from error
    return Entry(build(parameters, tools), cooldown)


def _cooldown(minutes: Any) -> timedelta:
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes <= 0:
        raise ValueError(f"cooldown_minutes must be above 0, not {minutes!r}")
    return timedelta(minutes=minutes)


def _parameters(kind: type[P], given: Mapping[str, Any]) -> P:
    """Return the parameters, each of the type that its field has."""
    types: dict[str, Any] = {"str": str, "int": int, "float": int | float}
    for field in fields(kind):  # type: ignore[arg-type]  # every kind is a dataclass
        value = given.get(field.name)
        wanted = types[str(field.type)]
        if field.name in given and (isinstance(value, bool) or not isinstance(value, wanted)):
            raise TypeError(f"{field.name} must be of type {field.type}, not {value!r}")
    return kind(**given)
