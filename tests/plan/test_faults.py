"""Every seeded fault is named by its rule, at its places, and by no other rule."""

from __future__ import annotations

import pytest
from tests.plan.bench import Bench, read
from tests.plan.conftest import TODAY
from tests.plan.faults import FAULTS, GROUPS, of_group
from tests.plan.faults.fault import Fault

from techmoda_ha.plan.engine import Findings, judge
from techmoda_ha.plan.model import System

Finding = tuple[str, str, str]


@pytest.fixture(scope="session")
def judged(bench: Bench, system: System) -> dict[int, Findings]:
    """What the rules say of each group of faults, planned together in both environments."""
    found = {}
    for group in GROUPS:
        files: dict[str, str] = {}
        for one in of_group(group):
            assert not files.keys() & one.files.keys()
            files |= one.files
        with bench.with_files(files):
            documents = bench.plan_both()
        changed = System(system.objectives, read(documents["primary"]), read(documents["dr"]))
        found[group] = judge(changed, (), TODAY)
    return found


def expected(fault: Fault, system: System) -> set[Finding]:
    return {(fault.rule, environment, address) for environment, address in fault.places(system)}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_seeded_fault_is_named_by_its_rule(
    fault: Fault, judged: dict[int, Findings], system: System, unchanged: Findings
) -> None:
    places = expected(fault, system)
    assert places, "a fault that is expected nowhere shows nothing"
    assert not places & unchanged.places
    assert places <= judged[fault.group].places


@pytest.mark.parametrize("group", GROUPS)
def test_no_rule_names_anything_else(
    group: int, judged: dict[int, Findings], system: System, unchanged: Findings
) -> None:
    wanted = set().union(*(expected(fault, system) for fault in of_group(group)))
    surplus = judged[group].places - wanted - unchanged.places
    assert sorted(surplus) == []
