"""Faults of the tables."""

from __future__ import annotations

from tests.plan.faults.fault import at, every, fault

TABLE, REPLICA = "aws_dynamodb_table", "aws_dynamodb_table_replica"
MODULE = "modules/dynamodb-ha"


def of_table(arguments: str) -> str:
    return f'resource "aws_dynamodb_table" "this" {{\n{arguments}\n}}\n'


def of_replica(arguments: str) -> str:
    return f'resource "aws_dynamodb_table_replica" "this" {{\n{arguments}\n}}\n'


FAULTS = (
    fault(
        "data-pitr",
        "tables without point-in-time recovery",
        MODULE,
        of_table("point_in_time_recovery {\n enabled = false\n }"),
        every(TABLE),
    ),
    fault(
        "data-pitr",
        "point-in-time recovery of two days only",
        MODULE,
        of_table("point_in_time_recovery {\n enabled = true\n recovery_period_in_days = 2\n }"),
        every(TABLE),
        group=2,
    ),
    fault(
        "data-pitr",
        "replicas without point-in-time recovery",
        f"{MODULE}/modules/replica",
        of_replica("point_in_time_recovery = false"),
        every(REPLICA),
    ),
    fault(
        "data-deletion-protection",
        "tables that can be deleted",
        MODULE,
        of_table("deletion_protection_enabled = false"),
        every(TABLE),
    ),
    fault(
        "data-deletion-protection",
        "replicas that can be deleted",
        f"{MODULE}/modules/replica",
        of_replica("deletion_protection_enabled = false"),
        every(REPLICA),
        group=2,
    ),
    fault(
        "data-stream",
        "streams that keep keys only",
        MODULE,
        of_table('stream_view_type = "KEYS_ONLY"'),
        every(TABLE),
    ),
    fault(
        "data-stream",
        "tables without a stream",
        MODULE,
        of_table("stream_enabled = false\n stream_view_type = null"),
        every(TABLE),
        group=2,
    ),
    fault(
        "data-replica",
        "receipts that are kept in one region",
        "envs/primary",
        'module "idempotency_table" {\n replicas = {}\n}\n',
        at("module.idempotency_table.aws_dynamodb_table.this", "primary"),
        group=3,
    ),
    fault(
        "data-replica-key",
        "replicas encrypted with a key of the primary region",
        f"{MODULE}/modules/replica",
        of_replica(
            'kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/00000000-0000-0000-0000-000000000000"'
        ),
        every(REPLICA),
    ),
    fault(
        "data-replica-key",
        "replicas encrypted with a key of AWS",
        f"{MODULE}/modules/replica",
        of_replica('kms_key_arn = "arn:aws:kms:us-west-2:111111111111:alias/aws/dynamodb"'),
        every(REPLICA),
        group=2,
    ),
    fault(
        "data-autoscaling",
        "reads of the index that do not scale",
        f"{MODULE}/modules/autoscaling",
        'resource "aws_appautoscaling_policy" "this" {\n'
        " for_each = { for key, limits in var.targets : key => limits\n"
        ' if key != "index/by-category/read" }\n}\n',
        lambda system: {
            (str(one.role), one.address)
            for one in system.of(TABLE, REPLICA)
            if one.address.startswith("module.products_table.")
        },
        group=3,
    ),
    fault(
        "data-surge",
        "throughput that ends far below the surge",
        f"{MODULE}/modules/autoscaling",
        'resource "aws_appautoscaling_target" "this" {\n max_capacity = 20\n}\n',
        every("aws_appautoscaling_target", lambda one: one.value("service_namespace") == "dynamodb"),
    ),
    fault(
        "data-surge",
        "scaling that lets the table run full first",
        f"{MODULE}/modules/autoscaling",
        'resource "aws_appautoscaling_target" "this" {\n'
        ' max_capacity = each.value.kind == "read" ? 95 : each.value.maximum\n}\n',
        every(
            "aws_appautoscaling_target", lambda one: "ReadCapacity" in str(one.value("scalable_dimension"))
        ),
        group=2,
    ),
)
