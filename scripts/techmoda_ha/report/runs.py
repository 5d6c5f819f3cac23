"""The evidence files as typed runs. What cannot be read is told, never left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from techmoda_ha.errors import HaError
from techmoda_ha.evidence import read_evidence
from techmoda_ha.report.documents import (
    CAPACITY,
    VALIDATION,
    Simulation,
    Validation,
    is_document,
    read_simulations,
    read_validation,
)

Found = TypeVar("Found")
# What the smoke test promises without saying so in its evidence: no check fails.
IMPLIED_OBJECTIVES: Mapping[str, Mapping[str, float]] = {"smoke": {"failed_checks": 0.0}}


@dataclass(frozen=True)
class Moment:
    """One entry of a timeline: seconds since the run began, and what happened."""

    second: float
    event: str


@dataclass(frozen=True)
class Run:
    """One evidence file's content. A measurement is None where the run could not measure it."""

    name: str
    target: str
    started_at: datetime
    ended_at: datetime
    passed: bool
    objectives: Mapping[str, float]
    measurements: Mapping[str, float | None]
    violations: Sequence[str]
    notes: Sequence[str]
    timeline: Sequence[Moment]
    details: Mapping[str, Any]
    checks: Sequence[Mapping[str, Any]] = ()

    @property
    def seconds(self) -> float:
        """Return how long the run took."""
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def weakness(self) -> str:
        """Return what was weakened on purpose, so that the run had to fail; "" when nothing was."""
        return str(self.details.get("weakness") or "")

    @property
    def is_shortened(self) -> bool:
        """Tell whether intervals were shortened, so that its times are no measure of real time."""
        return any(note.startswith("Shortened run") for note in self.notes)

    def holds(self, measurement: str) -> bool | None:
        """Tell whether a measurement keeps the run's objective; None when there is nothing to compare."""
        value, limit = self.measurements.get(measurement), self.objectives.get(measurement)
        return None if value is None or limit is None else value <= limit


@dataclass(frozen=True)
class Unreadable:
    """An evidence file that could not be used, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Collected:
    """Everything that was found in the folder of evidence."""

    runs: Mapping[str, Run]
    unreadable: Sequence[Unreadable]
    validation: Validation | None = None
    simulations: Sequence[Simulation] = ()


def collect(folder: Path) -> Collected:
    """Read every evidence file of a folder; raise HaError when there is none at all."""
    runs: dict[str, Run] = {}
    unreadable = []
    for file in sorted(file for file in folder.glob("*.json") if not is_document(file)):
        try:
            run = parse_run(read_evidence(file))
        except HaError as error:
            unreadable.append(Unreadable(file.name, error.message))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            unreadable.append(Unreadable(file.name, f"{file.name} is not well formed: {error!r}"))
        else:
            runs[run.name] = run
    validation = _kept(VALIDATION, lambda: read_validation(folder), unreadable)
    simulations = _kept(CAPACITY, lambda: read_simulations(folder), unreadable)
    if not (runs or unreadable or validation or simulations):
        raise HaError("There is no evidence yet, so there is nothing to report.", "Make some: make demo")
    return Collected(runs, unreadable, validation, simulations or ())


def _kept(file: str, read: Callable[[], Found], unreadable: list[Unreadable]) -> Found | None:
    try:
        return read()
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        unreadable.append(Unreadable(file, f"it is not well formed: {error!r}"))
        return None


def parse_run(content: Mapping[str, Any]) -> Run:
    """Return the run that an evidence file describes; raise KeyError, TypeError or ValueError."""
    started = _moment(content["started_at"])
    name = str(content["name"])
    return Run(
        name=name,
        target=str(content["target"]),
        started_at=started,
        ended_at=_moment(content["ended_at"]),
        passed=content["passed"] is True,
        objectives={
            **IMPLIED_OBJECTIVES.get(name, {}),
            **{key: float(value) for key, value in content.get("objectives", {}).items()},
        },
        measurements={
            key: None if value is None else float(value) for key, value in content["measurements"].items()
        },
        violations=[str(one) for one in content.get("violations", [])],
        notes=[str(one) for one in content.get("notes", [])],
        timeline=[
            Moment((_moment(entry["at"]) - started).total_seconds(), str(entry["event"]))
            for entry in content.get("timeline", [])
        ],
        details=dict(content.get("details", {})),
        checks=list(content.get("checks", [])),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone")
    return moment.astimezone(UTC)
