"""What a repair at scale would do, is doing and has done, for people and programs."""

from __future__ import annotations

import json

import click

from techmoda_ha.errors import ViolationError
from techmoda_ha.hints import program
from techmoda_ha.recovery.at_scale import Execution, Machine
from techmoda_ha.recovery.report import SAMPLES, sample_line
from techmoda_recovery.runs import Mode


def tell(machine: Machine, run: str, *executions: Execution, as_json: bool) -> None:
    """Print what came of it; raise ViolationError when something could not be put right."""
    if as_json:
        click.echo(json.dumps({"run": run, "executions": [one.as_json for one in executions]}, indent=2))
    else:
        for one in executions:
            click.echo("\n".join(_lines(machine, run, one)))
        if executions[-1].mode is Mode.PLAN and executions[-1].figures is not None:
            click.echo(f"Nothing was written. Apply it with: {program()} recover at-scale apply {run}")
    last = executions[-1].figures
    if last and last["changed_meanwhile"]:
        raise ViolationError(
            f"{last['changed_meanwhile']} items changed each time they were to be repaired; they were left.",
            "Look at the keys that the report names, then start anew.",
            detail="\n".join(machine.report(run, executions[-1].mode)["unrepaired"]),
        )


def _lines(machine: Machine, run: str, execution: Execution) -> list[str]:
    if execution.figures is None:
        of = "" if execution.of is None else f" ({execution.done} of {execution.of} segments)"
        doing = f", {execution.doing}{of}" if execution.doing else ""
        return [
            f"Run {run}: {execution.mode} {execution.status.lower()}{doing}",
            *filter(None, [execution.error]),
        ]
    if execution.mode is Mode.PLAN:
        return plan_lines(machine, run)
    outcomes = execution.figures["outcomes"].items()
    done = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in outcomes) or "nothing to do"
    lines = [f"Run {run}: {execution.mode}: {done}"]
    if execution.mode is Mode.APPLY and execution.figures["outcomes"]:
        lines.append(f"Take it back with: {program()} recover at-scale undo {run}")
    return lines


def plan_lines(machine: Machine, run: str) -> list[str]:
    """Return what a run's plan says, for people: its counts and some samples."""
    report = machine.report(run, Mode.PLAN)
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(report["counts"].items()) if count)
    samples = machine.samples(run, report["parts"], SAMPLES)
    return [
        f"Run {run} ({report['request']['described']})",
        f"  {counts}; {report['segments']} segments of each table",
        *(f"  {sample_line(repair)}" for repair in samples),
    ]
