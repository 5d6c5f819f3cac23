"""Destroying an environment: named first, asked for on a real account, safe to run twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console

from techmoda_ha.aws_clients import AwsClients, aws_errors_as
from techmoda_ha.environments import Environment, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.operations import describe_changes
from techmoda_ha.progress import terraform_progress
from techmoda_ha.terraform import Terraform

TABLE_TYPES = ("aws_dynamodb_table", "aws_dynamodb_table_replica")
VAULT_TYPE = "aws_backup_vault"
# What holds data or cannot be had back once it is gone: named before anything is touched.
STATEFUL_TYPES = (*TABLE_TYPES, VAULT_TYPE, "aws_kms_key", "aws_kms_replica_key", "aws_s3_bucket")


@dataclass(frozen=True)
class StatefulResource:
    """A resource that holds data: its Terraform address, type, and ARN.

    `protected`: a table refuses its deletion, a vault is not to be destroyed with its recovery points.
    """

    address: str
    type: str
    arn: str
    protected: bool


def managed_addresses(state: Mapping[str, Any]) -> list[str]:
    """Return the addresses of all resources of `terraform show -json` that Terraform made."""
    root = state.get("values", {}).get("root_module", {})
    return [resource["address"] for resource in _resources(root) if resource["mode"] == "managed"]


def stateful_resources(state: Mapping[str, Any]) -> list[StatefulResource]:
    """Return the resources of `terraform show -json` that hold data."""
    found = []
    for resource in _resources(state.get("values", {}).get("root_module", {})):
        if resource["mode"] == "managed" and resource["type"] in STATEFUL_TYPES:
            values, is_vault = resource["values"], resource["type"] == VAULT_TYPE
            protected = bool(
                not values.get("force_destroy") if is_vault else values.get("deletion_protection_enabled")
            )
            found.append(
                StatefulResource(resource["address"], resource["type"], values.get("arn", ""), protected)
            )
    return found


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def release_deletion_protection(resources: list[StatefulResource], variables: Mapping[str, str]) -> None:
    """Switch deletion protection off on every protected table, in that table's own region."""
    clients = AwsClients(variables)
    for resource in resources:
        if resource.type in TABLE_TYPES and resource.protected:
            region, table = resource.arn.split(":")[3], resource.arn.rsplit("/", 1)[-1]
            clients("dynamodb", region).update_table(TableName=table, DeletionProtectionEnabled=False)


def refuse_full_vaults(resources: list[StatefulResource], variables: Mapping[str, str]) -> None:
    """Raise HaError when a vault that is not to be emptied still holds recovery points.

    Terraform would find that out last, with everything else destroyed: the backups would be all that is
    left, and nobody could restore them but by hand.
    """
    clients = AwsClients(variables)
    for resource in resources:
        if resource.type == VAULT_TYPE and resource.protected:
            region, vault = resource.arn.split(":")[3], resource.arn.rsplit(":", 1)[-1]
            with aws_errors_as(f"The vault {vault} could not be read.", "Check the region and your rights."):
                found = clients("backup", region).describe_backup_vault(BackupVaultName=vault)
            if points := found.get("NumberOfRecoveryPoints", 0):
                raise HaError(
                    f"The vault {vault} in {region} holds {points} recovery points; nothing was touched.",
                    "Wait until they expire; or give them up: apply with deletion_protection = false first.",
                )


def destroy_environment(
    workspace: Workspace,
    environment: Environment,
    variables: Mapping[str, str],
    console: Console,
    *,
    ask: bool,
) -> None:
    """Destroy one environment.

    Raises HaError when Terraform fails or the person does not confirm; nothing has been touched then
    but deletion protection, which the next apply switches on again.
    """
    terraform = Terraform(workspace, environment, variables)
    with console.status(f"Reading what envs/{environment} holds"):
        terraform.init()
        state = terraform.show_state()
        addresses, stateful = managed_addresses(state), stateful_resources(state)
    if not addresses:
        console.print(f"envs/{environment}: nothing is deployed, nothing to destroy.")
        return
    console.print(f"envs/{environment}: {len(addresses)} resources will be destroyed, these with their data:")
    for resource in stateful:
        console.print(f"  {resource.address}  {resource.arn}", markup=False, highlight=False, soft_wrap=True)
    question = f"Type the environment's name ({environment}) to destroy it"
    if ask and click.prompt(question, err=True) != environment:
        raise HaError("Not confirmed; nothing was touched.", "Run it again when you are sure.")
    refuse_full_vaults(stateful, variables)
    release_deletion_protection(stateful, variables)
    with terraform_progress(console, f"destroy {environment}") as progress:
        run = terraform.destroy(progress.listen)
        progress.finish(describe_changes(run))
