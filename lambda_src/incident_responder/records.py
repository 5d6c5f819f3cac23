"""The audit record of an incident, and its form in the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.clock import rfc3339
from incident_responder.decisions import Outcome


@dataclass(frozen=True, slots=True)
class Record:
    """What was done about an incident. `outcome` is None while that is being found out.

    `at` is when the event came, `occurred_at` when it happened, `finished_at` when the responder was done;
    the last is None until then. `attempts` counts deliveries that were worked on.
    """

    key: str
    kind: str
    subject: str
    playbook: str
    resource: str
    occurred_at: str
    at: datetime
    attempts: int = 1
    dry_run: bool = False
    outcome: Outcome | None = None
    summary: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    finished_at: datetime | None = None

    def as_text(self) -> dict[str, Any]:
        """Return it as JSON types, for the log and for messages."""
        return {
            "incident": self.key,
            "kind": self.kind,
            "subject": self.subject,
            "playbook": self.playbook,
            "resource": self.resource,
            "occurred_at": self.occurred_at,
            "at": rfc3339(self.at),
            "attempts": self.attempts,
            "dry_run": self.dry_run,
            "outcome": None if self.outcome is None else str(self.outcome),
            "summary": self.summary,
            "details": dict(self.details),
            "finished_at": None if self.finished_at is None else rfc3339(self.finished_at),
        }


def attributes(record: Record) -> dict[str, Any]:
    """Return the record's attributes in the table, without its key and its end of life."""
    text = record.as_text()
    values = {name: {"S": text[name]} for name in _TEXTS if text[name]}
    return values | {
        "attempts": {"N": str(record.attempts)},
        "details": {"S": json.dumps(text["details"])},
        "dry_run": {"BOOL": record.dry_run},
    }


_TEXTS = (
    "kind", "subject", "playbook", "resource", "occurred_at", "at", "outcome", "summary", "finished_at",
)  # fmt: skip
