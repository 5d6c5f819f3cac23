"""WAF's contract for logging configurations and web ACLs. On AWS these tests pass as well."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.testing import LocalAws

VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "test"}
BODIES = {"blocked": {"ContentType": "APPLICATION_JSON", "Content": '{"title":"blocked"}'}}


@pytest.fixture
def waf(aws: LocalAws) -> Any:
    return aws.client("wafv2", "us-east-1")


@pytest.fixture
def acl(waf: Any) -> Iterator[dict[str, str]]:
    made: dict[str, str] = waf.create_web_acl(
        Name=f"acl-{uuid.uuid4().hex[:8]}",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        Description="the shop",
        VisibilityConfig=VISIBILITY,
        CustomResponseBodies=BODIES,
    )["Summary"]
    yield made
    where = {"Name": made["Name"], "Scope": "REGIONAL", "Id": made["Id"]}
    waf.delete_web_acl(**where, LockToken=waf.get_web_acl(**where)["LockToken"])


def destination(name: str) -> str:
    return f"arn:aws:logs:us-east-1:111111111111:log-group:{name}"


def put(waf: Any, acl: dict[str, str], name: str = "aws-waf-logs-shop") -> None:
    waf.put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": acl["ARN"],
            "LogDestinationConfigs": [destination(name)],
            "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}],
        }
    )


def test_a_logging_configuration_is_described_listed_and_deleted(waf: Any, acl: dict[str, str]) -> None:
    put(waf, acl)
    seen = waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    assert seen["LogDestinationConfigs"] == [destination("aws-waf-logs-shop")]
    assert seen["RedactedFields"] == [{"SingleHeader": {"Name": "authorization"}}]
    listed = waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"]
    assert acl["ARN"] in [each["ResourceArn"] for each in listed]
    waf.delete_logging_configuration(ResourceArn=acl["ARN"])
    with pytest.raises(ClientError) as error:
        waf.get_logging_configuration(ResourceArn=acl["ARN"])
    assert error.value.response["Error"]["Code"] == "WAFNonexistentItemException"


def test_a_log_group_of_another_name_is_refused(waf: Any, acl: dict[str, str]) -> None:
    with pytest.raises(ClientError) as error:
        put(waf, acl, "shop-logs")
    assert error.value.response["Error"]["Code"] == "WAFInvalidParameterException"


def test_an_unknown_web_acl_has_no_logging_configuration(waf: Any, acl: dict[str, str]) -> None:
    with pytest.raises(ClientError) as error:
        put(waf, {"ARN": acl["ARN"][:-4] + "0000"})
    assert error.value.response["Error"]["Code"] == "WAFNonexistentItemException"


def test_response_bodies_are_kept_and_replaced(waf: Any, acl: dict[str, str]) -> None:
    where = {"Name": acl["Name"], "Scope": "REGIONAL", "Id": acl["Id"]}
    seen = waf.get_web_acl(**where)
    assert seen["WebACL"]["CustomResponseBodies"] == BODIES
    waf.update_web_acl(
        **where,
        DefaultAction={"Allow": {}},
        VisibilityConfig=VISIBILITY,
        Rules=[],
        LockToken=seen["LockToken"],
    )
    assert "CustomResponseBodies" not in waf.get_web_acl(**where)["WebACL"]


def test_a_certificate_logs_to_certificate_transparency_unless_told_otherwise(aws: LocalAws) -> None:
    acm = aws.client("acm", "us-east-1")
    options = {"CertificateTransparencyLoggingPreference": "DISABLED"}
    for given, kept in ({}, "ENABLED"), ({"Options": options}, "DISABLED"):
        arn = acm.request_certificate(DomainName="shop.techmoda.example", **given)["CertificateArn"]
        described = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        assert described["Options"]["CertificateTransparencyLoggingPreference"] == kept
        acm.delete_certificate(CertificateArn=arn)
