"""Where an environment's state lies, by a name that account, region and deployment give; no AWS call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from techmoda_ha.environments import Environment
from techmoda_ha.errors import HaError

LONGEST_BUCKET_NAME = 63  # S3's rule
BACKEND_LINE = re.compile(r"^(\w+) *= *(.+)$", re.MULTILINE)
REGION_INPUTS = {Environment.PRIMARY: "primary_region", Environment.DR: "dr_region"}


@dataclass(frozen=True)
class StateLocation:
    """The bucket, key and object of one environment's state."""

    environment: str
    account: str
    region: str
    name: str

    @property
    def bucket(self) -> str:
        """Return the bucket's name: one per deployment, account and region."""
        return f"{self.name}-state-{self.account}-{self.region}"

    @property
    def key_alias(self) -> str:
        """Return the alias of the KMS key that encrypts it."""
        return f"alias/{self.name}-state"

    @property
    def object_key(self) -> str:
        """Return the state's key in the bucket."""
        return f"envs/{self.environment}/terraform.tfstate"

    @property
    def backend(self) -> dict[str, object]:
        """Return the settings of Terraform's S3 backend.

        `allowed_account_ids` makes Terraform refuse credentials of another account in clear words.
        """
        return {
            "bucket": self.bucket,
            "key": self.object_key,
            "region": self.region,
            "encrypt": True,
            "kms_key_id": f"arn:aws:kms:{self.region}:{self.account}:{self.key_alias}",
            "use_lockfile": True,
            "allowed_account_ids": [self.account],
        }

    def require_valid(self) -> None:
        """Raise HaError when S3 would refuse the bucket's name."""
        if len(self.bucket) > LONGEST_BUCKET_NAME:
            raise HaError(
                f"The state bucket's name {self.bucket} is longer than {LONGEST_BUCKET_NAME} characters.",
                "Give the deployment a shorter name (the input `name`).",
            )


def backend_text(backend: Mapping[str, object]) -> str:
    """Return backend settings as Terraform reads them from a -backend-config file."""
    width = max(map(len, backend))
    return "".join(f"{name:{width}} = {json.dumps(value)}\n" for name, value in backend.items())


def parse_backend(text: str) -> dict[str, object]:
    """Return the settings that `backend_text` wrote; raise ValueError for anything else."""
    settings: dict[str, object] = {name: json.loads(value) for name, value in BACKEND_LINE.findall(text)}
    if not {"bucket", "key", "region"} <= settings.keys():
        raise ValueError("bucket, key and region must stand in it")
    return settings


def text_input(directory: Path, name: str, variables: Mapping[str, str], *, use_values_file: bool) -> str:
    """Return a string input of a root module as Terraform would take it.

    That is its line in aws.tfvars (where that is used), else TF_VAR_<name>, else the default of its
    declaration. Raises HaError when it has none of them.
    """
    if use_values_file and (directory / "aws.tfvars").is_file():
        line = re.compile(rf'^{name}\s*=\s*"([^"$]*)"', re.MULTILINE)
        if found := line.search((directory / "aws.tfvars").read_text()):
            return found[1]
    if given := variables.get(f"TF_VAR_{name}"):
        return given
    declaration = re.compile(rf'^variable "{name}" \{{\n(?:.*\n)*?  default\s*=\s*"([^"]*)"', re.MULTILINE)
    for file in sorted(directory.glob("*.tf")):
        if found := declaration.search(file.read_text()):
            return found[1]
    raise HaError(
        f"envs/{directory.name} has no value for `{name}`.",
        f'Set it in envs/{directory.name}/aws.tfvars: {name} = "…"',
    )
