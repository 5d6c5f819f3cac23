"""TechModa's three incidents: what they cost then, and what the same costs now by measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from techmoda_ha.report.runs import Run


@dataclass(frozen=True)
class Incident:
    """An incident of the past and the drill that repeats it.

    `before_seconds` is how long it lasted (None: no duration is known). `facts` are the measurements, by
    name, that say what it does to clients now; the first one that the run has is the headline.
    """

    key: str
    evidence: str
    before_seconds: float | None
    headlines: Sequence[str]
    facts: Sequence[str]


# Source of the figures of the past: TechModa's own account, three hours, eight hours, and 200,000 dollars.
INCIDENTS = (
    Incident(
        "surge",
        "surge",
        None,
        ("error_percent",),
        ("p99_seconds", "requests", "peak_requests_per_second", "scaled_out"),
    ),
    Incident(
        "region",
        "region-outage",
        3 * 3600,
        ("rto_seconds",),
        ("rpo_seconds", "lost_writes", "acknowledged_writes", "detection_seconds"),
    ),
    Incident(
        "corruption",
        "data-corruption",
        8 * 3600,
        ("rto_seconds",),
        (
            "alarm_seconds",
            "items_repaired",
            "items_wrong",
            "legitimate_writes_kept",
            "legitimate_writes_lost",
        ),
    ),
)


@dataclass(frozen=True)
class Repeated:
    """An incident with what its drill measured; `headline` is None where nothing can be claimed."""

    incident: Incident
    run: Run | None
    headline: tuple[str, float] | None
    facts: Sequence[tuple[str, float]]

    @property
    def times_shorter(self) -> float | None:
        """Return by what factor the incident is shorter now; None where that cannot be said."""
        if self.incident.before_seconds is None or self.headline is None or self.headline[1] <= 0:
            return None
        return self.incident.before_seconds / self.headline[1]


def repeated(runs: Mapping[str, Run]) -> list[Repeated]:
    """Return the three incidents with what is known of them now."""
    return [_repeat(incident, runs.get(incident.evidence)) for incident in INCIDENTS]


def _repeat(incident: Incident, run: Run | None) -> Repeated:
    if run is None or not run.passed or run.is_shortened:
        return Repeated(incident, run, None, ())
    headline = next(iter(_measured(run, incident.headlines)), None)
    return Repeated(incident, run, headline, _measured(run, incident.facts))


def _measured(run: Run, names: Sequence[str]) -> list[tuple[str, float]]:
    return [(name, value) for name in names if (value := run.measurements.get(name)) is not None]
