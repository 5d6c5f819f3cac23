"""DynamoDB tables of a plan: their replicas, and what scales their throughput."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from techmoda_ha.plan.model import Plan, Resource
from techmoda_ha.plan.values import UNKNOWN

TABLE, REPLICA = "aws_dynamodb_table", "aws_dynamodb_table_replica"
PROVISIONED = "PROVISIONED"


def replicas_of(plan: Plan, table: Resource) -> list[Resource]:
    """Return a table's replica resources."""
    return [replica for replica in plan.of(REPLICA) if source_of(plan, replica) is table]


def regions_of(plan: Plan, table: Resource) -> set[str | None]:
    """Return the regions to which a table is replicated, by resources of their own or by blocks."""
    blocks = {block.value("region_name") for block in table.blocks("replica")}
    return blocks | {replica.region for replica in replicas_of(plan, table)}


def is_made_in(plan: Plan, table: Resource) -> bool:
    """Tell whether another environment makes a table of the same name for itself: it needs no replica."""
    return plan.one_with(TABLE, "name", table.value("name")) is not None


def source_of(plan: Plan, replica: Resource) -> Resource | None:
    """Return the table that a replica repeats.

    By its ARN where that is known. Before the first apply it is not: then the table in the nearest
    enclosing module is the one, if there is exactly one.
    """
    arn = replica.value("global_table_arn")
    if arn is not UNKNOWN:
        return plan.one_with(TABLE, "arn", arn)
    module = replica.module
    while True:
        near = [table for table in plan.of(TABLE) if table.module == module]
        if near or not module:
            return near[0] if len(near) == 1 else None
        module = module.rpartition(".module.")[0] if ".module." in module else ""


@dataclass(frozen=True)
class Dimension:
    """One thing that autoscaling governs, by the names that Application Auto Scaling gives it."""

    resource_id: str
    name: str

    @property
    def is_read(self) -> bool:
        """Tell reads from writes."""
        return "Read" in self.name


def dimensions(table: Resource) -> Iterator[Dimension]:
    """Yield what of a provisioned table has to scale: reads and writes of itself and of every index."""
    name = table.value("name")
    for kind in ("Read", "Write"):
        yield Dimension(f"table/{name}", f"dynamodb:table:{kind}CapacityUnits")
    for index in table.blocks("global_secondary_index"):
        for kind in ("Read", "Write"):
            yield Dimension(
                f"table/{name}/index/{index.value('name')}", f"dynamodb:index:{kind}CapacityUnits"
            )


def scaling(plan: Plan, kind: str, dimension: Dimension, region: str | None) -> Resource | None:
    """Return the scaling target or policy of a dimension in a region."""
    for resource in plan.of(kind):
        if resource.region == region and dimension_of(resource) == dimension:
            return resource
    return None


def dimension_of(resource: Resource) -> Dimension:
    """Return the dimension that a scaling target or policy governs."""
    return Dimension(str(resource.value("resource_id")), str(resource.value("scalable_dimension")))


TARGET, POLICY = "aws_appautoscaling_target", "aws_appautoscaling_policy"
TARGET_VALUE = "target_tracking_scaling_policy_configuration.0.target_value"
