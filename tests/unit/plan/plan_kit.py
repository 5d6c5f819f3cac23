"""Small plans in the form of `terraform show -json`, for units; the real ones are in tests/plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from techmoda_ha.plan.model import Plan, System
from techmoda_ha.plan.objectives import Objectives, read_objectives
from techmoda_ha.plan.parse import parse_plan

ROOT = Path(__file__).resolve().parents[3]
Document = dict[str, Any]
REGIONS = {"primary": "us-east-1", "dr": "us-west-2"}


def resource(
    kind: str,
    name: str,
    values: Mapping[str, Any],
    *,
    unknown: Mapping[str, Any] | None = None,
    actions: Sequence[str] = ("create",),
    module: str = "",
    provider: str = "aws",
) -> Document:
    """Return a resource as the plan's changes list it, with its provider beside."""
    address = f"{module}.{kind}.{name}".lstrip(".")
    after = None if tuple(actions) == ("delete",) else dict(values)
    return {
        "address": address,
        "module_address": module,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": provider,
        "change": {
            "actions": list(actions),
            "before": None if tuple(actions) == ("create",) else dict(values),
            "after": after,
            "after_unknown": dict(unknown or {}),
        },
    }


def document(*resources: Document, role: str = "primary") -> Document:
    """Return a whole plan document of an environment."""
    providers = {
        "aws": {"expressions": {"region": {"references": [f"var.{role}_region"]}}},
        "aws.replica": {"expressions": {"region": {"constant_value": REGIONS["dr"]}}},
    }
    root: Document = {"resources": [], "module_calls": {}}
    for one in resources:
        module = root
        for name in [part for part in one["module_address"].split(".") if part and part != "module"]:
            call = module["module_calls"].setdefault(
                name, {"source": f"../../modules/{name}", "module": {"resources": [], "module_calls": {}}}
            )
            module = call["module"]
        entry = {key: one[key] for key in ("mode", "type", "name")}
        module["resources"].append({**entry, "provider_config_key": one["provider"], "expressions": {}})
    if role == "dr":
        del providers["aws.replica"]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "complete": True,
        "errored": False,
        "variables": {f"{name}_region": {"value": region} for name, region in REGIONS.items()},
        "planned_values": {},
        "prior_state": {"values": {"root_module": {}}},
        "configuration": {"provider_config": providers, "root_module": root},
        "resource_changes": list(resources),
    }


def plan(*resources: Document, role: str = "primary") -> Plan:
    """Return the typed plan of these resources."""
    return parse_plan(document(*resources, role=role), f"envs/{role}")


def objectives() -> Objectives:
    """Return what objectives.yaml at the repository's root promises."""
    return read_objectives(yaml.safe_load((ROOT / "objectives.yaml").read_text()))


def system(*plans: Plan) -> System:
    """Return the system of these plans."""
    by_role = {str(one.role): one for one in plans}
    return System(objectives(), by_role.get("primary"), by_role.get("dr"))


def table(name: str = "products", **values: Any) -> Document:
    """Return a table that keeps every rule which looks at it alone, but for the values given."""
    good = {
        "name": name,
        "billing_mode": "PAY_PER_REQUEST",
        "deletion_protection_enabled": True,
        "stream_enabled": True,
        "stream_view_type": "NEW_AND_OLD_IMAGES",
        "point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 35}],
    }
    return resource("aws_dynamodb_table", name, {**good, **values})
