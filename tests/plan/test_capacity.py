"""The capacity model on the plans of the real environments: ours holds, and what is too low is named."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from tests.plan.bench import Document, read
from tests.plan.mutations import Mutation, setting

from techmoda_ha.capacity import profiles
from techmoda_ha.capacity.plan_reader import of_environment
from techmoda_ha.capacity.simulation import Result, simulate
from techmoda_ha.plan.objectives import Objectives

Simulate = Callable[[Document], Result]


@pytest.fixture
def simulated(objectives: Objectives) -> Simulate:
    """Return what simulates a surge by 1000 % on a plan of the primary."""

    def of(document: Document) -> Result:
        case = of_environment(read(document), "primary", objectives)
        return simulate(case, profiles.named("plus-1000", case.normal_rate))

    return of


def test_what_would_be_deployed_holds_a_surge(documents: dict[str, Document], simulated: Simulate) -> None:
    found = simulated(documents["primary"])
    assert found.first_bottleneck is None
    assert found.throttled_requests < 0.5


def both(*changes: Mutation) -> Mutation:
    """Return what makes one change after the other."""

    def change(documents: dict[str, Document]) -> None:
        for one in changes:
            one(documents)

    return change


TABLE_READS = 'products_table.module.autoscaling.aws_appautoscaling_target.this["read"]'
STAGE = "api.aws_api_gateway_method_settings.all"


@pytest.mark.parametrize(
    ("part", "too_low"),
    [
        ("table_read", setting(TABLE_READS, "max_capacity", 50, "primary")),
        (
            "products",
            setting("products.aws_lambda_function.this", "reserved_concurrent_executions", 4, "primary"),
        ),
        (
            "throttle",
            both(
                setting(STAGE, "settings.0.throttling_rate_limit", 40, "primary"),
                setting(STAGE, "settings.0.throttling_burst_limit", 40, "primary"),
            ),
        ),
    ],
)
def test_a_limit_that_is_too_low_fails_and_is_named(
    part: str, too_low: Mutation, documents: dict[str, Document], simulated: Simulate
) -> None:
    changed = copy.deepcopy(documents)
    too_low(changed)
    found = simulated(changed["primary"])
    assert found.first_bottleneck == part
    assert found.throttled_share > 0.01
