"""`ha validate` and `ha rules`."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from techmoda_ha.cli_options import choice, json_option, refresh_option, target_option
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError, ViolationError
from techmoda_ha.plan.compliance import compliance_document
from techmoda_ha.plan.engine import judge
from techmoda_ha.plan.judging import RULES
from techmoda_ha.plan.model import Plan, Role, System
from techmoda_ha.plan.objectives import Objectives, read_objectives
from techmoda_ha.plan.report import Report
from techmoda_ha.plan.waivers import Waiver, read_waivers
from techmoda_ha.validation import tables
from techmoda_ha.validation.skips import skipped_checks
from techmoda_ha.validation.sources import plan_environment, read_plan, read_yaml

OBJECTIVES, WAIVERS = "objectives.yaml", "waivers.yaml"
FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True)
class Files:
    """What is read besides the plans (None: the repository's own), and where reports go (None: nowhere)."""

    objectives: Path | None
    waivers: Path | None
    save_json: Path | None
    save_junit: Path | None
    save_sarif: Path | None

    def write(self, report: Report) -> None:
        """Write every form that was asked for; raise HaError when one cannot be written."""
        forms = (
            (self.save_json, report.as_json),
            (self.save_junit, report.as_junit),
            (self.save_sarif, report.as_sarif),
        )
        for file, form in forms:
            if file is None:
                continue
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(form())
            except OSError as error:
                raise HaError(f"The report could not be written: {error}", "Choose another file.") from error


def _files(command: Any) -> Any:
    """Add the options that name files; they arrive as one Files."""
    options = [
        click.option("--objectives", type=FILE, help=f"What is promised. [default: {OBJECTIVES}]"),
        click.option(
            "--waivers", type=FILE, help=f"Violations that somebody answers for. [default: {WAIVERS}]"
        ),
        click.option("--save-json", type=FILE, help="Write the whole report as JSON."),
        click.option("--save-junit", type=FILE, help="Write it as JUnit XML, for CI."),
        click.option("--save-sarif", type=FILE, help="Write it as SARIF, for code scanning."),
    ]

    @functools.wraps(command)
    def with_files(**values: Any) -> Any:
        names = [field.name for field in fields(Files)]
        return command(files=Files(*(values.pop(name) for name in names)), **values)

    for option in reversed(options):
        with_files = option(with_files)
    return with_files


@click.command()
@click.argument("plans", nargs=-1, type=FILE, metavar="[PLAN]...")
@click.option("--env", "environments", multiple=True, type=choice(Environment),
              help="Plan this environment now (repeatable); both when no PLAN is given.")  # fmt: skip
@target_option
@_files
@click.option("--all", "show_all", is_flag=True, help="Show what is known only after apply, one by one.")
@refresh_option
@json_option
def validate(
    files: Files, plans: tuple[Path, ...], environments: tuple[str, ...], target: str,
    *, show_all: bool, refresh: bool, as_json: bool,
) -> None:  # fmt: skip
    """Judge a plan before it is applied: whether the system is still highly available.

    PLAN is a file saved by `ha plan --out` (or terraform plan -out), or what `terraform show -json` prints of
    one. Give both environments' plans to judge what has to hold between the regions. While the other region
    is gone, judge one environment's change from its own state: --env dr --no-refresh.

    Exit status 1: the plan breaks a rule or a promise. 2: the input is no plan, or a tool failed.
    """
    workspace, console = Workspace.from_environment(), Console(stderr=True)
    promised = read_objectives(read_yaml(files.objectives or workspace.root / OBJECTIVES, "objectives"))
    granted = _waivers(workspace, files.waivers)
    chosen = [] if plans and not environments else [Environment(one) for one in environments or Environment]
    read = [read_plan(workspace, file) for file in plans]
    made = [plan_environment(workspace, one, Target(target), console, refresh=refresh) for one in chosen]
    system = assemble([*read, *made], promised)
    report = Report.of(system, judge(system, granted, datetime.now(UTC).date()))
    files.write(report)
    if as_json:
        click.echo(report.as_json())
    else:
        both = _judging_both(target, from_files=bool(plans))
        tables.show(report, Console(), show_all=show_all, both=both)
    if report.problems:
        raise ViolationError(
            f"Refused: {report.summary}.",
            "Each finding above says how to mend it; `ha rules NAME` says more.",
        )


def _judging_both(target: str, *, from_files: bool) -> str:
    if from_files:
        return "ha validate PRIMARY_PLAN DR_PLAN"
    return "make validate" if target == Target.LOCAL else f"make validate TARGET={target}"


def _waivers(workspace: Workspace, given: Path | None) -> tuple[Waiver, ...]:
    file = given or workspace.root / WAIVERS
    return read_waivers(read_yaml(file, "waivers")) if given or file.is_file() else ()


def assemble(plans: list[Plan], objectives: Objectives) -> System:
    """Return the system of one or two plans; raise HaError for two plans of one environment."""
    found: dict[Role, Plan] = {}
    for plan in plans:
        if plan.role in found:
            raise HaError(
                f"{found[plan.role].source} and {plan.source} are both plans of envs/{plan.role}.",
                "Give one plan for each environment.",
            )
        found[plan.role] = plan
    return System(objectives, found.get(Role.PRIMARY), found.get(Role.DR))


@click.command(name="rules")
@click.argument("name", required=False)
@click.option("--compliance", is_flag=True, help="Print docs/compliance.md, made from the rules.")
@json_option
def list_rules(name: str | None, *, compliance: bool, as_json: bool) -> None:
    """List the rules of `ha validate`, or explain one."""
    if compliance:
        skips = skipped_checks(Workspace.from_environment().root)
        click.echo(compliance_document(list(RULES.values()), skips), nl=False)
        return
    if name is not None and name not in RULES:
        raise HaError(f"There is no rule named {name}.", "See them all: ha rules")
    chosen = [RULES[name]] if name else list(RULES.values())
    if as_json:
        click.echo(json.dumps([tables.described(one) for one in chosen], indent=2))
    elif name:
        tables.explain(RULES[name], Console())
    else:
        tables.show_rules(chosen, Console())
