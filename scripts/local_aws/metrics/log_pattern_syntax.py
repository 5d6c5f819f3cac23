"""Reading the conditions in filter patterns of CloudWatch Logs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


class PatternError(ValueError):
    """A filter pattern cannot be read."""


@dataclass(frozen=True)
class Condition:
    """A comparison of what a selector finds, or AND or OR of several conditions."""

    operator: str
    selector: str = ""
    operand: str = ""
    parts: tuple[Condition, ...] = ()


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<sign>&&|\|\||!=|<=|>=|[=<>()])
    | (?P<word>(?:IS\s+NULL|IS\s+TRUE|IS\s+FALSE|NOT\s+EXISTS|EXISTS)\b)
    | (?P<selector>\$[\w.\[\]@-]*)
    | (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<regex>%[^%]+%)
    | (?P<plain>[^\s()&|=<>!"]+)
    )""",
    re.VERBOSE,
)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_END = ("end", "")


def parse_condition(text: str) -> Condition:
    """The condition that a text states. Raises PatternError."""
    reader = _Reader(text)
    condition = reader.disjunction()
    reader.expect_end()
    return condition


class _Reader:
    """Recursive descent: || is looser than &&."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def disjunction(self) -> Condition:
        return self._joined("||", "OR", self._conjunction)

    def expect_end(self) -> None:
        if self._peek() != _END:
            raise self._unexpected()

    def _conjunction(self) -> Condition:
        return self._joined("&&", "AND", self._comparison)

    def _joined(self, sign: str, operator: str, read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self._peek() == ("sign", sign):
            self._at += 1
            parts.append(read())
        return parts[0] if len(parts) == 1 else Condition(operator, parts=tuple(parts))

    def _comparison(self) -> Condition:
        kind, text = self._take()
        if (kind, text) == ("sign", "("):
            inner = self.disjunction()
            if self._take() != ("sign", ")"):
                raise self._unexpected()
            return inner
        if kind != "selector":
            raise self._unexpected()
        operator_kind, operator = self._take()
        if operator_kind == "word":
            return Condition(" ".join(operator.split()), text)
        if operator not in _COMPARISONS:
            raise self._unexpected()
        operand_kind, operand = self._take()
        if operand_kind not in {"text", "plain", "regex"}:
            raise self._unexpected()
        plain = re.sub(r"\\(.)", r"\1", operand[1:-1]) if operand_kind == "text" else operand
        return Condition(operator, text, plain)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _unexpected(self) -> PatternError:
        return PatternError(f"Invalid filter pattern: '{self._text}'")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    plain = text.rstrip()
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None or match.lastgroup is None:
            raise PatternError(f"Invalid filter pattern: '{text}'")
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()
