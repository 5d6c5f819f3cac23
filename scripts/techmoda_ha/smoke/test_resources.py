"""What protects the API stands in each region: table, recovery, scaling, alarms, records."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from techmoda_ha.deployment import Deployment, RegionDeployment

AwsClients = Callable[[str], Any]


def test_the_table_is_active_encrypted_and_replicated(
    here: RegionDeployment, deployment: Deployment, aws: AwsClients
) -> None:
    """Each region's table is active under a customer key and names the other region as its replica."""
    table = aws("dynamodb").describe_table(TableName=here.table_name)["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["SSEDescription"]["SSEType"] == "KMS"
    assert table["DeletionProtectionEnabled"] is deployment.primary.deletion_protection
    others = {region.region for region in deployment.regions} - {here.region}
    assert others <= {replica["RegionName"] for replica in table.get("Replicas", [])}


def test_point_in_time_recovery_is_on(here: RegionDeployment, aws: AwsClients) -> None:
    """Corrupted data can be put back to any second."""
    backups = aws("dynamodb").describe_continuous_backups(TableName=here.table_name)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_reads_writes_and_indexes_scale(here: RegionDeployment, aws: AwsClients) -> None:
    """The table and each of its indexes have autoscaling of reads and writes, with a policy each."""
    client = aws("application-autoscaling")
    table = f"table/{here.table_name}"
    targets = client.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    dimensions = {
        (target["ResourceId"], target["ScalableDimension"])
        for target in targets
        if target["ResourceId"] == table or target["ResourceId"].startswith(f"{table}/index/")
    }
    indexes = aws("dynamodb").describe_table(TableName=here.table_name)["Table"]["GlobalSecondaryIndexes"]
    expected = {(table, f"dynamodb:table:{kind}CapacityUnits") for kind in ("Read", "Write")} | {
        (f"{table}/index/{index['IndexName']}", f"dynamodb:index:{kind}CapacityUnits")
        for index in indexes
        for kind in ("Read", "Write")
    }
    assert dimensions == expected
    policies = client.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert expected <= {(policy["ResourceId"], policy["ScalableDimension"]) for policy in policies}


def test_every_alarm_acts(here: RegionDeployment, aws: AwsClients) -> None:
    """Each deployed alarm exists, is enabled and has an action, or is a part of a composite one that has."""
    pages = aws("cloudwatch").get_paginator("describe_alarms").paginate(
        AlarmNames=list(here.alarm_names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )  # fmt: skip
    found = [alarm for page in pages for alarm in (*page["MetricAlarms"], *page["CompositeAlarms"])]
    alarms = {alarm["AlarmName"]: alarm for alarm in found}
    assert here.alarm_names
    assert set(alarms) == set(here.alarm_names)
    acting = {
        name
        for name, alarm in alarms.items()
        if alarm["ActionsEnabled"] and alarm["AlarmActions"] and alarm["OKActions"]
    }
    rules = [alarms[name].get("AlarmRule", "") for name in acting]
    parts = {name for name in alarms if any(f'ALARM("{name}")' in rule for rule in rules)}
    assert set(alarms) - acting - parts == set()


def test_the_dashboard_is_there(here: RegionDeployment, aws: AwsClients) -> None:
    """People look at it during an incident."""
    body = aws("cloudwatch").get_dashboard(DashboardName=here.dashboard_name)["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    assert [widget["properties"]["title"] for widget in widgets[:3]] == [
        "Latencia de API", "Métricas de Lambda", "Capacidad de DynamoDB",
    ]  # fmt: skip
    shown = {
        arn.rpartition(":alarm:")[2] for widget in widgets for arn in widget["properties"].get("alarms", ())
    }
    assert set(here.alarm_names) & shown


def test_the_canary_finds_every_target_well(here: RegionDeployment, aws: AwsClients) -> None:
    """From each region a visit goes well at both regions and at the name that customers use."""
    canary = here.products_function_name.removesuffix("-products") + "-canary:live"
    answer = aws("lambda").invoke(FunctionName=canary, Payload=b"{}")
    assert json.loads(answer["Payload"].read()) == {"public": True, "primary": True, "dr": True}


def test_the_region_has_its_failover_record_with_a_health_check(
    here: RegionDeployment, deployment: Deployment, aws: AwsClients
) -> None:
    """The public name leads to this region in its failover role, guarded by a health check."""
    route53 = aws("route53")
    name = here.api_url.split("/")[2] + "."
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=here.hosted_zone_id)
    records = [record for page in pages for record in page["ResourceRecordSets"] if record["Name"] == name]
    role = "PRIMARY" if here == deployment.primary else "SECONDARY"
    (record,) = [record for record in records if record.get("Failover") == role]
    assert here.region in record["AliasTarget"]["DNSName"]
    check = route53.get_health_check(HealthCheckId=here.health_check_id)["HealthCheck"]["HealthCheckConfig"]
    assert record["HealthCheckId"]
    assert check["ResourcePath"] == "/v1/health"
