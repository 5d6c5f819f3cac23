"""Hosted zones and their record sets as the DNS server sees them. Names are lower case and absolute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DEFAULT_LOCATION = "*"
"""The country code, or CIDR location, of a record for all clients that no other record is for."""

_WILDCARDS = ("*.", "\\052.")


@dataclass(frozen=True)
class AliasTarget:
    """Where an alias points: a record of the zone `zone_id`, or an AWS resource with a zone of its own."""

    zone_id: str
    name: str
    evaluate_health: bool


@dataclass(frozen=True)
class RecordSet:
    """One resource record set; `ttl` in seconds and `values` are empty for an alias."""

    name: str
    type: str
    ttl: int = 0
    values: tuple[str, ...] = ()
    alias: AliasTarget | None = None
    set_identifier: str = ""
    failover: str = ""
    weight: int | None = None
    region: str = ""
    multivalue: bool = False
    location: str = ""
    health_check_id: str = ""

    @classmethod
    def from_api(cls, record: Mapping[str, Any]) -> RecordSet:
        """Read the shape of Route 53's API, ResourceRecordSet."""
        alias = record.get("AliasTarget")
        geolocation = record.get("GeoLocation") or {}
        return cls(
            name=absolute(record["Name"]),
            type=record["Type"],
            ttl=int(record.get("TTL") or 0),
            values=tuple(record.get("ResourceRecords") or ()),
            alias=_alias(alias) if alias else None,
            set_identifier=record.get("SetIdentifier", ""),
            failover=record.get("Failover", ""),
            weight=record.get("Weight"),
            region=record.get("Region", ""),
            multivalue=bool(record.get("MultiValueAnswer")),
            location=(
                geolocation.get("CountryCode")
                or geolocation.get("ContinentCode")
                or (record.get("CidrRoutingConfig") or {}).get("LocationName", "")
            ),
            health_check_id=record.get("HealthCheckId", ""),
        )


def _alias(target: Mapping[str, Any]) -> AliasTarget:
    zone_id = target["HostedZoneId"].removeprefix("/hostedzone/")
    return AliasTarget(zone_id, absolute(target["DNSName"]), bool(target.get("EvaluateTargetHealth")))


Types = Mapping[str, Sequence[RecordSet]]
"""Record type → the record sets of one name; several where a routing policy chooses among them."""


@dataclass(frozen=True)
class Zone:
    """A public hosted zone: name → type → record sets."""

    id: str
    name: str
    names: Mapping[str, Types] = field(default_factory=dict)

    @classmethod
    def of(cls, zone_id: str, name: str, record_sets: Sequence[RecordSet]) -> Zone:
        """A zone with these records. A wildcard's name begins with "*." whichever way it was written."""
        names: dict[str, dict[str, list[RecordSet]]] = {}
        for record in record_sets:
            owner = _plain_wildcard(record.name)
            names.setdefault(owner, {}).setdefault(record.type, []).append(record)
        return cls(zone_id, absolute(name), names)

    def holds(self, name: str) -> bool:
        """Whether the name is the zone's own or below it."""
        return name == self.name or name.endswith("." + self.name)

    def delegation(self, name: str) -> Sequence[RecordSet]:
        """The NS records that hand the name, or a parent of it, to other name servers; empty if none do."""
        for parent in reversed(list(self._up_from(name))):
            if parent != self.name and "NS" in self.names.get(parent, {}):
                return self.names[parent]["NS"]
        return ()

    def find(self, name: str) -> Types | None:
        """The records of a name; empty when only names below it exist, and None when it does not exist.

        A wildcard answers for names that do not exist, below the closest name that does (RFC 4592).
        """
        if name in self.names:
            return self.names[name]
        for parent in self._up_from(name):
            if parent == name:
                if self._has_below(name):
                    return {}
                continue
            if wildcard := self.names.get("*." + parent):
                return wildcard
            if parent in self.names or self._has_below(parent):
                return None
        return None

    def _has_below(self, name: str) -> bool:
        return any(owner.endswith("." + name) for owner in self.names)

    def _up_from(self, name: str) -> Iterator[str]:
        """The name and its parents up to the zone's own."""
        while self.holds(name):
            yield name
            if name == self.name:
                return
            name = name.partition(".")[2]


def absolute(name: str) -> str:
    """The name in lower case with its final dot."""
    name = name.lower()
    return name if name.endswith(".") else name + "."


def _plain_wildcard(name: str) -> str:
    for prefix in _WILDCARDS:
        if name.startswith(prefix):
            return "*." + name.removeprefix(prefix)
    return name
