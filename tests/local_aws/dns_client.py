"""A DNS client of a running local AWS, and what changes its hosted zone and its health checks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import dns.message
import dns.query
import dns.rdatatype
from tests.local_aws.deployer import Deployer

from local_aws.testing import LocalAws

EAST, WEST = "us-east-1", "us-west-2"


@dataclass
class Dns:
    """A DNS client, and what changes the hosted zone."""

    aws: LocalAws
    zone_id: str
    records: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, name: str, kind: str = "A", *, tcp: bool = False) -> dns.message.Message:
        query = dns.message.make_query(name, kind)
        ask = dns.query.tcp if tcp else dns.query.udp
        settings = self.aws.settings
        return ask(query, settings.control_address, port=settings.dns_port, timeout=5)

    def addresses(self, name: str) -> list[str]:
        found = [rrset for rrset in self.ask(name).answer if rrset.rdtype == dns.rdatatype.A]
        return [rdata.to_text() for rrset in found for rdata in rrset]

    def change(self, action: str, record: dict[str, Any]) -> None:
        self.aws.client("route53", EAST).change_resource_record_sets(
            HostedZoneId=self.zone_id,
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        )

    def create(self, record: dict[str, Any]) -> None:
        self.change("CREATE", record)
        self.records.append(record)

    def clear(self) -> None:
        while self.records:
            self.change("DELETE", self.records.pop())


def a_record(name: str, *values: str, kind: str = "A", **fields: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": kind,
        "TTL": 30,
        "ResourceRecords": [{"Value": v} for v in values],
        **fields,
    }


def alias_of(own: LocalAws, region: str, domain: str, api_id: str) -> dict[str, Any]:
    """Map the domain to the region's API; where an alias for it points."""
    Deployer(own, region).map_domain(domain, api_id)
    made = own.client("apigateway", region).get_domain_name(domainName=domain)
    return {
        "HostedZoneId": made["regionalHostedZoneId"],
        "DNSName": made["regionalDomainName"],
        "EvaluateTargetHealth": False,
    }


def health_check(own: LocalAws, domain: str, **config: Any) -> str:
    # Without botocore's own validation, so that the service's is seen.
    route53 = own.client("route53", EAST, parameter_validation=False)
    defaults = {
        "Type": "HTTPS",
        "FullyQualifiedDomainName": domain,
        "ResourcePath": "/v1/health",
        "RequestInterval": 10,
        "FailureThreshold": 2,
    }
    health_check_id: str = route53.create_health_check(
        CallerReference=uuid.uuid4().hex, HealthCheckConfig={**defaults, **config}
    )["HealthCheck"]["Id"]
    return health_check_id


def reported(own: LocalAws, health_check_id: str, prefix: str) -> bool:
    """Whether all checkers have reported, and all the same."""
    status = own.client("route53", EAST).get_health_check_status(HealthCheckId=health_check_id)
    reports = [each["StatusReport"]["Status"] for each in status["HealthCheckObservations"]]
    return len(reports) == 8 and all(report.startswith(prefix) for report in reports)
