"""DynamoDB's contract for global tables. On AWS these tests pass as well."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from tests.local_aws.global_table import AWAY, HOME, UNITS, GlobalTable, table

from local_aws.testing import LocalAws, eventually

__all__ = ["table"]


def keys_in_both_regions(aws: LocalAws) -> dict[str, str]:
    return {region: aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in (HOME, AWAY)}


def test_a_provisioned_table_gets_no_replica_before_its_writes_are_autoscaled(table: GlobalTable) -> None:
    with pytest.raises(ClientError) as error:
        table.add_replica()
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "write capacity should either be Pay-Per-Request or AutoScaled" in str(error.value)
    assert table.replicas() == {}


def test_the_writes_of_its_indexes_must_be_autoscaled_as_well(table: GlobalTable) -> None:
    table.autoscale_writes(f"table/{table.name}")
    with pytest.raises(ClientError) as error:
        table.add_replica()
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_an_autoscaled_table_gets_a_replica(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    replica = table.replicas()[AWAY]
    assert replica["ReplicaStatus"] == "ACTIVE"
    assert [index["IndexName"] for index in replica["GlobalSecondaryIndexes"]] == ["by-category"]


def test_an_on_demand_table_gets_a_replica_at_once(table: GlobalTable) -> None:
    table.update(BillingMode="PAY_PER_REQUEST")
    table.add_replica()
    assert AWAY in table.replicas()


def test_a_replica_has_the_key_that_it_was_given(aws: LocalAws, table: GlobalTable) -> None:
    keys = keys_in_both_regions(aws)
    table.autoscale_all_writes()
    table.update(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys[HOME]})
    table.add_replica(KMSMasterKeyId=keys[AWAY])
    assert table.described()["SSEDescription"]["KMSMasterKeyArn"] == keys[HOME]
    assert table.described(AWAY)["SSEDescription"]["KMSMasterKeyArn"] == keys[AWAY]
    assert table.replicas()[AWAY]["KMSMasterKeyId"] == keys[AWAY]


def test_a_replica_of_an_encrypted_table_without_a_key_has_the_managed_key(
    aws: LocalAws, table: GlobalTable
) -> None:
    table.autoscale_all_writes()
    table.update(SSESpecification={"Enabled": True, "SSEType": "KMS"})
    table.add_replica()
    managed = aws.client("kms", AWAY).describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    assert table.described(AWAY)["SSEDescription"]["KMSMasterKeyArn"] == managed


def test_a_key_of_another_region_is_refused(aws: LocalAws, table: GlobalTable) -> None:
    table.autoscale_all_writes()
    with pytest.raises(ClientError) as error:
        table.add_replica(KMSMasterKeyId=keys_in_both_regions(aws)[HOME])
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_an_index_added_later_appears_in_the_replica(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.dynamodb().put_item(
        TableName=table.name, Item={"id": {"S": "1"}, "brand": {"S": "acme"}, "category": {"S": "hats"}}
    )
    table.update(
        AttributeDefinitions=[{"AttributeName": "brand", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-brand",
                    "KeySchema": [{"AttributeName": "brand", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                    "ProvisionedThroughput": UNITS,
                }
            }
        ],
    )
    indexes = {index["IndexName"]: index for index in table.described(AWAY)["GlobalSecondaryIndexes"]}
    assert indexes["by-brand"]["IndexArn"].startswith(f"arn:aws:dynamodb:{AWAY}:")

    def found_away() -> int:
        found = table.dynamodb(AWAY).query(
            TableName=table.name,
            IndexName="by-brand",
            KeyConditionExpression="brand = :brand",
            ExpressionAttributeValues={":brand": {"S": "acme"}},
        )
        return int(found["Count"])

    assert eventually(lambda: found_away() == 1)


def test_the_billing_mode_is_the_same_everywhere(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.update(BillingMode="PAY_PER_REQUEST")
    for region in (HOME, AWAY):
        described = table.described(region)
        assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        [index] = described["GlobalSecondaryIndexes"]
        assert described["ProvisionedThroughput"]["WriteCapacityUnits"] == 0
        assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 0


def test_ceilings_of_on_demand_throughput_are_changed_and_shared(table: GlobalTable) -> None:
    table.update(BillingMode="PAY_PER_REQUEST")
    table.add_replica()
    limits = {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}
    index_limits = {"IndexName": "by-category", "OnDemandThroughput": {"MaxReadRequestUnits": 70}}
    table.update(OnDemandThroughput=limits, GlobalSecondaryIndexUpdates=[{"Update": index_limits}])
    for region in (HOME, AWAY):
        described = table.described(region)
        [index] = described["GlobalSecondaryIndexes"]
        assert described["OnDemandThroughput"] == limits
        assert index["OnDemandThroughput"] == {"MaxReadRequestUnits": 70, "MaxWriteRequestUnits": -1}


def test_a_provisioned_table_has_no_ceilings_of_on_demand_throughput(table: GlobalTable) -> None:
    table.update(BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 100})
    table.update(
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "by-category", "ProvisionedThroughput": UNITS}}
        ],
    )
    assert "OnDemandThroughput" not in table.described()


def test_write_capacity_is_shared_and_read_capacity_is_not(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.update(ProvisionedThroughput={"ReadCapacityUnits": 9, "WriteCapacityUnits": 8})
    away = table.described(AWAY)["ProvisionedThroughput"]
    assert (away["ReadCapacityUnits"], away["WriteCapacityUnits"]) == (5, 8)


def test_a_replica_protected_against_deletion_stays(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.update(AWAY, DeletionProtectionEnabled=True)
    with pytest.raises(ClientError) as error:
        table.update(ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert AWAY in table.replicas()


def test_time_to_live_is_the_same_everywhere(table: GlobalTable) -> None:
    table.autoscale_all_writes()
    table.add_replica()
    table.dynamodb().update_time_to_live(
        TableName=table.name,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"},
    )
    described = table.dynamodb(AWAY).describe_time_to_live(TableName=table.name)
    assert described["TimeToLiveDescription"]["AttributeName"] == "expires_at"
