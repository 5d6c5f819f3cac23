"""What a message of such a queue says: which event, whose, and why it waits. Pure.

Three senders write these queues, each in its own form: Lambda the record of an asynchronous invocation
that failed for good (Lambda developer guide, "Destinations"), EventBridge an event that it could not
deliver, with the error in attributes (EventBridge user guide, "dead-letter queues"), and the incident
responder an event that no playbook is for, with `Kind` and `Reason` (lambda_src/incident_responder).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from techmoda_ha.evidence import timestamp

# What the schedules of modules/backup tell the backup manager, where others send "Scheduled Event".
SCHEDULED_INPUTS = ({"operacion": "continuar"}, {"operacion": "validar"})


@dataclass(frozen=True)
class ParkedEvent:
    """An event that waits: since when, what happened to it, whose it is, the event itself, AWS's words.

    `function_arn` is what it was sent to, alias included; None where the message does not say it.
    """

    message_id: str
    at: datetime
    happened: str
    function_arn: str | None
    payload: Any
    error: str | None

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> ParkedEvent:
        """Return the event of a message as ReceiveMessage gives it, with all its attributes."""
        at = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
        told = {
            name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()
        }
        try:
            body = json.loads(message["Body"])
        except ValueError:
            body = message["Body"]
        if isinstance(body, dict) and {"requestContext", "requestPayload"} <= body.keys():
            return cls(message["MessageId"], at, *_invocation(body))
        return cls(message["MessageId"], at, *_sent(told), body, _error(told))

    @property
    def is_tick(self) -> bool:
        """Whether a schedule sent it: the schedule's next one does the same work, so it can be discarded."""
        if not isinstance(self.payload, Mapping):
            return False
        scheduled = (self.payload.get("source"), self.payload.get("detail-type"))
        return scheduled == ("aws.events", "Scheduled Event") or self.payload in SCHEDULED_INPUTS

    @property
    def function(self) -> str | None:
        """Return the function's name."""
        return self.function_arn.split(":")[6] if self.function_arn else None

    def as_lines(self) -> list[str]:
        """Return it for a person."""
        tick = " A schedule's tick: out of date, safe to discard." if self.is_tick else ""
        payload = json.dumps(self.payload, ensure_ascii=False)
        lines = [
            f"{timestamp(self.at)} {self.function or 'an event'}: {self.happened}.{tick}",
            f"  event  {payload}",
        ]
        return [*lines, f"  error  {self.error}"] if self.error else lines

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "id": self.message_id,
            "at": timestamp(self.at),
            "function": self.function,
            "happened": self.happened,
            "tick": self.is_tick,
            "event": self.payload,
            "error": self.error,
        }


def _invocation(record: Mapping[str, Any]) -> tuple[str, str | None, Any, str | None]:
    """Return what an invocation record says: what happened, to whom, with which event, with what error."""
    context, answer = record["requestContext"], record.get("responsePayload")
    tries = context.get("approximateInvokeCount")
    after = f" after {tries} {'try' if tries == 1 else 'tries'}" if tries else ""
    error = None
    if isinstance(answer, Mapping):
        parts = [str(answer[key]) for key in ("errorType", "errorMessage") if answer.get(key)]
        error = ": ".join(parts) or json.dumps(answer, ensure_ascii=False)
    arn = context.get("functionArn")
    return f"{context.get('condition', 'failed')}{after}", arn, record["requestPayload"], error


def _sent(told: Mapping[str, str]) -> tuple[str, str | None]:
    """Return what happened to an event that came as it was, and to whom it was to go."""
    if "RULE_ARN" in told:
        target = told.get("TARGET_ARN", "")
        rule = told["RULE_ARN"].rsplit("/", 1)[-1]
        return f"EventBridge could not deliver it (rule {rule})", target if ":function:" in target else None
    return (f"parked as {told['Kind']}" if "Kind" in told else "sent here as it is"), None


def _error(told: Mapping[str, str]) -> str | None:
    found = [told[name] for name in ("ERROR_CODE", "ERROR_MESSAGE", "Reason") if told.get(name)]
    return ": ".join(found) or None
