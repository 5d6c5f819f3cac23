"""The way back of a bad release: aliases first, at once; Terraform with the commit before it, where asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.delivery.release import Release, aliases
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.processes import in_foreground


@dataclass(frozen=True)
class Move:
    """An alias that was moved from the version it served to the one it served before."""

    alias: str
    was: str
    now: str


def roll_aliases_back(client: Any, outputs: Mapping[str, Any], release: Release) -> list[Move]:
    """Point every alias at the version it served before the release; return those that moved.

    Weights of a canary go too. `client` is a Lambda client of the environment's region.
    """
    moves = []
    with aws_errors_as("An alias could not be moved back.", "Move it by hand: aws lambda update-alias."):
        for key, (function, alias) in aliases(outputs).items():
            before = release.versions.get(key)
            if before is None:
                continue
            found = client.get_alias(FunctionName=function, Name=alias)
            weighted = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
            if found["FunctionVersion"] == before and not weighted:
                continue
            client.update_alias(
                FunctionName=function, Name=alias, FunctionVersion=before,
                RevisionId=found["RevisionId"], RoutingConfig={"AdditionalVersionWeights": {}},
            )  # fmt: skip
            moves.append(Move(key, found["FunctionVersion"], before))
    return moves


def apply_previous_commit(
    workspace: Workspace, environment: Environment, target: str, release: Release
) -> None:
    """Apply the commit that was deployed before the release, from a checkout of its own under build/.

    Raises HaError when that commit is not known, held uncommitted changes, or does not apply.
    """
    commit = release.previous
    if not commit or commit.endswith("+"):
        raise HaError(
            f"What was deployed to envs/{environment} before is no commit: {commit or 'unknown'}.",
            "Check the wanted commit out and apply it: make apply ENV=…",
        )
    folder = workspace.build / "rollback" / commit
    if not folder.is_dir():
        _run(["git", "worktree", "add", "--detach", str(folder), commit], workspace.root, {})
    configuration = workspace.terraform_cli_configuration  # where this checkout has its provider from
    provider = {"TF_CLI_CONFIG_FILE": str(configuration)} if configuration.is_file() else {}
    try:
        for file in sorted(workspace.root.glob("envs/*/aws.tfvars")):  # not in version control
            (folder / file.relative_to(workspace.root)).write_bytes(file.read_bytes())
        _run(
            [sys.executable, "-m", "techmoda_ha", "apply", "--env", environment, "--target", target,
             "--during-incident"],
            folder,
            {"PYTHONPATH": str(folder / "scripts"), "HA_BUILD_DIR": str(workspace.build), **provider},
        )  # fmt: skip
    finally:
        _run(["git", "worktree", "remove", "--force", str(folder)], workspace.root, {})


def _run(command: list[str], folder: Path, variables: Mapping[str, str]) -> None:
    if in_foreground(command, folder, {**os.environ, **variables}) != 0:
        raise HaError(f"{' '.join(command[:4])} … failed in {folder}.", "See its words above.")
