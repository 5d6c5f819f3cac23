"""The benchmark's arithmetic and its verdict; what it measures is not tested by time."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from benchmarks.api import catalogue, latency, report
from benchmarks.api.events import LIST_PRODUCTS
from benchmarks.api.statistics import Comparison, Summary
from rich.console import Console

from products_api.items import from_item


def comparison(original: float, ours: float, target: float | None = None) -> Comparison:
    return Comparison("x", Summary(1, original, original), Summary(1, ours, ours), target)


def test_percentiles_are_measured_values() -> None:
    assert Summary.of([float(number) for number in range(1, 101)]) == Summary(100, 50.0, 99.0)
    assert Summary.of([7.0]) == Summary(1, 7.0, 7.0)
    assert Summary.of([1.0, 2.0, 30.0]).p99 == 30.0


def test_nothing_measured_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        Summary.of([])


def test_the_ratio_says_how_many_times_faster_ours_is() -> None:
    assert (comparison(50, 10).ratio, comparison(10, 50).ratio) == (5.0, 0.2)


@pytest.mark.parametrize(("original", "target", "met"), [(50, 5.0, True), (49, 5.0, False), (49, None, None)])
def test_a_target_is_met_or_missed(original: float, target: float | None, met: bool | None) -> None:
    assert comparison(original, 10, target).met is met


def test_one_missed_target_fails_the_whole_and_so_does_no_measurement() -> None:
    assert report.as_json([comparison(50, 10, 5.0), comparison(1, 10)], {})["passed"]
    assert not report.as_json([comparison(50, 10, 5.0), comparison(49, 10, 5.0)], {})["passed"]
    assert not report.as_json([], {})["passed"]


def test_the_table_shows_the_ratio_and_the_verdict() -> None:
    console = Console(file=io.StringIO(), width=150)
    console.print(report.table([comparison(49, 10, 5.0)]))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "4.90x" in shown
    assert "missed" in shown


class FakeLambda:
    """Answers each invocation after a time of its function's own."""

    def __init__(self, answers: dict[str, bytes], clock: list[float]) -> None:
        self._answers = answers
        self._clock = clock
        self.calls: list[str] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - as in boto3
        assert json.loads(Payload) == LIST_PRODUCTS
        self.calls.append(FunctionName)
        self._clock[0] += 10.0 if FunctionName == "slow" else 0.01
        return {"Payload": io.BytesIO(self._answers[FunctionName])}


def callers(answer: bytes = b'{"statusCode": 200}') -> tuple[FakeLambda, latency.Caller, latency.Caller]:
    clock = [0.0]
    fake = FakeLambda({"slow": b'{"statusCode": 200}', "fast": answer}, clock)
    slow, fast = (
        latency.Caller(fake, name, lambda: clock[0])  # type: ignore[arg-type]
        for name in ("slow", "fast")
    )
    return fake, slow, fast


def test_both_are_measured_in_turns_after_warming_up() -> None:
    fake, slow, fast = callers()
    result = latency.compare("x", slow, fast, requests=6, budget_seconds=1e9, target=None)
    assert fake.calls == ["slow"] * 2 + ["fast"] * 2 + ["slow", "fast"] * 6
    assert (result.original.p50, result.ours.p50) == (10_000.0, 10.0)


def test_a_slow_original_is_asked_less_often_but_never_less_than_five_times() -> None:
    _fake, slow, fast = callers()
    result = latency.compare("x", slow, fast, requests=50, budget_seconds=1.0, target=None)
    assert (result.original.samples, result.ours.samples) == (latency.MINIMUM_SAMPLES, 50)


@pytest.mark.parametrize("answer", [b'{"statusCode": 500}', b'{"errorMessage": "x"}'])
def test_a_function_that_does_not_list_is_not_measured(answer: bytes) -> None:
    _fake, slow, fast = callers(answer)
    with pytest.raises(latency.BrokenFunctionError, match="fast"):
        latency.compare("x", slow, fast, requests=5, budget_seconds=1.0, target=None)


def test_the_catalogue_holds_products_that_our_function_can_read_the_same_in_every_run() -> None:
    items = [catalogue.item(number) for number in range(50)]
    assert len({from_item(item).id for item in items}) == 50
    assert items[7] == catalogue.item(7)
