"""Faults seeded in the plans' JSON: each is named by its rule alone, and what is not judged is not passed."""

from __future__ import annotations

import copy
import json
import random

import pytest
from tests.plan.bench import Document, read
from tests.plan.conftest import TODAY
from tests.plan.faults import FAULTS
from tests.plan.mutations import BACKENDS, MUTATIONS, Misplaced, Mutated

from techmoda_ha.plan.engine import Findings, judge
from techmoda_ha.plan.judging import RULES
from techmoda_ha.plan.model import System


def judged(documents: dict[str, Document], system: System) -> Findings:
    changed = System(system.objectives, read(documents["primary"]), read(documents["dr"]))
    return judge(changed, (), TODAY)


@pytest.mark.parametrize("mutated", MUTATIONS, ids=str)
def test_a_fault_in_the_plan_is_named_by_its_rule_alone(
    mutated: Mutated, documents: dict[str, Document], system: System, unchanged: Findings
) -> None:
    found = judged(mutated.seed(documents), system).places - unchanged.places
    assert found == {(mutated.rule, environment, address) for environment, address in mutated.places(system)}


@pytest.mark.parametrize("misplaced", BACKENDS, ids=str)
def test_a_state_in_the_wrong_place_is_named_by_its_rule_alone(
    misplaced: Misplaced, documents: dict[str, Document], system: System, unchanged: Findings
) -> None:
    changed = System(system.objectives, system.primary, read(documents["dr"], misplaced.backend))
    found = judge(changed, (), TODAY).places - unchanged.places
    assert found == {(misplaced.rule, "dr", "envs/dr")}


def test_no_rule_is_without_a_seeded_fault() -> None:
    seeded = {
        *(one.rule for one in FAULTS),
        *(one.rule for one in MUTATIONS),
        *(one.rule for one in BACKENDS),
    }
    assert seeded == RULES.keys()
    assert len(FAULTS) + len(MUTATIONS) + len(BACKENDS) >= 40


def test_another_order_in_the_plans_changes_nothing(
    documents: dict[str, Document], system: System, unchanged: Findings
) -> None:
    shuffled = copy.deepcopy(documents)
    for document in shuffled.values():
        random.Random(7).shuffle(document["resource_changes"])  # noqa: S311 - an order, no secret
    found = judged(json.loads(json.dumps(shuffled, sort_keys=True)), system)
    assert found.places == unchanged.places
    assert found.held == unchanged.held


def test_what_is_known_only_after_apply_is_reported_and_never_counts_as_held(unchanged: Findings) -> None:
    unknown = {(one.rule.id, one.judgement.address) for one in unchanged.unknown}
    assert ("data-replica-key", REPLICA) in unknown
    assert "data-replica-key" not in unchanged.held


REPLICA = 'module.products_table.module.replica["us-west-2"].aws_dynamodb_table_replica.this'
