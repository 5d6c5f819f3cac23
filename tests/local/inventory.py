"""What exists in the account of a local AWS, and what a Terraform state says so."""

from __future__ import annotations

import json
from typing import Any

from local_aws.testing import LocalAws

REGIONS = {"primary": "us-east-1", "dr": "us-west-2"}
# Kind: service, operation, the list in its answer, what names an entry (None: it is a name), parameters.
LISTINGS: dict[str, tuple[str, str, str, str | None, dict[str, Any]]] = {
    "tables": ("dynamodb", "list_tables", "TableNames", None, {}),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName", {}),
    "apis": ("apigateway", "get_rest_apis", "items", "name", {}),
    "domains": ("apigateway", "get_domain_names", "items", "domainName", {}),
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName", {}),
    "composite alarms": (
        "cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName", {"AlarmTypes": ["CompositeAlarm"]}
    ),
    "vaults": ("backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName", {}),
    "backup plans": ("backup", "list_backup_plans", "BackupPlansList", "BackupPlanName", {}),
    "restore tests": (
        "backup", "list_restore_testing_plans", "RestoreTestingPlans", "RestoreTestingPlanName", {}
    ),
    "rules": ("events", "list_rules", "Rules", "Name", {}),
    "topics": ("sns", "list_topics", "Topics", "TopicArn", {}),
    "aliases": ("kms", "list_aliases", "Aliases", "AliasName", {}),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName", {}),
    "scaling": (
        "application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId",
        {"ServiceNamespace": "dynamodb"},
    ),
}  # fmt: skip


def inventory(aws: LocalAws) -> dict[str, set[str]]:
    """Return what exists in the account, by kind: every page of every list."""
    found: dict[str, set[str]] = {}
    for region in REGIONS.values():
        for kind, (service, operation, listed, name, parameters) in LISTINGS.items():
            pages = aws.client(service, region).get_paginator(operation).paginate(**parameters)
            entries = pages.build_full_result()[listed]
            found[f"{kind} in {region}"] = set(names(entries, name) if name else entries)
    route53 = aws.client("route53", "us-east-1")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    found["records"] = {f"{record['Name']} {record['Type']}" for record in records}
    found["health checks"] = set(names(route53.list_health_checks()["HealthChecks"], "Id"))
    found["roles"] = set(names(aws.client("iam", "us-east-1").list_roles()["Roles"], "RoleName"))
    return found


def names(items: list[dict[str, Any]], key: str) -> list[str]:
    return [item[key] for item in items]


def customer_keys(aws: LocalAws) -> set[str]:
    """Return the ids of the keys in us-east-1 that a customer made and has not scheduled to go.

    The key of the state bucket is left out: it is no part of what the state describes.
    """
    kms = aws.client("kms", "us-east-1")
    described = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    found = {key["KeyId"] for key in described if key["KeyManager"] == "CUSTOMER" and key["Enabled"]}
    return found - {kms.describe_key(KeyId="alias/techmoda-api-state")["KeyMetadata"]["KeyId"]}


def state_resources(aws: LocalAws, environment: str) -> list[dict[str, Any]]:
    """Return the managed resources in an environment's state; none when there is no state."""
    region = REGIONS[environment]
    bucket = f"techmoda-api-state-{aws.settings.account_id}-{region}"
    s3 = aws.client("s3", region)
    try:
        state = s3.get_object(Bucket=bucket, Key=f"envs/{environment}/terraform.tfstate")
    except s3.exceptions.NoSuchKey:
        return []
    resources: list[dict[str, Any]] = json.loads(state["Body"].read())["resources"]
    return [resource for resource in resources if resource["mode"] == "managed"]
