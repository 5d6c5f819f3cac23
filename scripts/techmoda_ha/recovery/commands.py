"""`ha recover rewind|reconcile|apply|undo`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients, aws_errors_as
from techmoda_ha.cli_options import choice, json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.hints import program
from techmoda_ha.progress import make_progress
from techmoda_ha.recovery.at_scale_commands import at_scale
from techmoda_ha.recovery.erasures import ErasureLog
from techmoda_ha.recovery.options import Moment, selection_of, selection_options
from techmoda_ha.recovery.policy import policy
from techmoda_ha.recovery.report import plan_lines, summary_of, unrepaired
from techmoda_ha.recovery.restoring import Restoration
from techmoda_ha.recovery.service import Comparison, Recovery, load, undo_file
from techmoda_recovery.applying import Progress
from techmoda_recovery.erasures import Erasures, NoErasures
from techmoda_recovery.plan_files import Plan

ATTEMPTS = 10  # Recovery meets throttling, and has the time to wait it out.

_WHERE = [
    target_option,
    click.option("--env", "environment", type=choice(Environment), default="primary", show_default=True,
                 help="Whose table: that of the region which serves clients."),
    click.option("--table", help="The table's name, where the deployment's state is out of reach."),
    click.option("--region", help="The table's region (with --table)."),
    click.option("--erasure-log", metavar="TABLE", help="The table of erased keys (with --table)."),
    click.option("--without-erasure-log", is_flag=True, help="There is no log of erasures to heed."),
    click.option("--share", type=click.FloatRange(0.01, 1), default=0.5, show_default=True,
                 help="Which share of the table's write capacity to use."),
    click.option("--yes", is_flag=True, help="Do not ask (the local AWS never asks)."),
    json_option,
]  # fmt: skip


def where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say on which table, and how."""
    for option in reversed(_WHERE):
        command = option(command)
    return command


plan_options = [
    click.option("--plan", "plan_only", is_flag=True, help="Only make the plan and show it."),
    click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The plan's file."),
]


@click.group()
def recover() -> None:
    """Put corrupted items right while the API serves: rewind by the stream, or compare with a restore."""


@recover.command()
@click.option(
    "--to",
    "moment",
    type=Moment(),
    required=True,
    help="Go back to how things were at the start of this second.",
)
@selection_options
@plan_options[0]
@plan_options[1]
@where_options
def rewind(moment: int, *, plan_only: bool, out: Path | None, **given: Any) -> None:
    """Take writes of the last 24 hours back, item by item, by the table's stream.

    Exit status 1: some items could not be put right.
    """
    selection, where = selection_of(given)
    rules, described = selection.rules_of_files(), selection.describe(moment)
    with _opened(where) as recovery:
        plan, units = recovery.plan_rewind(moment, rules, described, out), recovery.units_per_second()
        results = []
        if not plan_only:
            _confirm(plan, where, units)
            results = recovery.rewind(moment, rules, described, plan)
    _report(plan, results, units, as_json=where["as_json"])


@recover.command()
@click.option("--restore-to-time", "moment", type=Moment(), help="Restore the table as of this time first.")
@click.option("--restored-table", help="The restored table: an existing one, or how to name it.")
@click.option("--keep-restored", is_flag=True, help="Do not delete the table that was restored for this.")
@click.option("--attribute", "attributes", multiple=True, metavar="NAME",
              help="Put only this attribute back into items that are still there (repeatable).")  # fmt: skip
@selection_options
@plan_options[0]
@plan_options[1]
@where_options
def reconcile(
    moment: int | None, restored_table: str | None, *, keep_restored: bool, attributes: tuple[str, ...],
    plan_only: bool, out: Path | None, **given: Any,
) -> None:  # fmt: skip
    """Compare the table with one restored as of an earlier time, and put items back.

    Exit status 1: some items could not be put right.
    """
    selection, where = selection_of(given)
    if moment is None and restored_table is None:
        raise HaError("Say what to compare with.", "--restore-to-time TIME, or --restored-table NAME")
    rules = selection.rules_of_files()
    with _opened(where) as recovery:
        if moment is None:
            restored = recovery.table(restored_table)
        else:
            name = restored_table or f"{recovery.table_name}-as-of-{moment}"
            restoration = Restoration(recovery.clients("dynamodb", recovery.region))
            restored = restoration.restore(
                recovery.table_name, moment, name, lambda doing: recovery.show(doing, 0, None)
            )
        described = f"compared with {restored.name}; " + selection.describe(moment)
        comparison = Comparison(restored, rules, described, attributes)
        plan, units = recovery.plan_reconcile(comparison, out), recovery.units_per_second()
        results = []
        if not plan_only:
            _confirm(plan, where, units)
            results = recovery.reconcile(comparison, plan)
        if moment is not None and plan_only:
            click.echo(
                f"{restored.name} stays: apply with --restored-table {restored.name}, then delete it.",
                err=True,
            )
        if moment is not None and results and not keep_restored:
            # It also holds what was erased since then, so it must not stay.
            with aws_errors_as(
                f"The restored table {restored.name} could not be deleted.", "Delete it by hand."
            ):
                restored.client.delete_table(TableName=restored.name)
    _report(plan, results, units, as_json=where["as_json"])


@recover.command(name="apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@where_options
def apply_plan(file: Path, **where: Any) -> None:
    """Apply a plan, or go on with one that was interrupted. Safe to run twice."""
    plan = load(file, undo=False)
    with _opened(where) as recovery:
        units = recovery.units_per_second()
        _confirm(plan, where, units)
        results = [(plan, recovery.apply(plan))]
    _report(plan, results, units, as_json=where["as_json"])


@recover.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@where_options
def undo(file: Path, **where: Any) -> None:
    """Take an applied plan back, by the undo file beside it. Items changed since then are left alone."""
    plan = load(file, undo=True)
    with _opened(where) as recovery:
        units = recovery.units_per_second()
        _confirm(plan, where, units)
        results = [(plan, recovery.apply(plan))]
    _report(plan, results, units, as_json=where["as_json"])


recover.add_command(at_scale)


@recover.command(name="policy")
@where_options
def print_policy(**where: Any) -> None:
    """Print the IAM policy of whoever runs these commands: the rights that they need, and no others."""
    workspace, target = Workspace.from_environment(), Target(where["target"])
    recovery = open_recovery(workspace, target, where)
    account = recovery.table().description["TableArn"].split(":")[4]
    variables = process_variables(workspace, target)
    outputs = (
        {} if where["table"] else operations.outputs(workspace, Environment(where["environment"]), variables)
    )
    machine = outputs.get("recovery_state_machine_arn")
    document = policy(
        recovery.region, account, recovery.table_name, recovery.erasures.table,
        None if machine is None else (machine, outputs["recovery_bucket_name"]),
    )  # fmt: skip
    click.echo(json.dumps(document, indent=2))


def open_recovery(workspace: Workspace, target: Target, where: dict[str, Any]) -> Recovery:
    """Return recovery of what is deployed, or of the table that the options name; raise HaError."""
    variables = process_variables(workspace, target)
    clients = AwsClients(variables, ATTEMPTS)
    if where["table"]:
        if not where["region"]:
            raise HaError("--table needs --region.", "Name the region of the table that serves clients.")
        found = {"table_name": where["table"], "region": where["region"]}
    else:
        found = operations.outputs(workspace, Environment(where["environment"]), variables)
        if not found:
            raise HaError(
                f"envs/{where['environment']} is not deployed.", "Name the table: --table, --region"
            )
    log = where["erasure_log"] or found.get("erasure_table_name")
    return Recovery(
        clients, found["region"], found["table_name"],
        erasures_of(clients, found["region"], log, without=where["without_erasure_log"]),
        workspace.build / "recovery", where["share"],
    )  # fmt: skip


def erasures_of(
    clients: Callable[[str, str], Any], region: str, table: str | None, *, without: bool
) -> Erasures:
    """Return the log of erasures; raise HaError when none is known and nobody said that there is none."""
    if without:
        return NoErasures()
    if not table:
        raise HaError(
            "No log of erasures is known, so an erased product could come back.",
            "Name it: --erasure-log TABLE. If there is none, say so: --without-erasure-log",
        )
    return ErasureLog(clients("dynamodb", region), table)


@contextmanager
def _opened(where: dict[str, Any]) -> Iterator[Recovery]:
    """Open recovery with a progress display."""
    recovery = open_recovery(Workspace.from_environment(), Target(where["target"]), where)
    with make_progress(Console(stderr=True)) as progress:
        task, where["progress"] = progress.add_task("recover", total=None, doing=""), progress

        def show(doing: str, done: int, of: int | None) -> None:
            progress.update(task, completed=done, total=of, doing=doing)

        yield replace(recovery, show=show)


def _confirm(plan: Plan, where: dict[str, Any], units: float) -> None:
    if where["target"] == Target.AWS and not where["yes"]:
        click.echo("\n".join(plan_lines(plan, units)), err=True)
        where["progress"].stop()  # It would draw over the question.
        if click.prompt("Type the table's name to write to it", err=True) != plan.header.table:
            raise HaError("Not confirmed; nothing was written.", f"Later: ha recover apply {plan.file}")
        where["progress"].start()


def _report(plan: Plan, results: list[tuple[Plan, Progress]], units: float, *, as_json: bool) -> None:
    """Print what was planned and done; raise ViolationError when something could not be put right."""
    if as_json:
        click.echo(json.dumps(summary_of(plan, results), indent=2))
    else:
        click.echo("\n".join(plan_lines(plan, units)))
        for applied, progress in results:
            done = ", ".join(
                f"{count:,} {name.replace('_', ' ')}" for name, count in progress.outcomes.items()
            )
            click.echo(f"{applied.header.plan_id}: {done or 'nothing to do'}")
            if applied.size and applied.header.kind != "undo":
                click.echo(f"Take it back with: {program()} recover undo {undo_file(applied.file)}")
        if not results:
            click.echo(f"Nothing was written. Apply it with: {program()} recover apply {plan.file}")
    left = results[-1][1].changed if results else 0
    gaps = plan.counts.get("gaps", 0) if results else 0
    if left or gaps:
        raise ViolationError(
            f"{left} items changed meanwhile and {gaps} have gaps in their history; they were left alone.",
            "Look at the keys that the report names, then repeat the command.",
            detail="\n".join([*unrepaired(results[-1][1]), *plan.gaps]),
        )
