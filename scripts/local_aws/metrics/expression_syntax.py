"""Reading metric math: text to a tree.

Contract: CloudWatch user guide, "Metric math syntax and functions". From loosest to tightest the
operators are OR, AND, comparisons, + and -, * and /, unary -, ^.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


class ExpressionError(ValueError):
    """An expression cannot be read, or cannot be computed from what it refers to."""


@dataclass(frozen=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True)
class Text:
    """A literal string."""

    value: str


@dataclass(frozen=True)
class Name:
    """The id of a metric or of another expression, or a word such as REPEAT."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Array:
    """Several time series in brackets."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Negated:
    """Unary minus."""

    operand: Node


@dataclass(frozen=True)
class Operation:
    """An operator between two operands."""

    operator: str
    left: Node
    right: Node


Node = Number | Text | Name | Call | Array | Negated | Operation

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<text>"[^"]*"|'(?:[^'\\]|\\.)*')
    | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/^<>(),\[\]])
    )""",
    re.VERBOSE,
)
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"OR", "||"}),
    frozenset({"AND", "&&"}),
    frozenset({"==", "!=", "<=", ">=", "<", ">"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/"}),
)
_SAME = {"||": "OR", "&&": "AND"}
_END = ("end", "")


def parse(expression: str) -> Node:
    """The tree of an expression. Raises ExpressionError."""
    reader = _Reader(expression)
    tree = reader.binary(0)
    reader.expect_end()
    return tree


def names(node: Node) -> Iterator[str]:
    """The ids, and other words, that an expression refers to."""
    match node:
        case Name(name):
            yield name
        case Call(_, children) | Array(children):
            for child in children:
                yield from names(child)
        case Negated(operand):
            yield from names(operand)
        case Operation(_, left, right):
            yield from names(left)
            yield from names(right)


def calls(node: Node) -> Iterator[str]:
    """The functions that an expression calls."""
    match node:
        case Call(function, arguments):
            yield function
            for argument in arguments:
                yield from calls(argument)
        case Array(items):
            for item in items:
                yield from calls(item)
        case Negated(operand):
            yield from calls(operand)
        case Operation(_, left, right):
            yield from calls(left)
            yield from calls(right)


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = list(_tokens(expression))
        self._at = 0

    def binary(self, level: int) -> Node:
        """The operations of a level and of those that bind tighter."""
        if level == len(_LEVELS):
            return self._unary()
        node = self.binary(level + 1)
        while self._peek()[1] in _LEVELS[level] and self._peek()[0] != "text":
            operator = self._take()[1]
            node = Operation(_SAME.get(operator, operator), node, self.binary(level + 1))
        return node

    def expect_end(self) -> None:
        """Raise ExpressionError unless all was read."""
        if self._peek() != _END:
            raise self._unexpected()

    def _unary(self) -> Node:
        if self._peek() == ("sign", "-"):
            self._take()
            return Negated(self._unary())
        base = self._primary()
        if self._peek() == ("sign", "^"):
            self._take()
            return Operation("^", base, self._unary())
        return base

    def _primary(self) -> Node:
        kind, text = self._peek()
        match kind:
            case "number":
                self._take()
                return Number(float(text))
            case "text":
                self._take()
                return Text(text[1:-1].replace("\\'", "'"))
            case "word":
                self._take()
                if self._peek() == ("sign", "("):
                    return Call(text, self._list("(", ")"))
                return Name(text)
            case "sign" if text == "(":
                self._take()
                node = self.binary(0)
                self._expect(")")
                return node
            case "sign" if text == "[":
                return Array(self._list("[", "]"))
        raise self._unexpected()

    def _list(self, opening: str, closing: str) -> tuple[Node, ...]:
        self._expect(opening)
        items: list[Node] = []
        while self._peek() != ("sign", closing):
            if items:
                self._expect(",")
            items.append(self.binary(0))
        self._expect(closing)
        return tuple(items)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, sign: str) -> None:
        if self._peek() != ("sign", sign):
            raise self._unexpected()
        self._take()

    def _unexpected(self) -> ExpressionError:
        found = self._peek()[1] or "the end"
        return ExpressionError(f"Error in expression '{self._expression}': unexpected {found}")


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    position = 0
    text = expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(
                f"Error in expression '{expression}': unexpected '{text[position:].strip()[:1]}'"
            )
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()
