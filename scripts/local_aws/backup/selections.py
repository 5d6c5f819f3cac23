"""Which resources a backup selection or a restore testing selection takes.

Contract: the type BackupSelection of the AWS Backup API Reference. `Resources` and `NotResources` hold
ARNs with wildcards. `ListOfTags` takes what has any of its tags, `Conditions` what fulfils all of them;
together with `Resources` they narrow these. Operators and values are case-sensitive.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_TAG_PREFIX = "aws:ResourceTag/"


@dataclass(frozen=True)
class Resource:
    """Something that can be backed up."""

    arn: str
    tags: Mapping[str, str]


def matches_any(patterns: Iterable[str], text: str) -> bool:
    """Whether the text matches one of the patterns, in which * stands for anything."""
    return any(_like(pattern, text) for pattern in patterns)


def selected(selection: Mapping[str, Any], resource: Resource) -> bool:
    """Whether a backup selection takes the resource."""
    included, tags = selection.get("Resources"), selection.get("ListOfTags")
    if included and not matches_any(included, resource.arn):
        return False
    if matches_any(selection.get("NotResources") or [], resource.arn):
        return False
    if tags and not any(_has(resource.tags, tag["ConditionKey"], tag["ConditionValue"]) for tag in tags):
        return False
    conditions = selection.get("Conditions") or {}
    if not fulfils(conditions, resource.tags):
        return False
    return bool(included or tags or any(conditions.values()))


def fulfils(conditions: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    """Whether the tags fulfil all conditions: {operator: [{"ConditionKey" or "Key": …, "…Value": …}]}."""
    for operator, wanted in conditions.items():
        test = _OPERATORS[operator]
        for condition in wanted or []:
            key = condition.get("ConditionKey", condition.get("Key"))
            value = condition.get("ConditionValue", condition.get("Value"))
            if not test(tags.get(key.removeprefix(_TAG_PREFIX)), value):
                return False
    return True


def _has(tags: Mapping[str, str], key: str, value: str) -> bool:
    return tags.get(key.removeprefix(_TAG_PREFIX)) == value


def _like(pattern: str, text: str | None) -> bool:
    parts = map(re.escape, pattern.split("*"))
    return text is not None and re.fullmatch(".*".join(parts), text, re.DOTALL) is not None


_OPERATORS: dict[str, Callable[[str | None, str], bool]] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringNotEquals": lambda actual, wanted: actual != wanted,
    "StringLike": lambda actual, wanted: _like(wanted, actual),
    "StringNotLike": lambda actual, wanted: not _like(wanted, actual),
}
