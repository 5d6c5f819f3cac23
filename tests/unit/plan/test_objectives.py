"""objectives.yaml means the workload that Terraform builds for, and regions that the environments use."""

from __future__ import annotations

import re

import pytest
from tests.unit.plan.plan_kit import REGIONS, ROOT, objectives

from techmoda_ha.errors import HaError
from techmoda_ha.plan.objectives import read_objectives

CAPACITY = (ROOT / "modules" / "capacity" / "variables.tf").read_text()


def default(name: str, within: str = "") -> float:
    """Return an input's default in modules/capacity, within a nested object where one is named."""
    text = CAPACITY.partition(f"{within} = optional(object")[2] if within else CAPACITY
    found = re.search(rf"\b{name}\s*=\s*optional\(number, ([\d.]+)\)", text)
    assert found, f"modules/capacity has no default for {within}.{name}"
    return float(found[1])


def test_the_workload_is_the_one_that_the_capacity_module_builds_for() -> None:
    promised = objectives()
    work = promised.workload
    assert promised.surge_factor == default("surge_factor")
    for name in ("requests_per_second", "write_share", "account_concurrency"):
        assert getattr(work, name) == default(name)
    for name in ("read_units_per_read", "write_units_per_write"):
        assert getattr(work, name) == default(name, "table")
    for name, load in work.functions.items():
        assert load.p99_seconds == default("p99_seconds", name)


def test_the_environments_regions_are_approved() -> None:
    assert set(REGIONS.values()) <= set(objectives().approved_regions)


def test_less_than_the_overall_promise_is_only_made_with_a_reason() -> None:
    promised = objectives()
    for name, one in promised.disruptions.items():
        assert one.rto_minutes > promised.rto_minutes or one.rpo_minutes > promised.rpo_minutes, name
        assert one.why.endswith("."), name


@pytest.mark.parametrize("document", [None, [], {}, {"workload": {}}, {"workload": {"functions": 3}}])
def test_objectives_that_are_not_whole_are_refused(document: object) -> None:
    with pytest.raises(HaError) as caught:
        read_objectives(document)
    assert caught.value.exit_code == 2
