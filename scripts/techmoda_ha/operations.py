"""Deploying: what the CLI's verbs do, with progress for a person and errors that say what to do next."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from techmoda_ha.environments import (
    TOKEN_AUDIENCE,
    TOKEN_ISSUER,
    Environment,
    Target,
    Workspace,
)
from techmoda_ha.errors import HaError
from techmoda_ha.outage_hint import tell_of_outage
from techmoda_ha.packaging import Package, Platform, build_packages
from techmoda_ha.progress import terraform_progress
from techmoda_ha.terraform import LOCK_PATIENCE_SECONDS, Terraform
from techmoda_ha.terraform_run import Event, Listener, Run, ignore
from techmoda_ha.tokens import SigningKey

ZONE_INPUT = "TF_VAR_hosted_zone_id"
DEFAULT_ARCHITECTURE = "arm64"  # Cheaper per request than x86_64 on Lambda, and the modules' default.


def package(
    workspace: Workspace,
    target: Target,
    console: Console,
    architecture: str = DEFAULT_ARCHITECTURE,
    *,
    anew: bool = False,
) -> list[Package]:
    """Build every Lambda zip for a target and return them; `anew` also those whose inputs did not change."""
    platform = Platform.this_machine() if target is Target.LOCAL else Platform.lambda_runtime(architecture)
    with console.status("Packaging the Lambda functions"):
        return build_packages(workspace, target, platform, anew=anew)


def apply(
    workspace: Workspace,
    environment: Environment,
    variables: Mapping[str, str],
    console: Console,
    *,
    lock_patience_seconds: int = LOCK_PATIENCE_SECONDS,
    listener: Listener = ignore,
    refresh: bool = True,
) -> Run:
    """Apply one environment; wait that long for another run that is changing it, then refuse.

    `listener` hears every event of Terraform. Without `refresh` Terraform believes the state.
    """
    terraform = Terraform(workspace, environment, variables, lock_patience_seconds)
    terraform.init()
    if refresh:
        tell_of_outage(terraform, console, "apply")
    else:
        terraform = _believing_the_state(terraform)
    with terraform_progress(console, f"apply {environment}") as progress:

        def listen(event: Event) -> None:
            listener(event)
            progress.listen(event)

        run = terraform.apply(listen, **({} if refresh else {"refresh": False}))
        progress.finish(describe_changes(run))
    return run


def plan(
    workspace: Workspace,
    environment: Environment,
    variables: Mapping[str, str],
    console: Console,
    out: Path | None = None,
    *,
    refresh: bool = True,
    full: bool = False,
    command: str = "plan",
) -> Run:
    """Plan one environment; return the run. Without `refresh` Terraform believes the state.

    With `full` the run holds the whole difference, too. `command` is the `ha` command that needs the plan.
    """
    terraform = Terraform(workspace, environment, variables)
    terraform.init()
    if refresh:
        tell_of_outage(terraform, console, command)
    else:
        terraform = _believing_the_state(terraform)
    with _passing_file(workspace, environment) if full and not out else nullcontext(out) as file:
        with terraform_progress(console, f"plan {environment}") as progress:
            run = terraform.plan(progress.listen, out=file, refresh=refresh)
            progress.finish("changes are due" if run.has_changes else "no changes")
        if full and file:
            run.difference = terraform.show_plan(file)
    return run


@contextmanager
def _passing_file(workspace: Workspace, environment: Environment) -> Iterator[Path]:
    """Give a file for a plan while the block runs; a plan holds secrets, so nobody else may read it.

    Its mode is 0600, and Terraform keeps the mode of a file that is there.
    """
    folder = workspace.build / "terraform"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f"{environment}-", suffix=".tfplan") as file:
        yield Path(file.name)


def _believing_the_state(terraform: Terraform) -> Terraform:
    """Return Terraform that need not look the hosted zone up either: its id is the one in the state.

    Route 53's control plane lies in us-east-1. A value that somebody gives goes first.
    """
    zone = terraform.outputs().get("hosted_zone_id")
    if not zone or ZONE_INPUT in os.environ:
        return terraform
    return replace(terraform, variables={ZONE_INPUT: str(zone), **terraform.variables})


def describe_changes(run: Run) -> str:
    """Return a run's change summary in words: what a plan would do, or what an apply did."""
    counts = {verb: int(run.summary.get(verb, 0)) for verb in ("add", "change", "remove")}
    if not any(counts.values()):
        return "outputs change only" if run.has_changes else "no changes"
    to = "to be " if run.summary.get("operation") == "plan" else ""
    return f"{counts['add']} {to}added, {counts['change']} {to}changed, {counts['remove']} {to}removed"


def mint_token(
    workspace: Workspace,
    *,
    subject: str = "demo",
    scope: str = "products:write",
    issuer: str = TOKEN_ISSUER,
    audience: str = TOKEN_AUDIENCE,
    valid_for: timedelta = timedelta(hours=1),
) -> str:
    """Return a token signed with the demonstration's local key."""
    key = SigningKey.load_or_create(workspace.signing_key_file)
    return key.mint(
        issuer=issuer,
        audience=audience,
        subject=subject,
        scope=scope,
        now=datetime.now(UTC),
        valid_for=valid_for,
    )


def write_token(workspace: Workspace, target: Target) -> str:
    """Return a token that may write: the local key's, or on AWS the one in HA_TOKEN.

    Raises HaError when the target is AWS and HA_TOKEN is not set.
    """
    if target is Target.LOCAL:
        return mint_token(workspace, subject="smoke-test")
    if given := os.environ.get("HA_TOKEN"):
        return given
    raise HaError(
        "HA_TOKEN is not set.",
        "Get a token with scope products:write from your identity provider and export it.",
    )


def outputs(
    workspace: Workspace,
    environment: Environment,
    variables: Mapping[str, str],
) -> dict[str, Any]:
    """Return one environment's Terraform outputs."""
    terraform = Terraform(workspace, environment, variables)
    terraform.init()
    return terraform.outputs()
