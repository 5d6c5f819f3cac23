"""What Route 53 refuses in a change of record sets, and MiniStack takes.

Contract: ChangeResourceRecordSets and ResourceRecordSet in Route 53's API Reference, and "DNS constraints
and behaviors" in its developer guide. The messages follow those of the service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass

from local_aws.dns.records import absolute

Record = Mapping[str, Any]

POLICIES = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer", "CidrRoutingConfig")
"""The member that sets a record's routing policy; a simple record has none of them."""


def problems(
    changed: Sequence[Record],
    after: Sequence[Record],
    zone_id: str,
    zone_name: str,
    health_check_exists: Callable[[str], bool],
) -> Iterator[str]:
    """Why the changed records may not stand in the zone, which would hold `after`."""
    for record in changed:
        name, kind = absolute(record["Name"]), record["Type"]
        if name != zone_name and not name.endswith("." + zone_name):
            yield f"RRSet with DNS name {name} is not permitted in zone {zone_name}"
        if kind == "CNAME" and name == zone_name:
            yield f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone_name}"
        yield from _own_problems(record)
        others = [other for other in after if other is not record and absolute(other["Name"]) == name]
        yield from _neighbour_problems(record, others, zone_name)
        check = record.get("HealthCheckId")
        if check and not health_check_exists(check):
            yield f"The specified health check does not exist: {check}"
        alias = record.get("AliasTarget")
        if alias and alias["HostedZoneId"].removeprefix("/hostedzone/") == zone_id:
            yield from _alias_problems(alias, kind, after, zone_id)


def _own_problems(record: Record) -> Iterator[str]:
    """What is wrong with the record by itself."""
    where = f"RRSet with DNS name {absolute(record['Name'])}, type {record['Type']}"
    policies = [member for member in POLICIES if member in record]
    if len(policies) > 1:
        yield f"{where} has more than one routing policy: {', '.join(policies)}"
    if policies and not record.get("SetIdentifier"):
        yield f"{where}: Missing field 'SetIdentifier'"
    if record.get("SetIdentifier") and not policies:
        yield f"{where}: SetIdentifier is only valid with one of {', '.join(POLICIES)}"
    if "AliasTarget" in record:
        if record.get("TTL") is not None or record.get("ResourceRecords"):
            yield f"{where}: an alias must have neither TTL nor ResourceRecords"
        if record.get("MultiValueAnswer"):
            yield f"{where}: an alias cannot be a multivalue answer record"
        return
    if record.get("TTL") is None or not record.get("ResourceRecords"):
        yield f"{where}: Missing field 'TTL' or 'ResourceRecords'"
    for value in record.get("ResourceRecords") or ():
        if reason := _unreadable(record["Type"], value):
            yield f"Invalid Resource Record: '{value}' is not a value of type {record['Type']} ({reason})"


def _neighbour_problems(record: Record, others: Sequence[Record], zone_name: str) -> Iterator[str]:
    """What is wrong with the record beside the others of its name."""
    name, kind = absolute(record["Name"]), record["Type"]
    if any("CNAME" in {kind, other["Type"]} and other["Type"] != kind for other in others):
        yield (
            f"RRSet of type {kind} with DNS name {name} is not permitted as it conflicts with other "
            f"records with the same DNS name in zone {zone_name}"
        )
    group = [other for other in others if other["Type"] == kind]
    where = f"RRSet with DNS name {name}, type {kind}, SetIdentifier {record.get('SetIdentifier')}"
    if any(_policy(other) != _policy(record) for other in group):
        yield f"{where} cannot be created as RRSets with another routing policy exist with that name and type"
    elif record.get("Failover") and any(other["Failover"] == record["Failover"] for other in group):
        yield f"{where} cannot be created as a {record['Failover']} failover RRSet exists already"


def _alias_problems(
    alias: Mapping[str, Any], kind: str, after: Sequence[Record], zone_id: str
) -> Iterator[str]:
    target = absolute(alias["DNSName"])
    if not any(absolute(record["Name"]) == target and record["Type"] == kind for record in after):
        yield (
            f"Tried to create an alias that targets {target}, type {kind} in zone {zone_id}, "
            "but that target was not found"
        )


def _policy(record: Record) -> str | None:
    return next((member for member in POLICIES if member in record), None)


def _unreadable(kind: str, value: str) -> str | None:
    """Why the value is none of that type, or None. A type that dnspython does not know is not read."""
    try:
        dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=dns.name.root, relativize=False)
    except dns.exception.DNSException as error:
        return str(error) or type(error).__name__
    except ValueError as error:
        return str(error)
    return None
