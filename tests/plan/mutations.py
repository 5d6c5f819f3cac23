"""Faults that no override can seed: what becomes of what exists, and values that only an apply tells."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.plan.bench import Document
from tests.plan.faults.fault import Places, at, whole

from techmoda_ha.plan.model import Backend

Entry = dict[str, Any]
Mutation = Callable[[dict[str, Document]], None]


@dataclass(frozen=True)
class Mutated:
    """A fault seeded in Terraform's JSON about the unchanged plans."""

    name: str
    rule: str
    change: Mutation
    places: Places

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    def seed(self, documents: dict[str, Document]) -> dict[str, Document]:
        """Return a copy of both documents with the fault."""
        changed = copy.deepcopy(documents)
        self.change(changed)
        return changed


def entries(documents: dict[str, Document], suffix: str, *environments: str) -> Iterator[Entry]:
    """Yield the changes of the resources whose address ends so; fail when there is none."""
    found = [
        entry
        for name, document in documents.items()
        if name in (environments or ("primary", "dr"))
        for entry in document["resource_changes"]
        if entry["mode"] == "managed" and entry["address"].endswith(suffix)
    ]
    assert found, f"no resource ends with {suffix}"
    yield from found


def acting(suffix: str, *actions: str) -> Mutation:
    """Return what makes the plan do something else to a resource that exists."""

    def change(documents: dict[str, Document]) -> None:
        for entry in entries(documents, suffix):
            entry["change"]["actions"] = list(actions)
            entry["change"]["before"] = entry["change"]["after"]

    return change


def setting(suffix: str, path: str, value: object, *environments: str) -> Mutation:
    """Return what sets a value, which then is known."""

    def change(documents: dict[str, Document]) -> None:
        for entry in entries(documents, suffix, *environments):
            *steps, last = path.split(".")
            after, unknown = entry["change"]["after"], entry["change"]["after_unknown"]
            for step in steps:
                after = after[int(step)] if isinstance(after, list) else after[step]
                unknown = unknown[int(step)] if isinstance(unknown, list) else unknown.get(step, {})
            after[last] = value
            if isinstance(unknown, dict):
                unknown.pop(last, None)

    return change


def deleting(suffix: str, *environments: str) -> Mutation:
    """Return what leaves a resource out."""

    def change(documents: dict[str, Document]) -> None:
        gone = {id(entry) for entry in entries(documents, suffix, *environments)}
        for document in documents.values():
            document["resource_changes"] = [
                entry for entry in document["resource_changes"] if id(entry) not in gone
            ]

    return change


def variable(name: str, value: object, *environments: str) -> Mutation:
    """Return what gives an input another value."""

    def change(documents: dict[str, Document]) -> None:
        for environment in environments:
            documents[environment]["variables"][name]["value"] = value

    return change


@dataclass(frozen=True)
class Misplaced:
    """A fault of where an environment's state lies, which no plan tells: a backend of the DR environment."""

    name: str
    rule: str
    backend: Backend

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


SAFE = {"use_lockfile": True, "encrypt": True}
BACKENDS = (
    Misplaced(
        "state of DR in the primary region",
        "state-own-region",
        Backend("s3", {"region": "us-east-1", **SAFE}),
    ),
    Misplaced(
        "a state without a lock", "state-locked", Backend("s3", {"region": "us-west-2", "encrypt": True})
    ),
    Misplaced(
        "a state in the clear", "state-locked", Backend("s3", {"region": "us-west-2", "use_lockfile": True})
    ),
)

TABLE = "module.products_table.aws_dynamodb_table.this"
REPLICA = 'module.products_table.module.replica["us-west-2"].aws_dynamodb_table_replica.this'


MUTATIONS = (
    Mutated(
        "a table that is made anew",
        "change-keeps-data",
        acting(TABLE, "delete", "create"),
        at(TABLE, "primary"),
    ),
    Mutated(
        "a table that is made anew first",
        "change-keeps-data",
        acting(TABLE, "create", "delete"),
        at(TABLE, "primary"),
    ),
    Mutated(
        "a replica that is made anew",
        "change-keeps-data",
        acting(REPLICA, "delete", "create"),
        at(REPLICA, "primary"),
    ),
    Mutated(
        "a vault that is deleted",
        "change-keeps-data",
        acting("module.vault.aws_backup_vault.this", "delete"),
        at("module.vault.aws_backup_vault.this", "primary"),
    ),
    Mutated(
        "a key that is made anew",
        "change-keeps-data",
        acting("module.products_table.aws_kms_key.table[0]", "delete", "create"),
        at("module.products_table.aws_kms_key.table[0]", "primary"),
    ),
    Mutated(
        "a public record that is gone for a moment",
        "change-keeps-traffic",
        acting("aws_route53_record.public", "delete", "create"),
        at("aws_route53_record.public"),
    ),
    Mutated(
        "a host name that is gone for a moment",
        "change-keeps-traffic",
        acting('aws_api_gateway_domain_name.this["public"]', "delete", "create"),
        at('aws_api_gateway_domain_name.this["public"]'),
    ),
    Mutated(
        "two environments that mean different regions",
        "dr-another-region",
        variable("primary_region", "eu-west-1", "dr"),
        whole(),
    ),
    Mutated(
        "a record without a health check once it is known",
        "failover-health-check",
        setting("aws_route53_record.active", "health_check_id", ""),
        at("aws_route53_record.active"),
    ),
    Mutated(
        "an alarm whose actions are known to be none",
        "monitoring-alarm-acts",
        setting("module.failover.aws_cloudwatch_metric_alarm.endpoint", "alarm_actions", []),
        at("module.failover.aws_cloudwatch_metric_alarm.endpoint"),
    ),
    Mutated(
        "a topic whose policy is known to let anyone in",
        "security-public-access",
        setting(
            'aws_sns_topic_policy.alarms["page"]',
            "policy",
            '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish"}]}',
        ),
        at('aws_sns_topic_policy.alarms["page"]'),
    ),
    Mutated(
        "a table key that is known to be AWS's",
        "security-encryption",
        setting(TABLE, "server_side_encryption.0.kms_key_arn", "alias/aws/dynamodb"),
        at(TABLE, "primary"),
    ),
    Mutated(
        "a vault's lock that is gone",
        "backup-lock",
        deleting("module.dr_vault.aws_backup_vault_lock_configuration.this[0]"),
        at("module.dr_vault.aws_backup_vault.this", "primary"),
    ),
    Mutated(
        "a route that the standby lacks",
        "parity-routes",
        deleting('aws_api_gateway_method.this["GET /products/{id}"]', "dr"),
        at('aws_api_gateway_method.this["GET /products/{id}"]', "primary"),
    ),
    Mutated(
        "a stage without its throttle",
        "api-throttle",
        deleting("aws_api_gateway_method_settings.all", "primary"),
        whole("primary"),
    ),
    Mutated(
        "a function that the standby lacks",
        "compute-reserved-concurrency",
        deleting("module.regional_api.module.authorizer.aws_lambda_function.this", "primary"),
        whole("primary"),
    ),
    Mutated(
        "a plan whose backups were forgotten",
        "backup-restore-testing",
        deleting("aws_backup_restore_testing_plan.this", "primary"),
        whole("primary"),
    ),
)
