"""The data-corruption drill's evidence, and the table that a person reads at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.table import Table

from techmoda_ha.drills.corruption.drill import DataCorruptionDrill
from techmoda_ha.drills.corruption.figures import customers_view, shown_to_customers
from techmoda_ha.drills.measurement import between, error_share, requests_per_second
from techmoda_ha.evidence import Evidence

NAME = "data-corruption"
# Label, name of the measurement without the incident, how to print it.
ROWS = (
    ("RTO: first damaged product to last repair", "rto_seconds", "{:.1f} s"),
    ("Alarm on the business metric after", "alarm_seconds", "{:.1f} s"),
    ("Recovery itself", "recovery_seconds", "{:.1f} s"),
    ("Products damaged", "items_damaged", "{:.0f}"),
    ("Items repaired", "items_repaired", "{:.0f}"),
    ("Legitimate writes since the damage", "legitimate_writes", "{:.0f}"),
    ("of which kept", "legitimate_writes_kept", "{:.0f}"),
    ("Items wrong at the end", "items_wrong", "{:.0f}"),
    ("Items wrong in the DR region", "items_wrong_in_dr", "{:.0f}"),
)
NOTES = (
    "The bad deployment writes to the table itself, with the attributes that the API's code writes.",
    "No time that people take to decide is included: recovery begins as soon as the alarm is raised; in the "
    "others a few seconds after the damage, as the alarm is still raised from the first.",
    "In the second and third incident nobody edits products while the damage is done: what was written "
    "between the restored moment and an item's damage is in no restore.",
)


def evidence_of(
    drill: DataCorruptionDrill,
    deviations: Mapping[str, str],
    *,
    steady_before: bool,
    steady_after: bool | None,
) -> Evidence:
    """Return the evidence of a run; `deviations` are what the steady state lacked."""
    first = drill.incidents["rewind"]
    measurements = {
        name: value for one in drill.incidents.values() for name, value in one.measurements().items()
    }
    measurements["alarm_seconds"] = between(first.struck, first.detected)
    measurements["damage_seen_by_customers_seconds"] = customers_view(
        first.struck,
        [moment for moment in drill.shoppers.implausible_seen if moment <= (first.repaired or math.inf)],
    )
    measurements["requests"] = len(drill.shoppers.observations)
    measurements["failed_requests"] = sum(not one.ok for one in drill.shoppers.observations)
    measurements["error_share"] = error_share(drill.shoppers.observations)
    failures = [*drill.failures]
    if not (steady_before and steady_after):
        when = "after the drill" if steady_before else "before the drill"
        words = "; ".join(deviations.values()) or "it was not looked at"
        failures.append(f"steady state {when}: {words}")
    if drill.shoppers.unanswered:
        failures.append(
            f"{drill.shoppers.unanswered} creates were never answered: nobody knows what is right"
        )
    for incident in drill.incidents.values():
        if steady_before and not incident.damaged:
            failures.append(f"{incident.name}: nothing was damaged, so nothing was shown")
        if steady_before and not incident.good_writes:
            failures.append(f"{incident.name}: nobody wrote legitimately meanwhile, so nothing was kept")
    return Evidence(
        name=NAME,
        target=drill.stage.target,
        started_at=drill.started_at,
        ended_at=datetime.now(UTC),
        objectives=drill.plan.objectives,
        measurements=measurements,
        timeline=drill.timeline,
        failures=failures,
        notes=list(NOTES),
        details={
            "products": drill.plan.products,
            "share": drill.plan.share,
            "alarm": drill.sights.alarm,
            "requests_per_second": requests_per_second(drill.shoppers.observations, drill.started),
            "catalogue": shown_to_customers(
                drill.started, drill.stage.clock(), drill.shoppers.implausible_seen
            ),
            "steady_state": dict(deviations),
            **{name: incident.details() for name, incident in drill.incidents.items()},
        },
    )


def closing_table(evidence: Evidence) -> Table:
    """Return the figures of all incidents beside their objectives."""
    ways = {"": "Rewind", "reconcile_": "Restore and reconcile", "at_scale_": "At scale"}
    there = {prefix: way for prefix, way in ways.items() if f"{prefix}items_wrong" in evidence.measurements}
    table = Table(title="Data corruption", title_justify="left")
    for heading in ("Figure", *there.values(), "Objective"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for label, name, form in ROWS:
        limit = evidence.objectives.get(name)
        cells = [_cell(evidence, prefix + name, form) for prefix in there]
        table.add_row(label, *cells, "" if limit is None else f"≤ {limit:g}")
    return table


def _cell(evidence: Evidence, name: str, form: str) -> str:
    value, limit = evidence.measurements.get(name, math.nan), evidence.objectives.get(name)
    shown = "—" if math.isnan(value) else form.format(value)
    return f"[red]{shown}[/red]" if limit is not None and not value <= limit else shown
