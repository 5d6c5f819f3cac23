"""State in a bucket of its own region, on the local AWS: locked, and of use while the other region is gone.

The root modules are small; all else is as it ships: `ha`'s way to the bucket, the backend that envs/ name,
and their lock files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.modules.root_module import ROOT

from local_aws.testing import LocalAws, eventually
from techmoda_ha.bootstrap.migration import migrate_state
from techmoda_ha.environments import Environment, Target, Workspace
from techmoda_ha.errors import HaError
from techmoda_ha.terraform import Terraform

pytestmark = [pytest.mark.local, pytest.mark.slow]

# The input "wait" holds the lock for that many seconds while it changes.
MAIN = """
variable "name" {
  default = "shop"
}

variable "primary_region" {
  default = "us-east-1"
}

variable "dr_region" {
  default = "us-west-2"
}

variable "wait" {
  default = "0"
}

module "nothing" {
  source = "./nothing"
}

resource "terraform_data" "here" {
  triggers_replace = [var.wait]

  provisioner "local-exec" {
    command = "sleep ${var.wait}"
  }
}

output "waited" {
  value = var.wait

  depends_on = [terraform_data.here]
}
"""
Maker = Callable[..., Terraform]


@pytest.fixture(scope="module")
def make(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Return a maker of Terraform on one of two small environments that share the local AWS."""
    root = tmp_path_factory.mktemp("checkout")
    workspace = Workspace(root, root / "build")
    for environment in Environment:
        folder = workspace.environment_dir(environment)
        (folder / "nothing").mkdir(parents=True)
        for name in ("versions.tf", ".terraform.lock.hcl"):
            shutil.copy(ROOT / "envs" / environment / name, folder)
        (folder / "main.tf").write_text(MAIN)
        (folder / "nothing" / "main.tf").write_text("")
    checkout = Workspace.from_environment({})
    configuration = checkout.terraform_cli_configuration
    shared = {"TF_CLI_CONFIG_FILE": str(configuration)} if configuration.is_file() else {}

    def terraform(environment: Environment, *, patience: int = 0, **inputs: str) -> Terraform:
        variables = {
            **aws.environment,
            **shared,
            "HA_STATE_DIR": str(root / "state"),
            "HA_TARGET": Target.LOCAL,
            "HA_BOOTSTRAP": "auto",
            **{f"TF_VAR_{name}": value for name, value in inputs.items()},
        }
        made = Terraform(workspace, environment, variables, lock_patience_seconds=patience)
        made.init()
        return made

    return terraform


def stored(aws: LocalAws, region: str, key: str) -> bool:
    """Whether the state bucket of a region holds an object."""
    bucket = f"shop-state-{aws.settings.account_id}-{region}"
    found: dict[str, Any] = aws.client("s3", region).list_objects_v2(Bucket=bucket, Prefix=key)
    return any(one["Key"] == key for one in found.get("Contents", []))


@pytest.mark.parametrize(
    ("environment", "region"), [(Environment.PRIMARY, "us-east-1"), (Environment.DR, "us-west-2")]
)
def test_a_state_lies_in_its_own_region_and_nowhere_else(
    make: Maker, aws: LocalAws, environment: Environment, region: str
) -> None:
    make(environment).apply()
    assert stored(aws, region, f"envs/{environment}/terraform.tfstate")
    assert make(environment).outputs() == {"waited": "0"}
    assert not list(make(environment).directory.glob("*.tfstate*"))


def test_of_two_applies_at_once_one_is_refused_naming_the_other_and_one_that_waits_goes_on(
    make: Maker, aws: LocalAws
) -> None:
    lock = "envs/primary/terraform.tfstate.tflock"
    with ThreadPoolExecutor() as threads:
        first = threads.submit(make(Environment.PRIMARY, wait="15").apply)
        assert eventually(lambda: stored(aws, "us-east-1", lock))
        with pytest.raises(
            HaError, match="envs/primary is being changed by another run: apply by"
        ) as refused:
            make(Environment.PRIMARY).apply()
        assert "This apply touched nothing." in refused.value.message
        make(Environment.PRIMARY, patience=120).apply()
        assert first.result().summary["add"] == 1
    assert not stored(aws, "us-east-1", lock)


@pytest.mark.parametrize("mode", ["reset", "hang"])
def test_dr_is_planned_and_applied_while_us_east_1_is_gone(make: Maker, aws: LocalAws, mode: str) -> None:
    make(Environment.DR).apply()
    with aws.cut_off("us-east-1", mode):
        make(Environment.DR).backend.file.unlink()  # a machine that has never seen this deployment
        assert not make(Environment.DR).plan().has_changes
        make(Environment.DR, wait="1").apply()
        assert make(Environment.DR).outputs() == {"waited": "1"}


def test_a_state_of_this_machine_is_moved_by_one_command(make: Maker, aws: LocalAws) -> None:
    there = make(Environment.DR)
    state = there.pull_state()
    region, name = "us-west-2", "moved"
    backend = make(Environment.DR, name=name).backend
    backend.file.unlink()
    backend.local_state.write_text(json.dumps(state))
    moving = Terraform(there.workspace, Environment.DR, {**there.variables, "TF_VAR_name": name})
    with pytest.raises(HaError, match="still lies on this machine"):
        moving.init()
    bucket = moving.backend.bucket()
    moving.backend.ensure(bucket)
    moved = migrate_state(moving, moving.backend.keep(bucket.location))
    assert moved
    assert moved.resources == 1
    assert moving.pull_state()["resources"] == state["resources"]
    objects = aws.client("s3", region).list_objects_v2(Bucket=bucket.location.bucket)["Contents"]
    assert [one["Key"] for one in objects] == ["envs/dr/terraform.tfstate"]
    assert Path(f"{backend.local_state}.moved").is_file()
