"""Record sets in the shape of Route 53's API, and a resolver over them."""

from __future__ import annotations

import random
from typing import Any

from local_aws.dns.records import RecordSet, Zone
from local_aws.dns.resolver import Answer, Resolver

ZONE = "Z1"
GATEWAY = "d-1234567890.execute-api.us-east-1.amazonaws.com"
SOA = "ns-1.awsdns-1.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
APEX: list[dict[str, Any]] = [
    {"Name": "example.com.", "Type": "SOA", "TTL": "900", "ResourceRecords": [SOA]},
    {"Name": "example.com.", "Type": "NS", "TTL": "172800", "ResourceRecords": ["ns-1.awsdns-1.com."]},
]


def record(name: str, *values: str, kind: str = "A", ttl: int = 300, **fields: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": str(ttl), "ResourceRecords": list(values), **fields}


def alias(
    name: str, target: str, *, zone: str = ZONE, evaluate: bool = True, **fields: Any
) -> dict[str, Any]:
    to = {"HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": evaluate}
    return {"Name": name, "Type": "A", "AliasTarget": to, **fields}


def resolver(*records: dict[str, Any], unhealthy: set[str] | None = None) -> Resolver:
    zone = Zone.of(ZONE, "example.com.", [RecordSet.from_api(fields) for fields in [*APEX, *records]])
    addresses = {GATEWAY + ".": "127.0.0.2"}
    down = unhealthy or set()
    chance = random.Random(1)  # noqa: S311 - the same choices in every run
    return Resolver(lambda: [zone], addresses.get, lambda check: check not in down, chance)


def answered(answer: Answer) -> list[str]:
    return [rrset.to_text() for rrset in answer.answer]
