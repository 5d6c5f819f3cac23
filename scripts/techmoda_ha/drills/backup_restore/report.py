"""The backup-restore drill's evidence, and the table that a person reads at its end."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from rich.table import Table

from techmoda_ha.drills.backup_restore.drill import BackupRestoreDrill
from techmoda_ha.drills.measurement import between
from techmoda_ha.drills.performing import Performance
from techmoda_ha.evidence import Evidence

NAME = "backup-restore"
# Label, name of the measurement, how to print it.
ROWS = (
    ("RTO: loss of the vault to a table ready for use", "rto_seconds", "{:.1f} s"),
    ("Backup", "backup_seconds", "{:.1f} s"),
    ("Copy to the DR region", "copy_seconds", "{:.1f} s"),
    ("Restore, settings and erasures", "restore_seconds", "{:.1f} s"),
    ("Comparison", "comparison_seconds", "{:.1f} s"),
    ("Age of the backup at the loss (RPO of this run)", "backup_age_seconds", "{:.1f} s"),
    ("Items compared", "items_compared", "{:.0f}"),
    ("Items missing", "items_missing", "{:.0f}"),
    ("Items different", "items_different", "{:.0f}"),
    ("Erased after the backup", "items_erased", "{:.0f}"),
    ("Erased ones that came back", "erased_items_back", "{:.0f}"),
    ("Written after the backup, so not in it", "late_items_lost", "{:.0f}"),
)
NOTES = (
    "The plan's rule is run by StartBackupJob and StartCopyJob: AWS Backup starts it at its time only.",
    "What was written after the backup is not in it: with a daily rule up to a day's writes. Point-in-time "
    "recovery and the replica lose seconds at most; this is the way when both are lost.",
    "The recovery points of the drill stay until they expire, for their vaults are locked.",
)


def measurements_of(drill: BackupRestoreDrill) -> dict[str, float]:
    """Return what was counted in this run; NaN for what could not be."""
    moments, findings = drill.moments, drill.findings
    backup, compared = findings.backup, findings.comparison
    return {
        "rto_seconds": between(moments.disaster, moments.ready),
        "backup_seconds": backup.seconds if backup else math.nan,
        "copy_seconds": backup.copies[0].seconds if backup and backup.copies else math.nan,
        "restore_seconds": between(moments.restore_asked, moments.ready),
        "comparison_seconds": between(moments.ready, moments.compared),
        "backup_age_seconds": between(moments.backup_began, moments.disaster),
        "items_compared": compared.compared if compared else math.nan,
        "items_missing": len(compared.missing) if compared else math.nan,
        "items_different": len(compared.different) if compared else math.nan,
        "items_erased": len(findings.erased),
        "erased_items_back": len(compared.erased_back) if compared else math.nan,
        "late_items_lost": math.nan
        if findings.late_found is None
        else len(findings.late) - findings.late_found,
        "backup_bytes": backup.size_bytes if backup else math.nan,
    }


def evidence_of(drill: BackupRestoreDrill, performance: Performance) -> Evidence:
    """Return the evidence of a run."""
    measurements = measurements_of(drill)
    failures = [*drill.failures, *performance.steady_failures]
    if performance.steady_before and not measurements["items_compared"] > 0:
        failures.append("nothing was compared, so nothing was shown")
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
            "loss": str(drill.plan.loss),
            "rule": drill.plan.rule,
            "products": drill.plan.products,
            "steady_state": dict(performance.run.deviations),
        },
    )


def closing_table(evidence: Evidence) -> Table:
    """Return the figures beside their objectives."""
    table = Table(title=f"Backup and restore ({evidence.details['loss']} lost)", title_justify="left")
    for heading in ("Figure", "Measured", "Objective"):
        table.add_column(heading, justify="left" if heading == "Figure" else "right")
    for label, name, form in ROWS:
        value, limit = evidence.measurements.get(name, math.nan), evidence.objectives.get(name)
        shown = "—" if math.isnan(value) else form.format(value)
        missed = limit is not None and not value <= limit
        table.add_row(
            label, f"[red]{shown}[/red]" if missed else shown, "" if limit is None else f"≤ {limit:g}"
        )
    return table
