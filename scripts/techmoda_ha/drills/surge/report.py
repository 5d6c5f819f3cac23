"""The surge drill's evidence, and the table that a person reads at its end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from rich.table import Table

from techmoda_ha.capacity.configuration import TABLE_PARTS
from techmoda_ha.drills.performing import Performance
from techmoda_ha.drills.surge.drill import SurgeDrill
from techmoda_ha.drills.surge.figures import Alarm, alarms_of
from techmoda_ha.drills.surge.ground import OVER_TARGET
from techmoda_ha.drills.surge.plan import SurgePlan
from techmoda_ha.drills.watching import changes
from techmoda_ha.evidence import Evidence
from techmoda_ha.load.judgement import over_time

NAME = "surge"
# Label, name of the measurement, how to print it.
ROWS = (
    ("Requests", "requests", "{:.0f}"),
    ("Highest rate", "peak_requests_per_second", "{:.1f} /s"),
    ("Failed requests", "error_percent", "{:.3f} %"),
    ("The model says", "model_refused_percent", "{:.3f} %"),
    ("p99 as clients saw it", "p99_seconds", "{:.2f} s"),
    ("Read units of the table: most", "table_read_most", "{:.0f}"),
    ("The model says", "model_table_read_most", "{:.0f}"),
    ("Read units of the table: at the end", "table_read_end", "{:.0f}"),
    ("Steps of autoscaling out", "scaled_out", "{:.0f}"),
    ("Steps of autoscaling in", "scaled_in", "{:.0f}"),
    ("Alarms that fired", "alarms_fired", "{:.0f}"),
    ("Alarms that cleared again", "alarms_cleared", "{:.0f}"),
    ("Differences from the model", "differences", "{:.0f}"),
)


def measurements_of(drill: SurgeDrill) -> dict[str, float]:
    """Return what was counted in this run; NaN for what could not be."""
    findings = drill.findings
    load = findings.load.measurements if findings.load else {}
    comparison = findings.comparison
    samples = [one.value for one in changes(drill.capacities.samples)]
    steps = [later[part] - sooner[part] for sooner, later in pairwise(samples) for part in TABLE_PARTS]
    alarms = alarms_of(drill.alarms.samples)
    return {
        **{name: float(value) for name, value in load.items()},
        "throttles": sum(findings.refusals.values()),
        "refused_percent": comparison.refused_percent if comparison else math.nan,
        "model_refused_percent": comparison.model_refused_percent if comparison else math.nan,
        "table_read_most": max((one["table_read"] for one in samples), default=math.nan),
        "model_table_read_most": comparison.model_capacities["table_read"] if comparison else math.nan,
        "table_read_end": samples[-1]["table_read"] if samples else math.nan,
        "scaled_out": sum(one > 0 for one in steps),
        "scaled_in": sum(one < 0 for one in steps),
        "alarms_fired": len(alarms),
        "alarms_cleared": sum(one.cleared is not None for one in alarms),
        "differences": len(comparison.differences(drill.plan)) if comparison else math.nan,
    }


def evidence_of(drill: SurgeDrill, performance: Performance) -> Evidence:
    """Return the evidence of a run."""
    measurements, plan = measurements_of(drill), drill.plan
    failures = [*drill.failures, *performance.steady_failures]
    if drill.findings.load is not None:
        failures += drill.findings.load.failures
    if plan.weakness is None and performance.run.error is None:
        failures += _unfelt(measurements, plan) + alarms_amiss(alarms_of(drill.alarms.samples))
    return Evidence(
        name=NAME if plan.weakness is None else f"{NAME}-{plan.weakness}",
        target=drill.stage.target,
        started_at=drill.started_at,
        ended_at=datetime.now(UTC),
        objectives={
            "error_percent": drill.objectives.error_percent,
            "p99_seconds": drill.objectives.p99_seconds,
            "differences": 0,
        },
        measurements=measurements,
        timeline=drill.timeline,
        failures=failures,
        notes=[*plan.notes(), _tolerance(drill)],
        details=_details(drill),
    )


def _unfelt(measurements: dict[str, float], plan: SurgePlan) -> list[str]:
    """A surge that moved nothing was none."""
    found = []
    if not measurements["scaled_out"]:
        found.append("autoscaling did not scale out: the surge was not felt")
    elif plan.shows_scaling_in and not measurements["scaled_in"]:
        found.append("autoscaling did not scale in again")
    return found


def alarms_amiss(alarms: Sequence[Alarm]) -> list[str]:
    """Autoscaling acts by its alarms, and what the surge sets off must be over when it is.

    Other alarms may have reasons of their own.
    """
    found = []
    if not any(alarm.name.endswith(OVER_TARGET) for alarm in alarms):
        found.append("no alarm of autoscaling fired")
    still = [
        one.name
        for one in alarms
        if one.cleared is None and (one.name.endswith(OVER_TARGET) or "throttle" in one.name)
    ]
    if still:
        found.append(f"these alarms still fire: {', '.join(still)}")
    return found


def _tolerance(drill: SurgeDrill) -> str:
    return (
        f"Drill and model may differ by {drill.plan.capacity_tolerance:.0%} (and what "
        "chance does to the few requests of a shortened minute) in the highest capacities, and by "
        f"{drill.plan.refused_tolerance_percent:g} percentage points in refused requests; the model "
        "reckons with the read units and the duration that this run measured."
    )


def _details(drill: SurgeDrill) -> dict[str, Any]:
    findings = drill.findings
    started = drill.capacities.samples[0].at if drill.capacities.samples else 0.0
    return {
        "weakness": drill.plan.weakness,
        "pace": drill.plan.pace,
        "scale": drill.plan.scale,
        "limits": {part: list(limits) for part, limits in drill.reality.limits.items()},
        "refusals": findings.refusals,
        "measured": asdict(findings.measured) if findings.measured else None,
        "comparison": asdict(findings.comparison) if findings.comparison else None,
        "failures": findings.results["failures"] if findings.results else [],
        "alarms": [
            {
                "name": one.name,
                "fired_at_second": round(one.fired - started, 1),
                "cleared_at_second": None if one.cleared is None else round(one.cleared - started, 1),
            }
            for one in alarms_of(drill.alarms.samples)
        ],
        "capacity_units": [
            {"second": round(one.at - started, 1), **one.value} for one in changes(drill.capacities.samples)
        ],
        **over_time(findings.results["history"] if findings.results else [], drill.started_at),
    }


def closing_table(evidence: Evidence) -> Table:
    """Return the figures beside their objectives."""
    table = Table(title=f"Surge ({evidence.name})", title_justify="left")
    for heading in ("Figure", "Measured", "Objective"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for label, name, form in ROWS:
        value, limit = evidence.measurements.get(name, math.nan), evidence.objectives.get(name)
        missed = limit is not None and not value <= limit
        shown = "—" if math.isnan(value) else form.format(value)
        told = f"[red]{shown}[/red]" if missed else shown
        table.add_row(label, told, "" if limit is None else f"≤ {limit:g}")
    if comparison := evidence.details["comparison"]:
        table.add_row("Bottleneck", str(comparison["bottleneck"] or "none"), "")
        table.add_row("The model says", str(comparison["model_bottleneck"] or "none"), "")
    return table
