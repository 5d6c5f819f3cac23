"""Terraform's JSON is read into the typed plan; what is no plan of this repository is refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.plan.plan_kit import document, plan, resource, table

from techmoda_ha.plan.model import Location, Role
from techmoda_ha.plan.parse import PlanFormatError, parse_plan
from techmoda_ha.plan.values import UNKNOWN


def test_a_resource_has_the_region_of_its_provider() -> None:
    near, far = (
        resource("aws_kms_key", "near", {}),
        resource("aws_kms_key", "far", {}, provider="aws.replica"),
    )
    assert [one.region for one in plan(near, far).resources] == ["us-east-1", "us-west-2"]


def test_the_provider_of_a_module_may_be_named_with_the_module() -> None:
    one = resource("aws_kms_key", "far", {}, module="module.table", provider="module.table:aws.replica")
    assert plan(one).resources[0].region == "us-west-2"


@pytest.mark.parametrize(("name", "role"), [("primary", Role.PRIMARY), ("dr", Role.DR)])
def test_the_providers_region_tells_which_environment_it_is(name: str, role: Role) -> None:
    assert plan(role=name).role is role


def test_a_known_value_and_one_that_only_an_apply_tells_are_told_apart() -> None:
    one = plan(resource("aws_sns_topic", "t", {"name": "t", "tags": None}, unknown={"arn": True})).resources[
        0
    ]
    assert (one.value("name"), one.value("arn"), one.value("tags"), one.value("no.such.path")) == (
        "t",
        UNKNOWN,
        None,
        None,
    )


def test_a_value_within_an_unknown_block_is_unknown() -> None:
    one = plan(resource("aws_x", "x", {"block": None}, unknown={"block": True})).resources[0]
    assert one.value("block.0.deep.er") is UNKNOWN
    assert [block.value("anything") for block in one.blocks("block")] == [UNKNOWN]


def test_a_value_beside_an_unknown_one_in_a_block_is_known() -> None:
    values, unknown = {"rule": [{"name": "daily"}]}, {"rule": [{"arn": True}]}
    (block,) = plan(resource("aws_x", "x", values, unknown=unknown)).resources[0].blocks("rule")
    assert (block.value("name"), block.value("arn")) == ("daily", UNKNOWN)


def test_unknown_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)


def test_what_is_deleted_does_not_remain_but_is_known_as_lost() -> None:
    gone = plan(resource("aws_x", "x", {"name": "x"}, actions=("delete",)))
    assert gone.resources == ()
    assert [one.is_lost for one in gone.changes] == [True]


def test_the_place_of_a_resource_block_is_found_through_module_sources() -> None:
    here = Location("modules/backup/plan.tf", 3)
    one = resource("aws_backup_plan", "this", {}, module="module.backup")
    read = parse_plan(document(one), "p", locations={("modules/backup", "aws_backup_plan", "this"): here})
    assert read.resources[0].location == here


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in document(table()).items() if name not in names}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "no format_version"),
        ({"hello": 1}, "no format_version"),
        ({**document(), "format_version": "2.0"}, "reads format 1"),
        ({"format_version": "1.0", "values": {}}, "a state, not a plan"),
        (without("configuration"), "lacks configuration"),
        (without("planned_values"), "lacks planned_values"),
        ({**document(), "errored": True}, "failed"),
        ({**document(), "complete": False}, "only a part"),
        ({**document(), "variables": {}}, "no plan of envs/primary or envs/dr"),
        (
            {**document(), "configuration": {"provider_config": {}, "root_module": {}}},
            "no plan of envs/primary",
        ),
        ({**document(), "configuration": {}}, "no plan of envs/primary"),
        ({**document(), "resource_changes": [{"mode": "managed"}]}, "no whole Terraform plan"),
        ({**document(), "resource_changes": [None]}, "no whole Terraform plan"),
    ],
)
def test_what_is_no_plan_of_this_repository_is_refused(content: Any, says: str) -> None:
    with pytest.raises(PlanFormatError, match=says) as caught:
        parse_plan(content, "the-file.json")
    assert caught.value.exit_code == 2
    assert "the-file.json" in caught.value.message


@pytest.mark.parametrize("name", ["format_version", "variables", "planned_values", "configuration"])
def test_a_document_that_lost_a_part_is_refused(name: str) -> None:
    with pytest.raises(PlanFormatError):
        parse_plan(without(name), "cut.json")
