"""Search expressions: which metrics a SEARCH of metric math finds.

Contract: CloudWatch user guide, "CloudWatch search expression syntax". A term in double quotes is
matched exactly, any other by tokens: camel-case words and digits, in lower case and in their order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from local_aws.metrics.expression_syntax import ExpressionError
from local_aws.metrics.store import Metric

Test = Callable[[Metric], bool]

_SCHEMA = re.compile(r'\s*\{(?P<names>(?:"(?:[^"\\]|\\.)*"|[^}"])*)\}\s*,?')
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(
    rf'\s*(?:(?P<paren>[()])|(?P<term>(?:{_QUOTED}|[^\s()="]+)(?:\s*=\s*(?:{_QUOTED}|[^\s()"]+))?))'
)
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def find(expression: str, metrics: Iterable[Metric]) -> list[Metric]:
    """The metrics that the expression finds, by their names. Raises ExpressionError."""
    schema = _SCHEMA.match(expression)
    in_schema = _schema_test(schema["names"]) if schema else _any
    rest = expression[schema.end() :] if schema else expression
    terms = _Terms(rest)
    wanted = terms.disjunction() if terms.more() else _any
    if terms.more():
        raise ExpressionError(f"search expression '{expression}' cannot be read")
    found = [each for each in metrics if in_schema(each) and wanted(each)]
    return sorted(found, key=lambda each: (each.namespace, each.dimensions, each.name))


def _any(_metric: Metric) -> bool:
    return True


def _schema_test(names: str) -> Test:
    """Metrics of that namespace with exactly those dimensions, where any are named."""
    parts = [_unquoted(part.strip()) for part in re.findall(rf"{_QUOTED}|[^,]+", names)]
    namespace, dimensions = parts[0], set(parts[1:])

    def test(metric: Metric) -> bool:
        own = {name for name, _ in metric.dimensions}
        return metric.namespace == namespace and (not dimensions or own == dimensions)

    return test


class _Terms:
    """Recursive descent over the terms: OR is looser than AND, which may be left out, than NOT."""

    def __init__(self, text: str) -> None:
        self._terms = list(_terms(text))
        self._at = 0

    def more(self) -> bool:
        return self._at < len(self._terms)

    def disjunction(self) -> Test:
        tests = [self._conjunction()]
        while self._next_is("OR"):
            tests.append(self._conjunction())
        return lambda metric: any(test(metric) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._factor()]
        while self.more() and self._terms[self._at] not in {"OR", ")"}:
            self._next_is("AND")
            tests.append(self._factor())
        return lambda metric: all(test(metric) for test in tests)

    def _factor(self) -> Test:
        if self._next_is("NOT"):
            negated = self._factor()
            return lambda metric: not negated(metric)
        if self._next_is("("):
            grouped = self.disjunction()
            if not self._next_is(")"):
                raise ExpressionError("a search expression lacks a closing parenthesis")
            return grouped
        if not self.more():
            raise ExpressionError("a search expression ends where a term is expected")
        self._at += 1
        return _term_test(self._terms[self._at - 1])

    def _next_is(self, term: str) -> bool:
        matches = self.more() and self._terms[self._at] == term
        self._at += matches
        return matches


def _terms(text: str) -> Iterator[str]:
    position, end = 0, len(text.rstrip(" ,"))
    while position < end:
        match = _TERM.match(text, position)
        if match is None:
            raise ExpressionError(f"search expression '{text}' cannot be read")
        yield match["paren"] or match["term"]
        position = match.end()


def _term_test(term: str) -> Test:
    match = re.fullmatch(rf"({_QUOTED}|[^=\"]+?)\s*=\s*({_QUOTED}|.+)", term)
    if match is None:
        matches = _text_test(term)
        return lambda metric: any(matches(text) for text in _texts(metric))
    name, matches = _unquoted(match[1]), _text_test(match[2])
    return lambda metric: any(matches(text) for text in _property(metric, name))


def _text_test(term: str) -> Callable[[str], bool]:
    if term.startswith('"'):
        exact = _unquoted(term)
        return lambda text: text == exact
    wanted = _tokens(term)
    whole = re.sub(r"\W|_", "", term).lower()

    def partial(text: str) -> bool:
        own = _tokens(text)
        spans = (own[start : start + len(wanted)] for start in range(len(own)))
        return any(span == wanted for span in spans) or re.sub(r"\W|_", "", text).lower() == whole

    return partial


def _tokens(text: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(text)]


def _texts(metric: Metric) -> Iterator[str]:
    yield metric.namespace
    yield metric.name
    for name, value in metric.dimensions:
        yield name
        yield value


def _property(metric: Metric, name: str) -> Iterator[str]:
    if name == "MetricName":
        yield metric.name
    elif name == "Namespace":
        yield metric.namespace
    else:
        yield from (value for own, value in metric.dimensions if own == name)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
