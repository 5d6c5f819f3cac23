"""The two environments say the same about all that both have, so that the standby equals the primary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ENVS = Path(__file__).resolve().parents[3] / "envs"
# What a region must say differently: which one it is, and where its own data is.
OF_THE_REGION = {"environment", "domain_names", "cursor_key_arn", "tables"}
ONLY_DR_MAKES = {
    "failover_function_name",
    "failover_operator_policy_arn",
    "global_dashboard_name",
    "primary_region",
    "primary_regional_api_url",
    "stop_table_name",
}
ONLY_PRIMARY_MAKES = {
    "backup_break_glass_role_arn",
    "backup_plan_id",
    "dr_backup_vault_name",
    "replica_region",
    "replica_table_arn",
}


def arguments_of_the_region(environment: Path) -> dict[str, str]:
    """Return the arguments of the call of modules/regional-api, by name, without white space."""
    text = (environment / "api.tf").read_text()
    (body,) = re.findall(r'^module "regional_api" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^  ([a-z_]+) +=", body, flags=re.MULTILINE)[1:]
    return {name: "".join(value.split()) for name, value in zip(parts[::2], parts[1::2], strict=True)}


def names(environment: Path, kind: str) -> set[str]:
    """Return the names of all blocks of a kind, such as output."""
    files = sorted(environment.glob("*.tf"))
    return {
        name for file in files for name in re.findall(rf'^{kind} "(\w+)"', file.read_text(), re.MULTILINE)
    }


@pytest.mark.parametrize(
    "file", ["shared_incident_response.tf", "shared_variables.tf", "shared_locals.tf", ".terraform.lock.hcl"]
)
def test_a_shared_file_is_the_same_in_both_environments(file: str) -> None:
    assert (ENVS / "primary" / file).read_bytes() == (ENVS / "dr" / file).read_bytes()


def test_both_call_the_regional_module_alike() -> None:
    primary, dr = (arguments_of_the_region(ENVS / name) for name in ("primary", "dr"))
    assert primary.keys() == dr.keys()
    different = {name for name in primary if primary[name] != dr[name]}
    assert different == OF_THE_REGION


def test_both_have_the_same_outputs_but_for_what_only_one_of_them_makes() -> None:
    primary, dr = (names(ENVS / name, "output") for name in ("primary", "dr"))
    assert primary - dr == ONLY_PRIMARY_MAKES
    assert dr - primary == ONLY_DR_MAKES


def test_dr_knows_no_provider_and_no_state_of_another_region() -> None:
    text = "\n".join(file.read_text() for file in sorted((ENVS / "dr").glob("*.tf")))
    assert re.findall(r"region *= *var\.(\w+)", text) == ["dr_region"]
    assert "terraform_remote_state" not in text
    assert "alias " not in (ENVS / "dr" / "providers.tf").read_text()


def test_a_drift_between_the_calls_is_seen(tmp_path: Path) -> None:
    text = (ENVS / "dr" / "api.tf").read_text()
    (tmp_path / "api.tf").write_text(text.replace("module.capacity.throttle", "{ rate_limit = 1 }"))
    assert arguments_of_the_region(tmp_path)["throttle"] != arguments_of_the_region(ENVS / "dr")["throttle"]
