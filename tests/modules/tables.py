"""What a table is at present, read from the local AWS."""

from __future__ import annotations

from typing import Any

from local_aws.testing import LocalAws

HOME, REPLICA = "us-east-1", "us-west-2"
ITEM = {"id": {"S": "dress-1"}, "category": {"S": "dresses"}}
TABLE_SCALED = {("table:ReadCapacityUnits", 5, 100), ("table:WriteCapacityUnits", 5, 100)}
INDEX_SCALED = {
    ("index:ReadCapacityUnits/index/by-category", 5, 100),
    ("index:WriteCapacityUnits/index/by-category", 5, 100),
}


def describe(aws: LocalAws, table: str, region: str = HOME) -> dict[str, Any]:
    """Return a table as DescribeTable tells it."""
    described: dict[str, Any] = aws.client("dynamodb", region).describe_table(TableName=table)["Table"]
    return described


def capacity(description: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Return read and write units of a table (under "") and its indexes, by index name."""
    throughputs = {"": description["ProvisionedThroughput"]}
    for index in description.get("GlobalSecondaryIndexes", []):
        throughputs[index["IndexName"]] = index["ProvisionedThroughput"]
    return {name: (it["ReadCapacityUnits"], it["WriteCapacityUnits"]) for name, it in throughputs.items()}


def scaled(aws: LocalAws, table: str, region: str) -> set[tuple[str, int, int]]:
    """Return what target tracking scales of a table in a region: dimension (and index), minimum, maximum."""
    client = aws.client("application-autoscaling", region)
    policies = client.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    tracked = {(policy["ResourceId"], policy["ScalableDimension"]) for policy in policies}
    found = set()
    for target in client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]:
        resource, dimension = target["ResourceId"], target["ScalableDimension"]
        if f"{resource}/".startswith(f"table/{table}/") and (resource, dimension) in tracked:
            name = dimension.removeprefix("dynamodb:") + resource.removeprefix(f"table/{table}")
            found.add((name, target["MinCapacity"], target["MaxCapacity"]))
    return found
