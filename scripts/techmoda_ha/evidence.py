"""Evidence: what a drill promised, what it measured in this very run, and when what happened."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from techmoda_ha.errors import HaError


def timestamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the millisecond; the moment must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be evidence")
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened."""

    at: datetime
    event: str


@dataclass
class Evidence:
    """One drill's evidence, in the form that build/evidence/NAME.json holds.

    Times are seconds where a name ends in `_seconds`. `notes` say what a reader must know to judge the
    figures, such as shortened intervals.
    """

    name: str
    target: str
    started_at: datetime
    ended_at: datetime
    objectives: dict[str, float]
    measurements: dict[str, float]
    timeline: list[TimelineEntry]
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def violations(self) -> list[str]:
        """Return in words every objective that does not hold, and every failure noted by the drill.

        A measurement that is missing or no number is a violation: a drill that could not measure fails.
        """
        found = list(self.failures)
        for name, limit in self.objectives.items():
            measured = self.measurements.get(name)
            if measured is None or math.isnan(measured):
                found.append(f"{name} could not be measured")
            elif measured > limit:
                found.append(f"{name} is {measured:g}, over the objective of {limit:g}")
        return found

    @property
    def passed(self) -> bool:
        """Tell whether every objective holds; without any objective nothing was shown."""
        return bool(self.objectives) and not self.violations

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "name": self.name,
            "target": self.target,
            "started_at": timestamp(self.started_at),
            "ended_at": timestamp(self.ended_at),
            "passed": self.passed,
            "objectives": self.objectives,
            "measurements": {key: _number(value) for key, value in self.measurements.items()},
            "violations": self.violations,
            "notes": self.notes,
            "timeline": [
                {"at": timestamp(entry.at), "event": entry.event} for entry in self._sorted_timeline()
            ],
            "details": self.details,
        }

    def _sorted_timeline(self) -> list[TimelineEntry]:
        return sorted(self.timeline, key=lambda entry: entry.at)

    def write(self, folder: Path) -> Path:
        """Write it to FOLDER/NAME.json and return that file; raise HaError when it cannot be written."""
        file = folder / f"{self.name}.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(self.as_json(), indent=2) + "\n")
        except OSError as error:
            raise HaError(
                f"The evidence could not be written: {error}", "Free space or rights, then rerun."
            ) from error
        return file


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def read_evidence(file: Path) -> Mapping[str, Any]:
    """Return one evidence file's content; raise HaError when it is missing or no evidence."""
    next_step = "Run the drill that writes it again."
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise HaError(f"{file.name} is no evidence: {error}", next_step) from error
    if not isinstance(content, dict) or not {"name", "passed", "measurements"} <= content.keys():
        raise HaError(f"{file.name} is no evidence: it lacks name, passed or measurements", next_step)
    return content
