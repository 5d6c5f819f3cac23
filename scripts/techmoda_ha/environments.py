"""Where things run: the workspace on disk, the two environments, and the two targets.

The targets `local` and `aws` differ in process variables only (endpoints, credentials, the inputs that
Terraform reads as TF_VAR_*). Nothing else in this package knows which one it talks to.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from techmoda_ha.errors import HaError
from techmoda_ha.tokens import SigningKey

TOKEN_ISSUER = "https://id.techmoda.example"  # noqa: S105 - a public name, no secret
TOKEN_AUDIENCE = "techmoda-api"  # noqa: S105


class Target(StrEnum):
    """What is deployed to."""

    LOCAL = "local"
    AWS = "aws"


class Environment(StrEnum):
    """The two root modules under envs/."""

    PRIMARY = "primary"
    DR = "dr"


@dataclass(frozen=True)
class Workspace:
    """The folders of one checkout.

    `build` takes everything that is generated. A build folder other than the checkout's own gets
    Terraform data folders of its own too, so that tests never touch a developer's.
    """

    root: Path
    build: Path

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Workspace:
        """Return the workspace of this checkout; HA_BUILD_DIR moves its build folder."""
        root = Path(__file__).resolve().parent.parent.parent
        return cls(root, Path(variables.get("HA_BUILD_DIR") or root / "build").resolve())

    def environment_dir(self, environment: Environment) -> Path:
        """Return the root module of an environment."""
        return self.root / "envs" / environment

    def terraform_data_dir(self, environment: Environment) -> Path:
        """Return TF_DATA_DIR: the conventional .terraform for the checkout's own build folder."""
        if self.build == self.root / "build":
            return self.environment_dir(environment) / ".terraform"
        return self.build / "terraform" / environment

    def packages(self, target: Target) -> Path:
        """Return the folder of the Lambda zips for a target (their platforms differ)."""
        return self.build / "lambda" / target

    @property
    def signing_key_file(self) -> Path:
        """Return the file of the demonstration's token-signing key."""
        return self.build / "keys" / "token-signing.pem"

    @property
    def terraform_cli_configuration(self) -> Path:
        """Return the Terraform CLI configuration that `make setup` writes where one is needed."""
        return self.root / "build" / "terraform" / "cli.tfrc"


def host_architecture() -> str:
    """Return this machine's architecture by the name that Lambda gives it."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def ha_command(verb: str, environment: str, target: str, *arguments: str) -> str:
    """Return an `ha` command as a person types it, without the target where it is the usual one."""
    chosen = "" if target == Target.LOCAL else f" --target {target}"
    return " ".join([f"ha {verb} --env {environment}{chosen}", *arguments])


def local_aws(*arguments: str, variables: Mapping[str, str] = os.environ) -> subprocess.CompletedProcess[str]:
    """Run the local AWS's own command and return what it said."""
    command = [sys.executable, "-m", "local_aws", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=dict(variables))


def local_aws_variables() -> dict[str, str]:
    """Return the variables that lead AWS clients to the running local AWS.

    Raises HaError when it does not run.
    """
    answer = local_aws("env", "--json")
    if answer.returncode != 0:
        raise HaError("The local AWS is not running.", "Start it: make local-up (or: ha local up)")
    return {str(key): str(value) for key, value in json.loads(answer.stdout).items()}


def terraform_inputs(workspace: Workspace, target: Target) -> dict[str, str]:
    """Return the TF_VAR_* that this tooling decides: packages, and locally the token issuer and key."""
    inputs = {"TF_VAR_lambda_package_dir": str(workspace.packages(target))}
    if target is Target.LOCAL:
        key = SigningKey.load_or_create(workspace.signing_key_file)
        inputs |= {
            "TF_VAR_lambda_architecture": host_architecture(),
            # A local AWS is thrown away; and the provider waits 3 minutes for each protected replica.
            "TF_VAR_deletion_protection": "false",
            # Deployments follow each other within minutes, and a drill waits until one has proved itself.
            "TF_VAR_incident_response": json.dumps({"stable_after_seconds": 30}),
            "TF_VAR_jwt_issuer": TOKEN_ISSUER,
            "TF_VAR_jwt_audience": TOKEN_AUDIENCE,
            "TF_VAR_jwt_public_keys": json.dumps({key.key_id: key.public_pem}),
        }
    return inputs


def process_variables(workspace: Workspace, target: Target) -> dict[str, str]:
    """Return what a process for `target` needs on top of the ambient environment.

    Raises HaError when the target is local and the local AWS does not run.
    """
    variables = local_aws_variables() if target is Target.LOCAL else {}
    variables |= terraform_inputs(workspace, target)
    variables.setdefault("HA_STATE_DIR", str(workspace.build / "state" / target))
    variables["HA_TARGET"] = target
    if target is Target.LOCAL:
        variables["HA_BOOTSTRAP"] = "auto"  # A fresh account each time: its state buckets make themselves.
    variables["TF_IN_AUTOMATION"] = "1"
    if workspace.terraform_cli_configuration.is_file():
        variables["TF_CLI_CONFIG_FILE"] = str(workspace.terraform_cli_configuration)
    return variables
