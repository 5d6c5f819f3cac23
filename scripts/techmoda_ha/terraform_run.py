"""What one Terraform command says by its JSON user interface, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
Listener = Callable[[Event], None]
STATE_IS_HELD = "state_lock_acquire"  # the type of the event that tells of waiting for the lock
PLAN_HAS_CHANGES = 2  # what `terraform plan -detailed-exitcode` exits with


def ignore(_event: Event) -> None:
    """Listen to nothing."""


def describe_diagnostic(diagnostic: Mapping[str, Any]) -> str:
    """Return a Terraform diagnostic as Terraform prints it: summary, where, and the whole detail."""
    lines = [f"{str(diagnostic.get('severity', 'error')).capitalize()}: {diagnostic.get('summary', '')}"]
    where = diagnostic.get("range") or {}
    if address := diagnostic.get("address"):
        lines.append(f"  with {address}")
    if filename := where.get("filename"):
        lines.append(f"  on {filename} line {where.get('start', {}).get('line', '?')}")
    if detail := diagnostic.get("detail"):
        lines.append(str(detail))
    return "\n".join(lines)


@dataclass
class Run:
    """What one Terraform command said: its events' essence, and its exit status.

    `difference` is a plan's whole difference in Terraform's words, where somebody asked for it.
    """

    exit_code: int = 0
    diagnostics: list[Event] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    planned: list[dict[str, str]] = field(default_factory=list)
    other_output: list[str] = field(default_factory=list)
    difference: str = ""

    def take(self, line: str) -> Event | None:
        """Read one line of Terraform's JSON user interface; plain text is kept for the error report."""
        try:
            event: Event = json.loads(line)
        except ValueError:
            self.other_output.append(line.rstrip())
            return None
        if event.get("type") == "diagnostic":
            self.diagnostics.append(event.get("diagnostic", {}))
        if event.get("type") == "planned_change":
            change = event["change"]
            self.planned.append({"action": change["action"], "address": change["resource"]["addr"]})
        if event.get("type") == "change_summary":
            self.summary = event.get("changes", {})
        return event

    @property
    def has_changes(self) -> bool:
        """Tell whether a plan (with -detailed-exitcode) would change anything, outputs included."""
        return self.exit_code == PLAN_HAS_CHANGES

    @property
    def error_text(self) -> str:
        """Return every error whole."""
        errors = [describe_diagnostic(one) for one in self.diagnostics if one.get("severity") == "error"]
        return "\n\n".join(errors or self.other_output)
