"""AWS as a script: real clients, which check each call against botocore's models, and made-up answers."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import botocore.session
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from tests.unit.failover_control.fakes import StoppedClock

from incident_responder.incidents import AlarmChange, BackupJobEnd

__all__ = ["ALARM", "FAILED_JOB", "ScriptedAws", "StoppedClock", "refusal", "silent_logger"]

ALARM = AlarmChange("shop-api-5xx", "ALARM", "OK", "Threshold Crossed", "2025-11-28T09:59:58.000Z")
TABLE_ARN = "arn:aws:dynamodb:us-east-1:111111111111:table/shop-products"
FAILED_JOB = BackupJobEnd("job-1", "FAILED", TABLE_ARN, "the role may not", "2025-11-28T09:59:58Z")

# One for all tests: it keeps the models that it has read.
SESSION = botocore.session.get_session()

Answer = Mapping[str, Any] | Exception | Callable[[dict[str, Any]], Mapping[str, Any]]


def refusal(operation: str, code: str = "AccessDeniedException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"not {operation}"}}, operation)


def silent_logger() -> Logger:
    stream = io.StringIO()
    return Logger(service=f"incidents-{id(stream)}", stream=stream)


@dataclass
class ScriptedAws:
    """Answers by "service.Operation"; a call without an answer fails the test. `calls` keeps them all."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        made: Any = SESSION.create_client(
            service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        asked: list[dict[str, Any]] = []

        def note(params: dict[str, Any], **_: Any) -> None:
            asked.append(dict(params))

        def answer(model: Any, **_: Any) -> tuple[Any, Mapping[str, Any]]:
            name, params = f"{service}.{model.name}", asked[-1]
            self.calls.append((name, params))
            scripted = self.answers[name]
            if isinstance(scripted, Exception):
                raise scripted
            found = scripted(params) if callable(scripted) else scripted
            return cast("Any", Response()), found

        made.meta.events.register("provide-client-params", note)
        made.meta.events.register("before-call", answer)
        return made

    def asked(self, name: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of one operation."""
        return [params for called, params in self.calls if called == name]

    @property
    def names(self) -> list[str]:
        """Return the operations called, in their order."""
        return [name for name, _ in self.calls]


class Response:
    """What botocore looks at of an HTTP response."""

    status_code = 200
