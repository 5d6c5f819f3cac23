"""Filter patterns of CloudWatch Logs: which log events match, and what they hold.

Contract: CloudWatch Logs user guide, "Filter pattern syntax": terms in plain text, properties of JSON
events (`{ $.status >= 500 && $.path = "/v1/*" }`) and fields of space-delimited ones
(`[ip, user, ..., status = 5*]`). Regular expressions between % are taken as Python reads them.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.metrics.log_pattern_syntax import Condition, PatternError, parse_condition

Found = Callable[[str], Any]
"""A selector ("$.status", "$status") → what a matching event holds there, or None."""

Matcher = Callable[[str], Found | None]
"""A log event → its contents, or None when it does not match."""

_TERM = re.compile(r'\s*([?-]?)("(?:[^"\\]|\\.)*"|%[^%]+%|\S+)')


def compile_pattern(pattern: str) -> Matcher:
    """The matcher of a pattern. Raises PatternError."""
    text = pattern.strip()
    if text.startswith("{"):
        return _json_matcher(text)
    if text.startswith("["):
        return _field_matcher(text)
    return _text_matcher(text)


def _text_matcher(pattern: str) -> Matcher:
    """All plain terms must be there, no term with -, and one of those with ? unless there are plain ones."""
    terms = [(match[1], _term_test(match[2])) for match in _TERM.finditer(pattern)]
    required = [test for sign, test in terms if not sign]
    optional = [test for sign, test in terms if sign == "?"]
    excluded = [test for sign, test in terms if sign == "-"]

    def match(message: str) -> Found | None:
        wanted = all(test(message) for test in required)
        if optional and not required:
            wanted = any(test(message) for test in optional)
        return _nothing if wanted and not any(test(message) for test in excluded) else None

    return match


def _nothing(_selector: str) -> None:
    return None


def _term_test(term: str) -> Callable[[str], bool]:
    if term.startswith("%") and term.endswith("%"):
        expression = re.compile(term[1:-1])
        return lambda message: expression.search(message) is not None
    plain = re.sub(r"\\(.)", r"\1", term[1:-1]) if term.startswith('"') else term
    return lambda message: plain in message


def _json_matcher(pattern: str) -> Matcher:
    if not pattern.endswith("}"):
        raise PatternError(f"pattern '{pattern}' lacks its closing brace")
    condition = parse_condition(pattern[1:-1])

    def match(message: str) -> Found | None:
        try:
            document = json.loads(message)
        except ValueError:
            return None

        def found(selector: str) -> Any:
            return _select(document, selector)

        return found if _holds(condition, found) else None

    return match


def _select(document: Any, selector: str) -> Any:
    """The value of "$.a.b[0]" in a JSON document; None when it is not there."""
    value = document
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", selector):
        if name and isinstance(value, dict):
            value = value.get(name)
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    return value


def _field_matcher(pattern: str) -> Matcher:
    """Fields by position; "..." stands for any number of them."""
    names, conditions = _field_names(pattern)

    def match(message: str) -> Found | None:
        values = _fields(message)
        by_name = _assigned(names, values)
        if by_name is None:
            return None

        def found(selector: str) -> Any:
            return by_name.get(selector.removeprefix("$.").removeprefix("$"))

        return found if all(_holds(condition, found) for condition in conditions) else None

    return match


def _field_names(pattern: str) -> tuple[list[str], list[Condition]]:
    if not pattern.endswith("]"):
        raise PatternError(f"pattern '{pattern}' lacks its closing bracket")
    names: list[str] = []
    conditions: list[Condition] = []
    for part in pattern[1:-1].split(","):
        name = (re.match(r"\s*(\.\.\.|[\w-]*)", part) or [""])[0].strip()
        names.append(name)
        if part.strip() != name:
            # In brackets a field is named without the "$." that conditions on JSON events have.
            conditions.append(
                parse_condition(re.sub(rf"(?<![\w$.\"]){re.escape(name)}(?=\s*[!=<>])", f"$.{name}", part))
            )
    return names, conditions


def _fields(message: str) -> list[str]:
    """The fields of a space-delimited event; quotes and brackets hold one together."""
    try:
        return shlex.split(re.sub(r"\[([^\]]*)\]", r'"\1"', message))
    except ValueError:
        return message.split()


def _assigned(names: list[str], values: list[str]) -> Mapping[str, str] | None:
    if "..." not in names:
        return dict(zip(names, values, strict=True)) if len(names) == len(values) else None
    gap = names.index("...")
    after = names[gap + 1 :]
    if len(values) < gap + len(after):
        return None
    tail = values[len(values) - len(after) :] if after else []
    return {**dict(zip(names[:gap], values, strict=False)), **dict(zip(after, tail, strict=True))}


_STATES: Mapping[str, Callable[[Any], bool]] = {
    "IS NULL": lambda value: value is None,
    "EXISTS": lambda value: value is not None,
    "NOT EXISTS": lambda value: value is None,
    "IS TRUE": lambda value: value is True,
    "IS FALSE": lambda value: value is False,
}


def _holds(condition: Condition, found: Found) -> bool:
    if condition.operator == "AND":
        return all(_holds(part, found) for part in condition.parts)
    if condition.operator == "OR":
        return any(_holds(part, found) for part in condition.parts)
    value = found(condition.selector)
    state = _STATES.get(condition.operator)
    return state(value) if state else _compares(condition, value)


def _compares(condition: Condition, value: Any) -> bool:
    if value is None or isinstance(value, dict | list):
        return False
    if condition.operator in {"=", "!="}:
        return _equals(condition.operand, value) == (condition.operator == "=")
    try:
        left, right = float(value), float(condition.operand)
    except ValueError:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
        condition.operator
    ]


def _equals(operand: str, value: Any) -> bool:
    """Numbers by value, text with * for any characters, %…% as a regular expression."""
    if operand.startswith("%") and operand.endswith("%"):
        return re.search(operand[1:-1], str(value)) is not None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        return float(operand) == float(text)
    except ValueError:
        return fnmatch.fnmatchcase(text, re.sub(r"([\[?])", r"[\1]", operand))
