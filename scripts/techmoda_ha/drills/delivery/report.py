"""The delivery drill's evidence, and the table that a person reads at its end."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from rich.table import Table

from techmoda_ha.drills.delivery.drill import DeliveryDrill
from techmoda_ha.drills.performing import Performance
from techmoda_ha.evidence import Evidence

NAME = "delivery"


def evidence_of(drill: DeliveryDrill, performance: Performance) -> Evidence:
    """Return the evidence of a run."""
    return Evidence(
        name=NAME,
        target=drill.stage.target,
        started_at=drill.started_at,
        ended_at=datetime.now(UTC),
        objectives=drill.plan.objectives,
        measurements=dict(drill.figures),
        timeline=drill.timeline,
        failures=[*drill.failures, *performance.steady_failures],
        notes=drill.plan.notes(),
        details={
            "scenarios": list(drill.plan.scenarios),
            "steady_state": dict(performance.run.deviations),
        },
    )


def closing_table(evidence: Evidence) -> Table:
    """Return the figures beside their objectives."""
    table = Table(title="Delivery", title_justify="left")
    for heading in ("Figure", "Measured", "Objective"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for name in {**evidence.objectives, **evidence.measurements}:
        value, limit = evidence.measurements.get(name, math.nan), evidence.objectives.get(name)
        shown = "—" if math.isnan(value) else f"{value:.1f} s" if name.endswith("_seconds") else f"{value:g}"
        missed = limit is not None and not value <= limit
        table.add_row(
            name.removesuffix("_seconds").replace("_", " "),
            f"[red]{shown}[/red]" if missed else shown,
            "" if limit is None else f"≤ {limit:g}",
        )
    return table
