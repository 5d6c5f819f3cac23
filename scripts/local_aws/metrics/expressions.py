"""Computing metric math: the value of a tree, given what its names stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from local_aws.metrics import expression_functions
from local_aws.metrics.expression_syntax import (
    Array,
    Call,
    ExpressionError,
    Name,
    Negated,
    Node,
    Number,
    Operation,
    Text,
)
from local_aws.metrics.expression_values import (
    Series,
    SeriesList,
    Value,
    as_series_list,
    negate,
    operate,
)
from local_aws.metrics.store import Span

WORDS = frozenset({"REPEAT", "LINEAR", "ASC", "DESC", "AVG", "MIN", "MAX", "SUM"})
"""Names that stand for themselves, as arguments of FILL and SORT."""


class Scope(Protocol):
    """What an expression can refer to. Each method may raise ExpressionError."""

    @property
    def span(self) -> Span:
        """The periods that are computed."""

    def named(self, name: str) -> Value:
        """The metric or expression of that id."""

    def metrics(self, part: str) -> SeriesList:
        """All metrics of the request whose id contains `part`."""

    def search(self, expression: str, statistic: str, period: int) -> SeriesList:
        """The metrics that a search finds."""


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of an expression. Raises ExpressionError."""
    match node:
        case Number(value) | Text(value):
            return value
        case Name(name):
            return name if name in WORDS else scope.named(name)
        case Negated(operand):
            return negate(evaluate(operand, scope))
        case Operation(operator, left, right):
            return operate(operator, evaluate(left, scope), evaluate(right, scope))
        case Array(items):
            series = [as_series_list(evaluate(item, scope)).items for item in items]
            return SeriesList(tuple(item for group in series for item in group))
        case Call(function, arguments):
            return _call(function, [evaluate(argument, scope) for argument in arguments], scope)


def _call(function: str, arguments: Sequence[Value], scope: Scope) -> Value:
    match function, arguments:
        case "IF", [condition, if_true, *rest]:
            return _if(condition, if_true, rest[0] if rest else None)
        case "METRICS", []:
            return scope.metrics("")
        case "METRICS", [str() as part]:
            return scope.metrics(part)
        case "SEARCH", [str() as expression, str() as statistic, *rest]:
            period = rest[0] if rest and isinstance(rest[0], float) else scope.span.period
            return scope.search(expression, statistic, int(period))
    return expression_functions.call(function, arguments, scope.span)


def _if(condition: Value, if_true: Value, if_false: Value | None) -> Value:
    """The user guide's "Using IF expressions".

    A value that the metric for true lacks is 0; what the one for false lacks is dropped.
    """
    match condition:
        case float():
            chosen = if_true if condition else if_false
            return Series({}, 0) if chosen is None else chosen
        case Series(points, period):
            chosen_points: dict[int, float] = {}
            for at, value in points.items():
                result = _at(if_true, at, 0.0) if value else _at(if_false, at, None)
                if result is not None:
                    chosen_points[at] = result
            return Series(chosen_points, period)
    raise ExpressionError("IF takes a number or a time series as its condition")


def _at(value: Value | None, time: int, missing: float | None) -> float | None:
    match value:
        case None:
            return None
        case float():
            return value
        case Series(points):
            return points.get(time, missing)
    raise ExpressionError("IF takes numbers and time series")
