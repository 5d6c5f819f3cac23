"""`ha recover at-scale start|apply|undo|status|stop|fetch`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.aws_clients import AwsClients, aws_errors_as
from techmoda_ha.cli_options import choice, json_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp
from techmoda_ha.progress import make_progress
from techmoda_ha.recovery.at_scale import Execution, Machine
from techmoda_ha.recovery.at_scale_report import plan_lines, tell
from techmoda_ha.recovery.options import Moment, Selection, selection_of, selection_options
from techmoda_ha.recovery.restoring import Restoration
from techmoda_ha.recovery.service import Show
from techmoda_recovery.core.rules import Choice
from techmoda_recovery.runs import LARGEST_SEGMENTS, Mode, Request, RequestError

ATTEMPTS = 10

_WHERE = [
    target_option,
    click.option("--env", "environment", type=choice(Environment), default="primary", show_default=True,
                 help="Whose table: that of the region which serves clients."),
    click.option("--share", type=click.FloatRange(0.01, 1), default=0.5, show_default=True,
                 help="Which share of the table's write capacity to use."),
    click.option("--read-share", type=click.FloatRange(0.01, 1), default=0.5, show_default=True,
                 help="Which share of the table's read capacity to use."),
    click.option("--yes", is_flag=True, help="Do not ask (the local AWS never asks)."),
    click.option("--no-wait", is_flag=True, help="Do not wait for the end: look at it with `status`."),
    json_option,
]  # fmt: skip


def _where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_WHERE):
        command = option(command)
    return command


@dataclass(frozen=True)
class Opened:
    """The deployed state machine, the table that it repairs, and who is told."""

    machine: Machine
    clients: AwsClients
    region: str
    table: str
    where: dict[str, Any]
    show: Show
    folder: Path
    pause: Callable[[], None]
    go_on: Callable[[], None]

    def carry_out(self, request: Request) -> Execution:
        """Start an execution and, unless nobody wants to wait, follow it to its end."""
        execution = self.machine.start(request)
        return execution if self.where["no_wait"] else self.machine.follow(execution, self.show)

    def request(self, run: str, mode: Mode) -> Request:
        """Return a request to carry a run on."""
        where = self.where
        return self.machine.request(run, mode, write_share=where["share"], read_share=where["read_share"])

    def tell(self, run: str, *executions: Execution) -> None:
        """Print what came of executions; raise ViolationError when something could not be put right."""
        tell(self.machine, run, *executions, as_json=self.where["as_json"])

    def confirm(self, run: str, lines: list[str]) -> None:
        """Ask whether to write, where there is something to lose; raise HaError when not."""
        if self.where["target"] != Target.AWS or self.where["yes"]:
            return
        self.pause()
        click.echo("\n".join(lines), err=True)
        if click.prompt("Type the table's name to write to it", err=True) != self.table:
            raise HaError("Not confirmed; nothing was written.", f"Later: ha recover at-scale apply {run}")
        self.go_on()


@click.group(name="at-scale")
def at_scale() -> None:
    """Compare and repair a table that outgrows one machine, by a state machine in its region.

    It does what `reconcile` does, cut into segments that many functions work on. Its plans and undo files are
    those of the other commands: fetch them, and apply or undo them anywhere.
    """


@at_scale.command()
@click.option("--restore-to-time", "moment", type=Moment(), help="Restore the table as of this time first.")
@click.option("--restored-table", help="The restored table: an existing one, or how to name it.")
@click.option("--attribute", "attributes", multiple=True, metavar="NAME",
              help="Put only this attribute back into items that are still there (repeatable).")  # fmt: skip
@click.option("--segments", type=click.IntRange(1, LARGEST_SEGMENTS),
              help="Into how many segments to cut each table (by its size).")  # fmt: skip
@click.option("--plan", "plan_only", is_flag=True, help="Only make the plan and show it.")
@selection_options
@_where_options
def start(
    moment: int | None, restored_table: str | None, *, attributes: tuple[str, ...], segments: int | None,
    plan_only: bool, **given: Any,
) -> None:  # fmt: skip
    """Compare the table with a restored one, show the plan, and put items back.

    Exit status 1: some items could not be put right.
    """
    selection, where = selection_of(given)
    if moment is None and restored_table is None:
        raise HaError("Say what to compare with.", "--restore-to-time TIME, or --restored-table NAME")
    selection.rules_of_files()  # Refused before anything is restored.
    if where["no_wait"] and not plan_only:
        raise HaError("What is to be written has to be seen first.", "--plan --no-wait, then at-scale apply")
    with _opened(where) as opened:
        restored = restored_table or f"{opened.table}-as-of-{moment}"
        if moment is not None:
            Restoration(opened.clients("dynamodb", opened.region)).restore(
                opened.table, moment, restored, lambda doing: opened.show(doing, 0, None)
            )
        request = _request(
            opened, selection, restored, moment=moment, attributes=attributes, segments=segments
        )
        planned = opened.carry_out(request)
        if plan_only or planned.figures is None:
            opened.tell(request.run, planned)
            return
        opened.confirm(request.run, plan_lines(opened.machine, request.run))
        click.echo(f"{restored} stays: delete it when nobody will apply this run again.", err=True)
        opened.tell(request.run, planned, opened.carry_out(opened.request(request.run, Mode.APPLY)))


@at_scale.command(name="apply")
@click.argument("run")
@_where_options
def apply_run(run: str, **where: Any) -> None:
    """Apply a run's plan, or go on where an execution of it ended. Safe to run twice."""
    with _opened(where) as opened:
        request = opened.request(run, Mode.APPLY)
        opened.confirm(run, [f"Run {run}: {request.described}"])
        opened.tell(run, opened.carry_out(request))


@at_scale.command()
@click.argument("run")
@_where_options
def undo(run: str, **where: Any) -> None:
    """Take an applied run back. Items changed since then are left alone."""
    with _opened(where) as opened:
        request = opened.request(run, Mode.UNDO)
        opened.confirm(run, [f"Take back run {run}: {request.described}"])
        opened.tell(run, opened.carry_out(request))


@at_scale.command()
@click.argument("run")
@_where_options
def status(run: str, **where: Any) -> None:
    """Say how far a run's last execution is, or what came of it."""
    with _opened(where) as opened:
        opened.tell(run, opened.machine.latest(run))


@at_scale.command()
@click.argument("run")
@_where_options
def stop(run: str, **where: Any) -> None:
    """Stop a run. Its functions end the slice of work that they are at; `apply` goes on later."""
    with _opened(where) as opened:
        execution = opened.machine.latest(run)
        opened.machine.stop(execution)
        opened.tell(run, opened.machine.look(execution))


@at_scale.command()
@click.argument("run")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The plan's file.")
@_where_options
def fetch(run: str, out: Path | None, **where: Any) -> None:
    """Make one plan file and one undo file of a run, for `ha recover apply` and `undo`."""
    with _opened(where) as opened:
        plan, undo_plan = opened.machine.fetch(run, out or opened.folder / f"{run}.jsonl")
    if where["as_json"]:
        document = {"plan": str(plan.file), "undo": str(undo_plan.file), "counts": plan.counts}
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(f"{plan.size:,} repairs: {plan.file}\nto take them back: {undo_plan.file}")


def machine_of(clients: AwsClients, outputs: dict[str, Any]) -> Machine:
    """Return the state machine of what is deployed; raise HaError when there is none."""
    if "recovery_state_machine_arn" not in outputs:
        raise HaError(
            "No state machine is deployed that repairs at scale.", "ha apply, or ha recover reconcile"
        )
    region = outputs["region"]
    return Machine(
        clients("stepfunctions", region),
        clients("s3", region),
        outputs["recovery_state_machine_arn"],
        outputs["recovery_bucket_name"],
    )


def _request(
    opened: Opened, selection: Selection, restored: str, *, moment: int | None,
    attributes: tuple[str, ...], segments: int | None,
) -> Request:  # fmt: skip
    now = datetime.now(UTC)
    run = f"reconcile-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    folder = opened.machine.folder(run)
    only, keep = selection.keys()
    names = Choice.__dataclass_fields__
    with aws_errors_as("The lists of keys could not be kept.", "Check your rights: ha recover policy"):
        lists = {
            name: None if keys is None else folder.put_keys(keys)
            for name, keys in (("only_keys", only), ("keep_keys", keep))
        }
    try:
        return Request(
            run=run, mode=Mode.PLAN, table=opened.table, restored_table=restored, created_at=timestamp(now),
            described=f"compared with {restored}; " + selection.describe(moment),
            choice=Choice(**{name: getattr(selection, name) for name in names}),
            attributes=attributes, segments=segments, read_share=opened.where["read_share"],
            write_share=opened.where["share"], **lists,
        )  # fmt: skip
    except RequestError as error:
        raise HaError(f"That cannot be carried out: {error}.", "Mend the options.") from error


@contextmanager
def _opened(where: dict[str, Any]) -> Iterator[Opened]:
    workspace = Workspace.from_environment()
    variables = process_variables(workspace, Target(where["target"]))
    clients = AwsClients(variables, ATTEMPTS)
    outputs = operations.outputs(workspace, Environment(where["environment"]), variables)
    machine = machine_of(clients, outputs)
    with make_progress(Console(stderr=True)) as progress:
        task = progress.add_task("recover at scale", total=None, doing="")

        def show(doing: str, done: int, of: int | None) -> None:
            progress.update(task, completed=done, total=of, doing=doing)

        yield Opened(
            machine, clients, outputs["region"], outputs["table_name"], where, show,
            workspace.build / "recovery", progress.stop, progress.start,
        )  # fmt: skip
