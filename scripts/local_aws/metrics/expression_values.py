"""The values of metric math, and its operators.

Contract: CloudWatch user guide, "Metric math syntax and functions": a value that one of two time series
lacks counts as 0, and a division by zero drops the data point.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from local_aws.metrics.expression_syntax import ExpressionError


@dataclass(frozen=True)
class Series:
    """A time series: Unix time of the start of a period → value. A time that is not in it is missing."""

    points: Mapping[int, float]
    period: int
    label: str = ""

    def mapped(self, change: Callable[[float], float]) -> Series:
        """The series with each value changed; values that cannot be computed are dropped."""
        return replace(self, points=computed((at, change, (value,)) for at, value in self.points.items()))


@dataclass(frozen=True)
class SeriesList:
    """Several time series, TS[] in the user guide."""

    items: tuple[Series, ...] = field(default=())


Value = float | str | Series | SeriesList


def computed(
    work: Iterable[tuple[int, Callable[..., float], tuple[float, ...]]],
) -> dict[int, float]:
    """Time → result of each calculation that has one (no division by zero, no logarithm of 0)."""
    results: dict[int, float] = {}
    for at, function, arguments in work:
        try:
            result = function(*arguments)
        except (ArithmeticError, ValueError):
            continue
        if isinstance(result, int | float) and math.isfinite(result):
            results[at] = float(result)
    return results


_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "AND": lambda left, right: left != 0 and right != 0,
    "OR": lambda left, right: left != 0 or right != 0,
}


def operate(sign: str, left: Value, right: Value) -> Value:
    """What an operator makes of two operands. Raises ExpressionError for operands that it does not take."""
    if isinstance(left, SeriesList) or isinstance(right, SeriesList):
        return _elementwise(sign, left, right)
    function = _OPERATORS[sign]
    match left, right:
        case float(), float():
            return _scalar(function, left, right)
        case Series(), float():
            return left.mapped(lambda value: function(value, right))
        case float(), Series():
            return right.mapped(lambda value: function(left, value))
        case Series(), Series():
            return _both(function, left, right)
    raise ExpressionError(f"operator {sign} does not take these operands")


def _elementwise(sign: str, left: Value, right: Value) -> SeriesList:
    """The operator on each element of an array, and on pairs of elements of two arrays of one length."""
    length = next(len(side.items) for side in (left, right) if isinstance(side, SeriesList))
    sides = [side.items if isinstance(side, SeriesList) else (side,) * length for side in (left, right)]
    if len(sides[0]) != len(sides[1]):
        raise ExpressionError(f"operator {sign} does not take arrays of different lengths")
    results = (operate(sign, one, other) for one, other in zip(*sides, strict=True))
    return SeriesList(tuple(result for result in results if isinstance(result, Series)))


def negate(operand: Value) -> Value:
    """Unary minus."""
    return operate("*", operand, -1.0)


def as_series_list(value: Value) -> SeriesList:
    """An array of time series; a single one counts as an array of one. Raises ExpressionError."""
    match value:
        case SeriesList():
            return value
        case Series():
            return SeriesList((value,))
    raise ExpressionError("a time series is expected")


def _scalar(function: Callable[[float, float], float], left: float, right: float) -> float:
    try:
        return float(function(left, right))
    except ArithmeticError:
        # A point computed with it is not finite and is dropped.
        return math.nan


def _both(function: Callable[[float, float], float], left: Series, right: Series) -> Series:
    times = left.points.keys() | right.points.keys()
    points = computed((at, function, (left.points.get(at, 0.0), right.points.get(at, 0.0))) for at in times)
    return Series(points, max(left.period, right.period))
