"""`ha fuzz`."""

from __future__ import annotations

import json
import os
import secrets

import click
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.cli_options import json_option, target_option
from techmoda_ha.deployment import Deployment
from techmoda_ha.environments import Target, Workspace, process_variables
from techmoda_ha.errors import ViolationError


@click.command()
@target_option
@click.option(
    "--cases",
    default=2000,
    show_default=True,
    type=click.IntRange(min=1),
    help="The least number of requests, over both regions.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Send the same requests as an earlier run.")
@click.option("--max-seconds", default=1800.0, show_default=True, type=click.FloatRange(min=1))
@json_option
def fuzz(target: str, cases: int, seed: int | None, max_seconds: float, *, as_json: bool) -> None:
    """Send generated requests to both regions and check every answer against openapi.json."""
    workspace = Workspace.from_environment()
    # Schemathesis takes a second to import, and Hypothesis beneath it keeps files in the working folder.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(workspace.build / "cache" / "hypothesis"))
    from techmoda_ha.fuzz.run import Fuzz, Limits

    variables = process_variables(workspace, Target(target))
    limits = Limits(cases, max_seconds, secrets.randbelow(2**31) if seed is None else seed)
    console = Console(stderr=True)
    run = Fuzz(
        Deployment.read(workspace, variables), variables, operations.write_token(workspace, Target(target)),
        limits, console,
    )  # fmt: skip
    evidence = run.run(workspace.build / "evidence")
    if as_json:
        click.echo(json.dumps(evidence.as_json(), indent=2))
    if not evidence.passed:
        for violation in evidence.details["violations"]:
            console.print(violation, markup=False, highlight=False, soft_wrap=True)
        raise ViolationError(
            f"{evidence.measurements['violations']:g} answers are not what openapi.json says.",
            f"The same requests again: ha fuzz --cases {cases} --seed {limits.seed}",
        )
    console.print(
        f"{evidence.measurements['cases']:g} requests, no violation (seed {limits.seed}).", highlight=False
    )
