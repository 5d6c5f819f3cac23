"""Evidence that is no run: what `ha validate` and `ha capacity` computed from the plans."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VALIDATION = "validation.json"
CAPACITY = "capacity-*.json"
AUDIT = "audit.json"  # the look-up of known vulnerabilities: a list for whoever raises versions, no run


@dataclass(frozen=True)
class Measure:
    """A number that the plans give, None where it cannot be told, beside its objective in the same unit."""

    name: str
    value: float | None
    objective: float
    unit: str
    verdict: str
    arithmetic: str


@dataclass(frozen=True)
class Validation:
    """What `ha validate` found: measures by kind, how many rules are in which state, and the violations."""

    plans: Sequence[str]
    passed: bool
    measures: Mapping[str, Sequence[Measure]]
    first_bottleneck: str | None
    rules: Mapping[str, int]
    violations: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Simulated:
    """One configuration in a simulated surge: what it refused and costs, and its requests over time."""

    name: str
    holds: bool
    requests: float
    refused: float
    first_bottleneck: str | None
    p99_seconds: float
    monthly_usd: float
    offered: Sequence[float]
    throttled: Sequence[float]

    @property
    def refused_share(self) -> float:
        """Return the share of the requests that was refused."""
        return self.refused / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class Simulation:
    """One traffic profile, `seconds` long, and each configuration that was simulated in it."""

    profile: str
    title: str
    seconds: int
    configurations: Sequence[Simulated]


def is_document(file: Path) -> bool:
    """Tell whether an evidence file holds a document instead of a run."""
    return file.name in {VALIDATION, AUDIT} or file.match(CAPACITY)


def read_validation(folder: Path) -> Validation | None:
    """Return what `ha validate` left, None when there is nothing.

    Raises KeyError, TypeError or ValueError when the file has another form.
    """
    file = folder / VALIDATION
    if not file.is_file():
        return None
    content = json.loads(file.read_text())
    assessment = content["assessment"]
    return Validation(
        plans=[str(one) for one in content["plans"]],
        passed=content["passed"] is True,
        measures={
            "availability": [_measure(assessment["availability"])],
            "recovery": [_measure(one) for one in assessment["recovery"]],
            "head_room": [_measure(one) for one in assessment["head_room"]],
        },
        first_bottleneck=assessment["first_bottleneck"],
        rules=Counter(str(state) for state in content["rules"].values()),
        violations=list(content["violations"]),
    )


def _measure(content: Mapping[str, Any]) -> Measure:
    value = content["value"]
    return Measure(
        str(content["name"]),
        None if value is None else float(value),
        float(content["objective"]),
        str(content["unit"]),
        str(content["verdict"]),
        str(content["arithmetic"]),
    )


def read_simulations(folder: Path) -> list[Simulation]:
    """Return what `ha capacity` left, one for each profile.

    Raises KeyError, TypeError or ValueError when a file has another form.
    """
    return [_simulation(json.loads(file.read_text())) for file in sorted(folder.glob(CAPACITY))]


def _simulation(content: Mapping[str, Any]) -> Simulation:
    return Simulation(
        str(content["profile"]),
        str(content["title"]),
        int(content["seconds"]),
        [
            Simulated(
                name=str(one["configuration"]),
                holds=one["holds"] is True,
                requests=float(one["requests"]),
                refused=float(one["throttled_requests"]),
                first_bottleneck=one["first_bottleneck"],
                p99_seconds=float(one["p99_seconds"]),
                monthly_usd=float(one["monthly_cost_usd"]),
                offered=[float(value) for value in one["series"]["offered"]],
                throttled=[float(value) for value in one["series"]["throttled"]],
            )
            for one in content["verdicts"]
        ],
    )
