"""Where plans come from: a saved plan, Terraform's JSON about one, or an environment that is planned now."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from techmoda_ha import operations
from techmoda_ha.environments import Environment, Target, Workspace, process_variables
from techmoda_ha.errors import HaError
from techmoda_ha.plan.model import Backend, Plan
from techmoda_ha.plan.parse import NEXT_STEP, PlanFormatError, parse_plan
from techmoda_ha.validation.locator import resource_locations

LOCK_FILE = ".terraform.lock.hcl"
PROVIDER_ONLY = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
ZIP_SIGNATURE = b"PK\x03\x04"  # A saved plan is a zip archive.


def read_yaml(file: Path, what: str) -> Any:
    """Return what a YAML file holds; raise HaError when it cannot be read. `what` names it in the message."""
    try:
        return yaml.safe_load(file.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise HaError(f"The {what} in {file} cannot be read: {error}", "Mend or restore the file.") from error


def read_plan(workspace: Workspace, file: Path) -> Plan:
    """Return the plan in a file, saved by Terraform or printed by `terraform show -json`.

    Raises PlanFormatError when it is neither, cut short, or of something else than envs/.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise PlanFormatError(f"{file} cannot be read: {error.strerror}.", NEXT_STEP) from error
    document = _shown(workspace, file) if content.startswith(ZIP_SIGNATURE) else _parsed(content, file)
    return parse_plan(document, str(file), locations=resource_locations(workspace.root))


def _parsed(content: bytes, file: Path) -> Any:
    if not content.strip():
        raise PlanFormatError(f"{file} is empty.", NEXT_STEP)
    try:
        return json.loads(content)
    except ValueError as error:
        raise PlanFormatError(f"{file} is no plan, or was cut short: {error}", NEXT_STEP) from error


def plan_environment(
    workspace: Workspace, environment: Environment, target: Target, console: Console, *, refresh: bool = True
) -> Plan:
    """Plan an environment as it ships; return the plan. Without `refresh` Terraform believes the state."""
    document, backend = plan_document(workspace, environment, target, console, refresh=refresh)
    locations = resource_locations(workspace.root)
    return parse_plan(document, f"envs/{environment}", locations=locations, backend=backend)


def plan_document(
    workspace: Workspace, environment: Environment, target: Target, console: Console, *, refresh: bool = True
) -> tuple[dict[str, Any], Backend | None]:
    """Plan an environment and return Terraform's JSON document about it, and where its state lies."""
    variables = process_variables(workspace, target) | as_shipped(target)
    operations.package(workspace, target, console)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan"
        operations.plan(
            workspace, environment, variables, console, out=file, refresh=refresh, command="validate"
        )
        data_dir = workspace.terraform_data_dir(environment)
        document = _show(file, workspace.environment_dir(environment), data_dir, variables)
    return document, _backend(data_dir)


def as_shipped(target: Target) -> dict[str, str]:
    """Return the inputs that a throw-away deployment sets otherwise: what is judged is what ships."""
    return {"TF_VAR_deletion_protection": "true"} if target is Target.LOCAL else {}


def _backend(data_dir: Path) -> Backend | None:
    try:
        recorded = json.loads((data_dir / "terraform.tfstate").read_text())["backend"]
    except (OSError, ValueError, KeyError):
        return None
    return Backend(recorded["type"], recorded.get("config") or {})


def _shown(workspace: Workspace, file: Path) -> Any:
    """Return the JSON document about a saved plan; for that Terraform needs the provider, but no state.

    So it runs in a folder of its own, with a configuration that only names the provider.
    """
    folder = workspace.build / "terraform" / "show"
    data_dir, locked = folder / ".terraform", workspace.environment_dir(Environment.PRIMARY) / LOCK_FILE
    variables = {}
    if workspace.terraform_cli_configuration.is_file():
        variables["TF_CLI_CONFIG_FILE"] = str(workspace.terraform_cli_configuration)
    if not (data_dir / "providers").is_dir() or (folder / LOCK_FILE).read_bytes() != locked.read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "main.tf.json").write_text(json.dumps(PROVIDER_ONLY))
        shutil.copyfile(locked, folder / LOCK_FILE)
        command = ["terraform", "init", "-input=false", "-lockfile=readonly", "-no-color"]
        ended = _run(command, folder, data_dir, variables)
        if ended.returncode != 0:
            error = ended.stderr.decode(errors="replace")
            raise HaError("terraform init failed.", "Prepare the tools: make setup", detail=error)
    return _show(file.resolve(), folder, data_dir, variables)


def _show(file: Path, folder: Path, data_dir: Path, variables: Mapping[str, str]) -> Any:
    ended = _run(["terraform", "show", "-json", "-no-color", str(file)], folder, data_dir, variables)
    if ended.returncode != 0:
        raise PlanFormatError(
            f"Terraform cannot read {file}: it is no saved plan, damaged, or of another version.", NEXT_STEP,
            detail=ended.stderr.decode(errors="replace").strip(),
        )  # fmt: skip
    return _parsed(ended.stdout, file)


def _run(
    command: list[str], folder: Path, data_dir: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **variables, "TF_DATA_DIR": str(data_dir)}
    return subprocess.run(command, check=False, capture_output=True, cwd=folder, env=environment)
