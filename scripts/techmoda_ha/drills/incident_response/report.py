"""The incident-response drill's evidence, and the table that a person reads at its end."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from rich.table import Table

from techmoda_ha.drills.incident_response.drill import IncidentDrill
from techmoda_ha.drills.incident_response.throttled_index import ThrottledIndex
from techmoda_ha.drills.performing import Performance
from techmoda_ha.evidence import Evidence

NAME = "incident-response"
STEPS = ("detection", "response", "recovery")


def measurements_of(drill: IncidentDrill) -> dict[str, float]:
    """Return what was measured in this run; NaN for what could not be."""
    found = {
        f"{name.replace('-', '_')}_{step}_seconds": seconds
        for name, moments in drill.moments.items()
        for step, seconds in moments.figures().items()
    }
    for scenario in drill.scenarios.values():
        if isinstance(scenario, ThrottledIndex) and scenario.returned_seconds is not None:
            found["throttled_index_return_seconds"] = scenario.returned_seconds
    recovered = [one for one in drill.moments.values() if one.recovered is not None]
    return found | {"scenarios_played": len(drill.moments), "scenarios_recovered": len(recovered)}


def evidence_of(drill: IncidentDrill, performance: Performance) -> Evidence:
    """Return the evidence of a run."""
    failures = [*drill.failures, *performance.steady_failures]
    if performance.steady_before and not drill.moments:
        failures.append("no scenario was played, so nothing was shown")
    return Evidence(
        name=NAME,
        target=drill.stage.target,
        started_at=drill.started_at,
        ended_at=datetime.now(UTC),
        objectives=drill.plan.objectives,
        measurements=measurements_of(drill),
        timeline=drill.timeline,
        failures=failures,
        notes=drill.plan.notes(),
        details={
            "fast": drill.plan.fast,
            "scenarios": drill.details(),
            "steady_state": dict(performance.run.deviations),
        },
    )


def closing_table(evidence: Evidence) -> Table:
    """Return, by scenario, how long each step took."""
    table = Table(title="Incident response, seconds (objective)", title_justify="left")
    table.add_column("Scenario")
    for step in STEPS:
        table.add_column(step.capitalize(), justify="right")
    names = [key.removesuffix("_detection_seconds") for key in evidence.objectives if "detection" in key]
    for name in names:
        cells = []
        for step in STEPS:
            key = f"{name}_{step}_seconds"
            value, limit = evidence.measurements.get(key, math.nan), evidence.objectives[key]
            shown = "—" if math.isnan(value) else f"{value:.1f}"
            cells.append(f"{shown} (≤ {limit:g})" if value <= limit else f"[red]{shown} (≤ {limit:g})[/red]")
        table.add_row(name.replace("_", "-"), *cells)
    return table
