"""Latency of warm invocations as the caller sees it, both functions in turns."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.api.events import LIST_PRODUCTS
from benchmarks.api.statistics import Comparison, Summary

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MINIMUM_SAMPLES = 5
WARM_UP = 2


class BrokenFunctionError(RuntimeError):
    """A function answered with something other than a list; its speed means nothing."""


@dataclass(slots=True)
class Caller:
    """Invokes one function and remembers how long each answer took, in milliseconds."""

    client: LambdaClient
    function: str
    clock: Callable[[], float] = time.perf_counter
    times: list[float] = field(default_factory=list)
    answer_bytes: int = 0

    def call(self) -> float:
        """Invoke once and return the milliseconds it took.

        Raises:
            BrokenFunctionError: the function failed or did not answer 200.
        """
        started = self.clock()
        answer = self.client.invoke(FunctionName=self.function, Payload=json.dumps(LIST_PRODUCTS).encode())
        payload = answer["Payload"].read()
        took = (self.clock() - started) * 1000
        _check(self.function, answer, payload)
        self.answer_bytes = len(payload)
        return took

    def measure(self) -> None:
        """Invoke once and remember the time."""
        self.times.append(self.call())


def compare(
    name: str, original: Caller, ours: Caller, *, requests: int, budget_seconds: float, target: float | None
) -> Comparison:
    """Measure `requests` invocations of each, or as many as fit into the budget (five at the least).

    The slow one is called less often when time runs out; the fast one then makes up its own number.
    """
    for caller in (original, ours):
        caller.times.clear()
        for _ in range(WARM_UP):
            caller.call()
    give_up = original.clock() + budget_seconds
    for number in range(requests):
        if number < MINIMUM_SAMPLES or original.clock() < give_up:
            original.measure()
        ours.measure()
    return Comparison(name, Summary.of(original.times), Summary.of(ours.times), target)


def _check(function: str, answer: Mapping[str, Any], payload: bytes) -> None:
    if "FunctionError" in answer:
        raise BrokenFunctionError(f"{function} failed: {payload[:500]!r}")
    status = json.loads(payload).get("statusCode")
    if status != 200:
        raise BrokenFunctionError(f"{function} answered {status}: {payload[:500]!r}")
