"""SimulatePrincipalPolicy and SimulateCustomPolicy judge conditions by the ContextEntries they are given.

Contract: IAM API reference, SimulatePrincipalPolicy: "ContextEntries: a list of context keys and
corresponding values for the simulation to use". MiniStack evaluates the policies but leaves the entries
out, so that a statement with a condition would never hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from local_aws.fills import Fill
from local_aws.fills.patching import Answer, wrap
from local_aws.settings import Settings

_HANDLERS = {
    "SimulateCustomPolicy": "_simulate_custom_policy",
    "SimulatePrincipalPolicy": "_simulate_principal_policy",
}
_entries: ContextVar[Mapping[str, Any] | None] = ContextVar("context_entries", default=None)


def context_entries(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The context keys of a request's parameters, in lower case; several values make a list."""
    found: dict[str, Any] = {}
    number = 1
    while name := iam._p(parameters, f"ContextEntries.member.{number}.ContextKeyName"):
        values: list[str] = []
        while value := iam._p(
            parameters, f"ContextEntries.member.{number}.ContextKeyValues.member.{len(values) + 1}"
        ):
            values.append(value)
        found[name.lower()] = values[0] if len(values) == 1 else values
        number += 1
    return found


def _simulate(original: Callable[..., Answer], parameters: Mapping[str, Any]) -> Answer:
    token = _entries.set(context_entries(parameters))
    try:
        return original(parameters)
    finally:
        _entries.reset(token)


def _evaluate(original: Callable[..., Any], question: Any, *args: Any, **kwargs: Any) -> Any:
    question.service_context.update(_entries.get() or {})
    return original(question, *args, **kwargs)


def _install(_settings: Settings) -> None:
    for operation, name in _HANDLERS.items():
        wrap(iam, name, _simulate)
        iam._IAM_HANDLERS[operation] = getattr(iam, name)
    wrap(iam_evaluator, "evaluate", _evaluate)


FILL = Fill(
    name="iam_simulation",
    requires=(
        "ministack.core.iam_evaluator.EvalContext",
        "ministack.core.iam_evaluator.evaluate",
        "ministack.services.iam._IAM_HANDLERS",
        "ministack.services.iam._p",
        *(f"ministack.services.iam.{name}" for name in _HANDLERS.values()),
    ),
    install=_install,
)
