"""Plans of the real environments, and of copies of them with something changed, against an empty local AWS.

Nothing is applied. What the DR environment looks up in its region is made there beforehand, by the names
that the primary environment's own plan gives it, so the two cannot drift apart.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.testing import LocalAws
from techmoda_ha.environments import Target, Workspace, terraform_inputs
from techmoda_ha.plan.model import Backend, Plan
from techmoda_ha.plan.parse import parse_plan
from techmoda_ha.validation.locator import resource_locations
from techmoda_ha.validation.sources import as_shipped

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("envs", "modules", "lambda_src")
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
Document = dict[str, Any]


@dataclass(frozen=True)
class Bench:
    """A copy of the Terraform that may be changed, with what it takes to plan it."""

    folder: Path
    aws: LocalAws
    build: Path

    @classmethod
    def make(cls, folder: Path, aws: LocalAws) -> Bench:
        """Copy the repository's Terraform, and initialise both environments with their state in the copy."""
        for name in COPIED:
            shutil.copytree(
                ROOT / name,
                folder / name,
                ignore=shutil.ignore_patterns(".terraform", "__pycache__", "*.tfstate*"),
            )
        bench = cls(folder, aws, folder / "build")
        packages = Workspace(folder, bench.build).packages(Target.LOCAL)
        packages.mkdir(parents=True)
        for handler in (ROOT / "lambda_src").glob("*/handler.py"):
            (packages / f"{handler.parent.name}.zip").write_bytes(b"not run, only planned")
        for environment in ("primary", "dr"):
            (folder / "envs" / environment / "state_override.tf").write_text(LOCAL_STATE)
        return bench

    def initialise(self) -> None:
        """Run terraform init in both environments."""
        for environment in ("primary", "dr"):
            self.terraform(environment, "init", "-input=false", "-lockfile=readonly", "-no-color")

    def plan(self, environment: str) -> Document:
        """Plan an environment as it ships; return what `terraform show -json` says of the saved plan."""
        file = self.plan_file(environment)
        self.terraform(environment, "plan", "-input=false", "-lock=false", "-no-color", f"-out={file}")
        return self.show(environment, file)

    def show(self, environment: str, file: Path) -> Document:
        """Return what `terraform show -json` says of a saved plan."""
        document: Document = json.loads(self.terraform(environment, "show", "-json", str(file)))
        return document

    def plan_both(self) -> dict[str, Document]:
        """Plan both environments side by side."""
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(("primary", "dr"), pool.map(self.plan, ("primary", "dr")), strict=True))

    def plan_file(self, environment: str) -> Path:
        """Return where an environment's saved plan lies."""
        return self.build / f"{environment}.tfplan"

    def terraform(self, environment: str, *arguments: str) -> str:
        """Run Terraform in an environment and return what it printed; fail the test with its errors."""
        workspace = Workspace(self.folder, self.build)
        variables = {**os.environ, **self.aws.environment, **terraform_inputs(workspace, Target.LOCAL)}
        variables |= as_shipped(Target.LOCAL)
        variables["TF_DATA_DIR"] = str(self.build / "terraform" / environment)
        configuration = Workspace.from_environment().terraform_cli_configuration
        if configuration.is_file():
            variables["TF_CLI_CONFIG_FILE"] = str(configuration)
        ended = subprocess.run(
            ["terraform", *arguments], check=False, capture_output=True, text=True,
            cwd=self.folder / "envs" / environment, env=variables,
        )  # fmt: skip
        assert ended.returncode == 0, f"terraform {arguments[0]} in envs/{environment}:\n{ended.stderr}"
        return ended.stdout

    @contextmanager
    def with_files(self, files: Mapping[str, str]) -> Iterator[None]:
        """Add files to the copy while the block runs; none of them may be there already."""
        added = [self.folder / name for name in files]
        assert not [file for file in added if file.exists()]
        try:
            for file, text in zip(added, files.values(), strict=True):
                file.write_text(text)
            yield
        finally:
            for file in added:
                file.unlink(missing_ok=True)


def read(document: Document, backend: Backend | None = None) -> Plan:
    """Return the typed plan, with the places of resource blocks."""
    return parse_plan(document, "plan", locations=resource_locations(ROOT), backend=backend)


def make_lookups(aws: LocalAws, primary: Plan) -> None:
    """Make in the DR region what the primary's plan would make there and the DR environment looks up."""
    region = primary.dr_region
    dynamodb, kms, backup = (aws.client(name, region) for name in ("dynamodb", "kms", "backup"))
    for table in primary.of("aws_dynamodb_table"):
        dynamodb.create_table(
            TableName=table.value("name"),
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=True,
        )
    for alias in primary.of("aws_kms_alias"):
        if alias.region == region:
            key = kms.create_key()["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=alias.value("name"), TargetKeyId=key)
    for vault in primary.of("aws_backup_vault"):
        if vault.region == region:
            backup.create_backup_vault(BackupVaultName=vault.value("name"))
