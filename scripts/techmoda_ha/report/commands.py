"""`ha report`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import yaml
from rich.console import Console

from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.plan.objectives import Objectives, read_objectives
from techmoda_ha.printed_tables import print_table
from techmoda_ha.report.runs import collect


@click.command()
@click.option("--evidence", type=click.Path(path_type=Path, file_okay=False),
              help="The folder of the evidence. [default: build/evidence]")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Where to write the page. [default: build/report]")  # fmt: skip
def report(evidence: Path | None, out: Path | None) -> None:
    """Write the page of promises and measurements, in English and Spanish; print its first table.

    What has left no evidence is shown as not measured. Exit status 2: there is no evidence at all.
    """
    make_report(Workspace.from_environment(), Console(), evidence, out)


def make_report(
    workspace: Workspace, console: Console, evidence: Path | None = None, out: Path | None = None
) -> None:
    """Write the page from what the workspace holds, and say in short what it shows.

    Raises HaError when there is no evidence, or the page cannot be written.
    """
    # Jinja takes a while to import, and no other command needs it.
    from techmoda_ha.report.language import Language, Speaker
    from techmoda_ha.report.page import write_report
    from techmoda_ha.report.promises import standings
    from techmoda_ha.report.sources import read_sources
    from techmoda_ha.report.summary import COMMANDS_COLUMN, summary_table

    collected = collect(evidence or workspace.build / "evidence")
    promised = _objectives(workspace.root / "objectives.yaml")
    sources = read_sources(workspace.root, datetime.now(UTC))
    files = write_report(out or workspace.build / "report", collected, promised, sources)
    table = summary_table(standings(collected.runs, promised), Speaker.of(Language.ENGLISH))
    print_table(console, table, kept=COMMANDS_COLUMN)
    for problem in collected.unreadable:
        console.print(f"  unreadable: {problem.reason}", style="red", markup=False)
    for file in files.values():
        console.print(f"Report: {file}", soft_wrap=True, highlight=False, markup=False)


def _objectives(file: Path) -> Objectives:
    try:
        return read_objectives(yaml.safe_load(file.read_text()))
    except (OSError, yaml.YAMLError) as error:
        raise HaError(
            f"{file.name} cannot be read: {error}", f"Restore it: git checkout {file.name}"
        ) from error
