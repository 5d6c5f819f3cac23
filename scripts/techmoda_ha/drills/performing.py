"""What every drill does around its experiment: say what it touches, run it, undo, keep and show evidence."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from techmoda_ha.drills import experiment
from techmoda_ha.drills.conduct import Drill, ExperimentRun, registered
from techmoda_ha.environments import Target
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.evidence import Evidence


def is_agreed(touched: Sequence[str], target: Target, *, dry_run: bool) -> bool:
    """Say what a drill would touch where somebody must know, and ask on AWS; whether it may begin.

    Raises HaError when the person does not confirm.
    """
    if dry_run or target is Target.AWS:
        click.echo("The drill would:" if dry_run else "The drill will:", err=not dry_run)
        for line in touched:
            click.echo(f"  - {line}", err=not dry_run)
    if dry_run:
        return False
    if (
        target is Target.AWS
        and click.prompt("Type the environment's name (primary) to begin", err=True) != "primary"
    ):
        raise HaError("Not confirmed; nothing was touched.", "Run it again when you are sure.")
    return True


@dataclass(frozen=True)
class Performance:
    """An experiment that came to its end. `steady_after` is None when nobody looked."""

    run: ExperimentRun
    steady_before: bool
    steady_after: bool | None

    @property
    def steady_failures(self) -> list[str]:
        """Say in words what the steady state lacked, before or after the method."""
        if self.steady_before and self.steady_after:
            return []
        when = "after the drill" if self.steady_before else "before the drill"
        words = "; ".join(self.run.deviations.values()) or "it was not looked at"
        return [f"steady state {when}: {words}"]


def perform(document: Mapping[str, Any], drill: Drill, folder: Path) -> Performance:
    """Run the experiment on a drill, undoing everything whatever happens.

    Raises HaError when it could not be run to its end, KeyboardInterrupt when it was interrupted.
    """
    name = uuid.uuid4().hex
    run = ExperimentRun(drill)
    with registered(name, run):
        journal = experiment.run(document, folder, run=name)
        rolled_back = [one for one in journal.get("rollbacks", []) if one.get("status") == "succeeded"]
        if not rolled_back and run.leftover is None:
            drill.roll_back()  # An interruption may have ended the experiment's own.
    if run.error:
        raise run.error
    if journal["status"] == "interrupted":
        raise KeyboardInterrupt
    before = experiment.steady_state_met(journal, "before") is True
    return Performance(run, before, experiment.steady_state_met(journal, "after"))


def keep(evidence: Evidence, performance: Performance, folder: Path) -> None:
    """Write the evidence, with what could not be undone among its failures."""
    if leftover := performance.run.leftover:
        evidence.failures.append(f"{leftover.message} {leftover.detail}")
    evidence.write(folder)


def report(evidence: Evidence, table: Callable[[Evidence], Table], console: Console) -> None:
    """Show the figures; raise ViolationError when an objective was missed."""
    console.print(table(evidence))
    for note in evidence.notes:
        console.print(f"Note: {note}", markup=False, highlight=False)
    if not evidence.passed:
        for violation in evidence.violations:
            console.print(f"  {violation}", style="red", markup=False)
        raise ViolationError(
            f"The drill failed: {evidence.violations[0]}.",
            f"build/evidence/{evidence.name}.json keeps it all; build/drills/{evidence.name}/ has the logs.",
        )
