"""`ha docs diagrams|tables|costs|site`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from techmoda_ha.environments import Workspace
from techmoda_ha.errors import HaError, ViolationError

check_option = click.option("--check", is_flag=True, help="Change nothing; exit status 1 if one is outdated.")


@click.group()
def docs() -> None:
    """Make the parts of the documents that come from code, and the documents' site."""


@docs.command(name="diagrams")
@check_option
def draw(*, check: bool) -> None:
    """Draw docs/diagrams anew."""
    from techmoda_ha.documentation.diagrams import diagrams

    _bring_up_to_date(diagrams(), "make diagrams", check=check)


@docs.command(name="tables")
@check_option
def write_tables(*, check: bool) -> None:
    """Write docs/commands.md, the lists of runbooks and decisions, and the tables of the modules' READMEs."""
    # The parser of HCL takes a while to import.
    from techmoda_ha.documentation import reference
    from techmoda_ha.documentation.module_tables import readmes

    root = Workspace.from_environment().root
    main = click.get_current_context().find_root().command
    made = [
        (reference.PATH, reference.reference(root, main)),
        (reference.RUNBOOKS / "README.md", reference.runbook_index(root)),
        (reference.DECISIONS / "README.md", reference.decision_index(root)),
        *readmes(root),
    ]
    _bring_up_to_date(made, "make docs-tables", check=check)


@docs.command(name="costs")
@check_option
def write_costs(*, check: bool) -> None:
    """Write docs/costs.md from docs/prices.yaml and the limits that Terraform sets."""
    from techmoda_ha.capacity_command import read_case
    from techmoda_ha.documentation import costs
    from techmoda_ha.plan.objectives import read_objectives
    from techmoda_ha.validation.sources import read_yaml

    workspace = Workspace.from_environment()
    document = read_yaml(workspace.root / "objectives.yaml", "objectives")
    case = read_case(workspace, document, None, None)
    prices = read_yaml(workspace.root / costs.PRICES, "prices")
    made = costs.page(costs.simulated(case), prices, read_objectives(document).service_levels)
    _bring_up_to_date([(costs.PATH, made)], "make costs", check=check)


@docs.command(name="site")
def build_site() -> None:
    """Build the documents as a site, to be read or served: build/site/html/index.html."""
    from rich.console import Console

    from techmoda_ha.documentation import site

    workspace = Workspace.from_environment()
    setup = workspace.root / "scripts" / "setup_toolchain.py"
    with Console(stderr=True).status("Building the site"):
        index = site.build(workspace.root, workspace.build / "site", setup=setup)
    click.echo(f"Site: {index}")


def _bring_up_to_date(made: Iterable[tuple[Path, str]], command: str, *, check: bool) -> None:
    root = Workspace.from_environment().root
    outdated = outdated_files(root, made)
    if check and outdated:
        names = ", ".join(str(path) for path in outdated)
        raise ViolationError(f"Not what the code makes: {names}.", f"Make them anew: {command}")
    for path, content in outdated.items():
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        except OSError as error:
            raise HaError(f"{path} could not be written: {error}", "Free space or rights.") from error
        click.echo(f"written: {path}")


def outdated_files(root: Path, made: Iterable[tuple[Path, str]]) -> dict[Path, str]:
    """Return the files that are missing or differ from what is made now, with what they should hold."""
    return {
        path: content
        for path, content in made
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != content
    }
