"""What the incident responder recorded: its table's audit records, and the limits that a drill uses up."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as

LAST_ATTEMPT = 3
"""Lambda delivers an event to the responder three times (modules/incident-response/function.tf)."""


@dataclass(frozen=True)
class Response:
    """One audit record (lambda_src/incident_responder/records.py). `outcome` is "" while it is at work."""

    subject: str
    playbook: str
    resource: str
    outcome: str
    summary: str
    at: datetime
    details: Mapping[str, Any]
    attempts: int = 1

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Response:
        """Read an item in DynamoDB's notation."""
        text = {name: value.get("S", "") for name, value in item.items()}
        details = json.loads(text.get("details") or "{}")
        return cls(
            text["subject"], text["playbook"], text["resource"], text.get("outcome", ""),
            text.get("summary", ""), datetime.fromisoformat(text["at"]), details,
            int(item.get("attempts", {}).get("N", "1")),
        )  # fmt: skip


@dataclass(frozen=True)
class Responder:
    """The responder of one region, by its outputs. `clients` makes AWS clients of that region."""

    clients: Callable[[str], Any]
    table: str
    function: str
    playbooks: Mapping[str, Any]

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any], clients: Callable[[str], Any]) -> Responder:
        """Read an environment's outputs."""
        return cls(
            clients, outputs["incident_table_name"], outputs["incident_function_name"],
            outputs["incident_playbooks"],
        )  # fmt: skip

    def alarms_of(self, playbook: str) -> dict[str, Mapping[str, Any]]:
        """Return the alarms that lead to a playbook, with its parameters."""
        found = self.playbooks["alarms"]
        return {name: one for name, one in found.items() if one["playbook"] == playbook}

    def responses(self, since: datetime) -> list[Response]:
        """Return the records of what came in since then, oldest first; raise HaError."""
        with self._errors():
            pages = (
                self.clients("dynamodb")
                .get_paginator("scan")
                .paginate(
                    TableName=self.table,
                    FilterExpression="begins_with(id, :incident)",
                    ExpressionAttributeValues={":incident": {"S": "incident#"}},
                    ConsistentRead=True,
                )
            )
            found = [Response.of(item) for page in pages for item in page["Items"]]
        return sorted((one for one in found if one.at >= since), key=lambda one: one.at)

    def first(self, subjects: Collection[str], since: datetime) -> Response | None:
        """Return the first finished record on one of the subjects that is no alarm's end; raise HaError."""
        found = [
            one for one in self.responses(since)
            if one.subject in subjects and one.outcome not in ("", "over", "failed")
        ]  # fmt: skip
        return found[0] if found else None

    def failures(self, subjects: Collection[str], since: datetime) -> list[str]:
        """Return the words of every failed attempt on one of the subjects; raise HaError."""
        records = self.responses(since)
        return [one.summary for one in records if one.subject in subjects and one.outcome == "failed"]

    def has_given_up(self, subjects: Collection[str], since: datetime) -> bool:
        """Tell whether a record on one of the subjects failed for the last time; raise HaError."""
        return any(
            one.subject in subjects and one.outcome == "failed" and one.attempts >= LAST_ATTEMPT
            for one in self.responses(since)
        )

    def forget_turns(self, turns: Collection[tuple[str, str]]) -> None:
        """Take back that the playbooks acted on these resources, so that an incident now finds them ready."""
        with self._errors():
            for playbook, resource in turns:
                for kind in ("limit", "report"):
                    key = {"id": {"S": f"{kind}#{playbook}#{resource}"}}
                    self.clients("dynamodb").delete_item(TableName=self.table, Key=key)

    def served(self, alias: str) -> tuple[str, datetime, str] | None:
        """Return what the ledger knows of an alias: version, since when, stable version ("" if none)."""
        with self._errors():
            item = self.clients("dynamodb").get_item(
                TableName=self.table, Key={"id": {"S": f"alias#{alias}"}}, ConsistentRead=True
            ).get("Item")  # fmt: skip
        if not item:
            return None
        since = datetime.fromisoformat(item["since"]["S"])
        return item["version"]["S"], since, item.get("stable", {}).get("S", "")

    def stable_after_seconds(self) -> float:
        """Return for how long a version must have served to be gone back to; raise HaError."""
        with self._errors():
            found = self.clients("lambda").get_function_configuration(FunctionName=self.function)
        return float(found["Environment"]["Variables"]["STABLE_AFTER_SECONDS"])

    def _errors(self) -> Any:
        return aws_errors_as(
            "The incident responder's records could not be handled.", "Check your rights, then repeat."
        )
