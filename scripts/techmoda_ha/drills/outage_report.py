"""The region-outage drill's evidence, and the table that a person reads at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from techmoda_ha.drills.region_outage import RegionOutageDrill
from techmoda_ha.drills.watching import Sample, changes
from techmoda_ha.evidence import Evidence

NAME = "region-outage"
# Label, name of the measurement, how to print it.
ROWS = (
    ("RTO as the worst-off client saw it", "rto_seconds", "{:.1f} s"),
    ("RPO (oldest acknowledged write missing at the cut)", "rpo_seconds", "{:.1f} s"),
    ("Acknowledged writes lost after healing", "lost_writes", "{:.0f}"),
    ("Acknowledged writes", "acknowledged_writes", "{:.0f}"),
    ("Writes at risk at the cut", "writes_at_risk", "{:.0f}"),
    ("Edits overwritten unseen", "overwritten_edits", "{:.0f}"),
    ("Detection: DNS changes its answer", "detection_seconds", "{:.1f} s"),
    ("The same with the seed's 30 s x 3", "seed_detection_seconds", "{:.1f} s"),
    ("Ratio of the two", "seed_detection_ratio", "{:.1f}"),
    ("STOP engaged after", "latch_seconds", "{:.1f} s"),
    ("Safe to fail back after restoration", "safe_failback_seconds", "{:.1f} s"),
    ("Clients back after resuming", "clients_back_seconds", "{:.1f} s"),
    ("Failed requests during the outage", "failed_requests_during_outage", "{:.0f}"),
    ("Failed requests after restoration", "failed_requests_after_restoration", "{:.0f}"),
)


def evidence_of(
    drill: RegionOutageDrill, deviations: Mapping[str, str], *, struck_safely: bool, steady_after: bool | None
) -> Evidence:
    """Return the evidence of a run; `deviations` are what the steady state lacked."""
    seen = drill.seen()
    measurements = seen.measurements()
    failures = [*drill.failures]
    if not struck_safely:
        failures += [f"steady state: {words}" for words in deviations.values()]
    elif steady_after is not True:
        words = "; ".join(deviations.values()) or "it was not looked at"
        failures.append(f"steady state after the drill: {words}")
    if struck_safely and drill.moments.disaster is not None:
        failures += _unfelt(drill, measurements)
    return Evidence(
        name=NAME,
        target=drill.stage.target,
        started_at=drill.started_at,
        ended_at=datetime.now(UTC),
        objectives=drill.plan.objectives,
        measurements=measurements,
        timeline=drill.timeline,
        failures=failures,
        notes=drill.notes,
        details={
            "variant": str(drill.plan.variant),
            "steady_state": dict(deviations),
            "conflicts": drill.conflicts,
            **seen.details(),
            "dns_answers": series(drill.answers.samples, drill.moments.started),
            "seed_dns_answers": series(drill.seed_answers.samples, drill.moments.started),
            "health": {
                region: series(watcher.samples, drill.moments.started)
                for region, watcher in drill.health.items()
            },
        },
    )


def _unfelt(drill: RegionOutageDrill, measurements: Mapping[str, float]) -> list[str]:
    """An outage that no client felt was none: then nothing was measured."""
    is_planned = drill.plan.variant == "stop"
    if not is_planned and not measurements["failed_requests_during_outage"]:
        return ["no client saw an error: the primary region was not really away"]
    if math.isnan(measurements["detection_seconds"]):
        return ["detection_seconds could not be measured"]
    return []


def series(samples: Sequence[Sample[str]], started: float) -> list[dict[str, Any]]:
    """Return each change of a watched value, and the last sample, by seconds since the clients started."""
    kept = changes(list(samples))
    if samples and kept[-1] is not samples[-1]:
        kept.append(samples[-1])
    return [{"second": round(one.at - started, 2), "value": one.value} for one in kept]


def closing_table(evidence: Evidence) -> Table:
    """Return the figures beside their objectives."""
    table = Table(title=f"Region outage ({evidence.details['variant']})", title_justify="left")
    for heading in ("Figure", "Measured", "Objective"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for label, name, form in ROWS:
        value, limit = evidence.measurements.get(name, math.nan), evidence.objectives.get(name)
        missed = limit is not None and not value <= limit
        shown = "—" if math.isnan(value) else form.format(value)
        table.add_row(
            label, f"[red]{shown}[/red]" if missed else shown, "" if limit is None else f"≤ {limit:g}"
        )
    return table
