"""modules/dynamodb-ha through the life of a table.

A table's TableId is new when the table is; so an unchanged id, and an item that is still there, prove
that a change was made in place. The tests stand in the order of the story: the table starts with its
replica; then come an index and an event, another billing mode, and the end.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.modules.root_module import ROOT, RootModule
from tests.modules.tables import HOME, INDEX_SCALED, ITEM, REPLICA, TABLE_SCALED, capacity, describe, scaled

from local_aws.testing import LocalAws

pytestmark = [pytest.mark.local, pytest.mark.slow]

TABLE = "example-products"
UNPROTECTED: dict[str, Any] = {"deletion_protection": False}
NO_INDEX: dict[str, Any] = {"global_secondary_indexes": {}}
STARTS, ENDS = "2099-09-24T06:00:00", "2099-09-30T22:00:00"
EVENTS: dict[str, Any] = {
    "events": {
        "fashion-week": {
            "starts_at": f"{STARTS}Z",
            "ends_at": f"{ENDS}Z",
            "read": {"baseline": 50, "maximum": 1000},
        }
    }
}


@pytest.fixture(scope="module")
def example(aws: LocalAws) -> RootModule:
    """Return the complete example: the products table and, unchanging, the idempotency table."""
    directory = ROOT / "modules" / "dynamodb-ha" / "examples" / "complete"
    return RootModule(directory, aws.terraform_state / "complete.tfstate", aws).init()


@pytest.fixture(scope="module")
def table_id(example: RootModule) -> str:
    """Return the id of the table, made with a replica but no index, and holding one item."""
    example.apply(**UNPROTECTED, **NO_INDEX)
    example.aws.client("dynamodb", HOME).put_item(TableName=TABLE, Item=ITEM)
    made: str = describe(example.aws, TABLE)["TableId"]
    return made


def is_the_same(aws: LocalAws, table_id: str) -> bool:
    item = aws.client("dynamodb", HOME).get_item(TableName=TABLE, Key={"id": ITEM["id"]})
    return bool(describe(aws, TABLE)["TableId"] == table_id and item["Item"] == ITEM)


def test_a_table_is_made_scaled_and_replicated(example: RootModule, table_id: str) -> None:
    assert is_the_same(example.aws, table_id)
    assert capacity(describe(example.aws, TABLE)) == {"": (5, 5)}
    for region in (HOME, REPLICA):
        assert scaled(example.aws, TABLE, region) == TABLE_SCALED


def test_the_replica_has_a_key_and_recovery_of_its_own(example: RootModule, table_id: str) -> None:
    key = example.aws.client("kms", REPLICA).describe_key(KeyId=f"alias/{TABLE}")["KeyMetadata"]["Arn"]
    assert key.startswith(f"arn:aws:kms:{REPLICA}:")
    assert describe(example.aws, TABLE, REPLICA)["SSEDescription"]["KMSMasterKeyArn"] == key
    backups = example.aws.client("dynamodb", REPLICA).describe_continuous_backups(TableName=TABLE)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_an_index_is_added_later_in_both_regions(example: RootModule, table_id: str) -> None:
    example.apply(**UNPROTECTED, **EVENTS)
    assert is_the_same(example.aws, table_id)
    for region in (HOME, REPLICA):
        assert capacity(describe(example.aws, TABLE, region))["by-category"] == (5, 5)
        assert scaled(example.aws, TABLE, region) == TABLE_SCALED | INDEX_SCALED


def test_an_event_is_scheduled_at_both_ends_in_both_regions(example: RootModule, table_id: str) -> None:
    for region in (HOME, REPLICA):
        client = example.aws.client("application-autoscaling", region)
        actions = client.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"]
        assert {
            (it["ResourceId"], it["Schedule"], it["ScalableTargetAction"]["MaxCapacity"]) for it in actions
        } == {
            (f"table/{TABLE}{index}", f"at({at})", maximum)
            for at, maximum in ((STARTS, 1000), (ENDS, 100))
            for index in ("", "/index/by-category")
        }


def test_capacity_that_autoscaling_moved_is_no_drift(example: RootModule, table_id: str) -> None:
    index = {"ReadCapacityUnits": 30, "WriteCapacityUnits": 8}
    example.aws.client("dynamodb", HOME).update_table(
        TableName=TABLE,
        ProvisionedThroughput={"ReadCapacityUnits": 40, "WriteCapacityUnits": 7},
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "by-category", "ProvisionedThroughput": index}}
        ],
    )
    assert example.is_unchanged(**UNPROTECTED, **EVENTS)


def test_switching_to_on_demand_keeps_the_table(example: RootModule, table_id: str) -> None:
    example.apply(**UNPROTECTED, capacity_mode="on_demand")
    assert is_the_same(example.aws, table_id)
    for region in (HOME, REPLICA):
        billing = describe(example.aws, TABLE, region)["BillingModeSummary"]
        assert billing["BillingMode"] == "PAY_PER_REQUEST"
        assert scaled(example.aws, TABLE, region) == set()
    assert example.is_unchanged(**UNPROTECTED, capacity_mode="on_demand")


def test_switching_back_keeps_the_table_and_scales_it_again(example: RootModule, table_id: str) -> None:
    example.apply(**UNPROTECTED)
    assert is_the_same(example.aws, table_id)
    assert capacity(describe(example.aws, TABLE)) == {"": (5, 5), "by-category": (5, 5)}
    for region in (HOME, REPLICA):
        assert scaled(example.aws, TABLE, region) == TABLE_SCALED | INDEX_SCALED
    assert example.is_unchanged(**UNPROTECTED)


def test_a_maximum_below_the_surge_fails_the_plan_with_the_arithmetic(example: RootModule) -> None:
    index = {"hash_key": {"name": "category"}, "read": {"baseline": 12, "maximum": 100}}
    said = example.refusal(**UNPROTECTED, global_secondary_indexes={"by-category": index})
    assert "reads of by-category need 10 \u00d7 12 = 120 units, maximum is 100" in said


def test_destroying_leaves_nothing_in_either_region(example: RootModule) -> None:
    example.destroy(**UNPROTECTED)
    assert json.loads(example.state.read_text())["resources"] == []
    for region in (HOME, REPLICA):
        assert example.aws.client("dynamodb", region).list_tables()["TableNames"] == []
        assert scaled(example.aws, TABLE, region) == set()
