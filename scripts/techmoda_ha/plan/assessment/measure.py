"""One promised number beside what the plan gives, with the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a measure compares with its objective."""

    HOLDS = "holds"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Measure:
    """A number that the plan gives, None when it cannot be told, against an objective in the same unit.

    `at_most` says whether the objective is a ceiling or a floor; `arithmetic` shows where the value comes
    from, or why there is none.
    """

    id: str
    name: str
    value: float | None
    objective: float
    unit: str
    at_most: bool
    arithmetic: str

    @property
    def verdict(self) -> Verdict:
        """Compare the value with the objective."""
        if self.value is None:
            return Verdict.UNKNOWN
        holds = self.value <= self.objective if self.at_most else self.value >= self.objective
        return Verdict.HOLDS if holds else Verdict.MISSED
