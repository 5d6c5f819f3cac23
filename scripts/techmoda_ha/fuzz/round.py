"""One round of Schemathesis against one region."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from techmoda_ha.errors import HaError


@dataclass
class Round:
    """What a round sent, and what came of it."""

    cases: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    checks: int = 0
    violations: list[str] = field(default_factory=list)
    created: set[str] = field(default_factory=set)


def play(document: Mapping[str, Any], settings: Mapping[str, Any], said: Callable[[Round], bool]) -> Round:
    """Send generated requests until the round is over or `said` answers False.

    `said` is told after each scenario (one operation's requests) what there is so far.
    Raises HaError when requests could not be sent or answers did not come.
    """
    schema = schemathesis.openapi.from_dict(
        dict(document), config=SchemathesisConfig.from_dict(dict(settings))
    )
    schema.hook("map_body")(_with_plain_integers)
    played = Round()
    stream = from_schema(schema).execute()
    for event in stream:
        if isinstance(event, events.ScenarioFinished):
            _record(played, event.recorder)
            if not said(played):
                stream.stop()
        elif isinstance(event, events.NonFatalError | events.FatalError):
            raise _broken(event)
    return played


def _with_plain_integers(_context: Any, body: Any) -> Any:
    """Write 2.0 as 2.

    To OpenAPI 3.1 both are integers. API Gateway validates by JSON Schema draft 4, where an integer has no
    fraction, and refuses the former.
    """
    if not isinstance(body, dict):
        return body
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in body.items()
    }


def _record(played: Round, recorder: ScenarioRecorder) -> None:
    for case_id, interaction in recorder.interactions.items():
        played.cases += 1
        if interaction.response is None:
            continue
        played.answers[interaction.response.status_code] += 1
        if interaction.response.status_code == 201:
            played.created.update(interaction.response.headers.get("location", []))
        for check in recorder.checks.get(case_id, []):
            played.checks += 1
            if check.status is Status.FAILURE and check.failure_info is not None:
                failure, request = check.failure_info.failure, interaction.request
                played.violations.append(
                    os.linesep.join(
                        [
                            f"{check.name}: {failure.title}: {failure.message}".strip(),
                            f"  {request.method} {request.uri} -> {interaction.response.status_code}",
                            f"  {check.failure_info.code_sample}",
                        ]
                    )
                )


def _broken(event: events.NonFatalError | events.FatalError) -> HaError:
    error = event.exception if isinstance(event, events.FatalError) else event.value
    where = "" if isinstance(event, events.FatalError) else f" at {event.label}"
    return HaError(
        f"The generated requests ended early{where}: {type(error).__name__}: {error}",
        "Is the API up? make smoke-test",
    )
