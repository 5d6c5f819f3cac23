"""What Route 53's name servers answer to a question, for the zones of one account.

Contract: RFC 1034 (authoritative answers), RFC 2308 (negative ones), and the Route 53 developer guide:
"Choosing between alias and non-alias records" and "How health checks work in complex configurations".
An alias to an AWS resource is answered with the resource's TTL, which is 60 s for API Gateway.
Unlike Route 53 it follows a CNAME into every zone it knows, as the client's resolver would do next.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from local_aws.dns.records import RecordSet, Types, Zone, absolute
from local_aws.dns.routing import choose

AWS_TARGET_TTL_SECONDS = 60
_LONGEST_CHAIN = 8


@dataclass
class Answer:
    """An answer's response code and sections."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    authoritative: bool = True
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)


@dataclass(frozen=True)
class _Data:
    ttl: int
    values: Sequence[str]


class Resolver:
    """Answers questions.

    zones: all public hosted zones at present. address_of: the IPv4 address of an AWS resource's name, or
    None. is_healthy: the status of a health check by its id.
    """

    def __init__(
        self,
        zones: Callable[[], Iterable[Zone]],
        address_of: Callable[[str], str | None],
        is_healthy: Callable[[str], bool],
        chance: random.Random | None = None,
    ) -> None:
        self._zones = zones
        self._address_of = address_of
        self._is_healthy = is_healthy
        self._chance = chance or random.Random()  # noqa: S311 - chooses among records, keeps no secret

    def answer(self, name: str, rdtype: str) -> Answer:
        """Answer one question of class IN; `rdtype` is "A", "TXT" and the like."""
        name = absolute(name)
        zone = self._zone_of(name)
        if zone is None and self._address_of(name) is None:
            return Answer(dns.rcode.REFUSED, authoritative=False)
        answer = Answer()
        for _ in range(_LONGEST_CHAIN):
            following = self._add(answer, zone, name, rdtype)
            if following is None:
                break
            name, zone = following, self._zone_of(following)
        return answer

    def addresses(self, name: str) -> list[str]:
        """The IPv4 addresses of a name; empty when it has none."""
        found = self.answer(name, "A").answer
        return [rdata.to_text() for rrset in found if rrset.rdtype == dns.rdatatype.A for rdata in rrset]

    def _zone_of(self, name: str) -> Zone | None:
        holding = [zone for zone in self._zones() if zone.holds(name)]
        return max(holding, key=lambda zone: len(zone.name), default=None)

    def _add(self, answer: Answer, zone: Zone | None, name: str, rdtype: str) -> str | None:
        """Add what is known about the name; return the name at which a CNAME goes on, or None."""
        if zone is None:
            self._add_aws_name(answer, name, rdtype)
            return None
        if delegation := zone.delegation(name):
            answer.authoritative = bool(answer.answer)
            answer.authority.append(_rrset(delegation[0].name, "NS", self._data(zone, delegation)))
            return None
        types = zone.find(name)
        if types is None:
            answer.rcode = dns.rcode.NXDOMAIN
        elif rdtype in types and (data := self._data(zone, types[rdtype])):
            answer.answer.append(_rrset(name, rdtype, data))
            return None
        elif "CNAME" in types and (data := self._data(zone, types["CNAME"])):
            answer.answer.append(_rrset(name, "CNAME", data))
            return absolute(data.values[0])
        answer.authority.append(_negative(zone))
        return None

    def _add_aws_name(self, answer: Answer, name: str, rdtype: str) -> None:
        address = self._address_of(name)
        if address and rdtype == "A":
            answer.answer.append(_rrset(name, "A", _Data(AWS_TARGET_TTL_SECONDS, [address])))

    def _data(self, zone: Zone, group: Sequence[RecordSet], depth: int = 0) -> _Data | None:
        """The values that the group answers with; None when it has none, as with an alias to nothing."""
        if not group:
            return None
        chosen = choose(group, lambda record: self._healthy(zone, record, depth), self._chance)
        found = [data for record in chosen if (data := self._data_of(zone, record, depth))]
        if not found:
            return None
        return _Data(min(data.ttl for data in found), [value for data in found for value in data.values])

    def _data_of(self, zone: Zone, record: RecordSet, depth: int) -> _Data | None:
        if record.alias is None:
            return _Data(record.ttl, record.values)
        if record.alias.zone_id == zone.id:
            return self._data(zone, _target(zone, record), depth + 1) if depth < _LONGEST_CHAIN else None
        address = self._address_of(record.alias.name)
        return _Data(AWS_TARGET_TTL_SECONDS, [address]) if address and record.type == "A" else None

    def _healthy(self, zone: Zone, record: RecordSet, depth: int) -> bool:
        """Whether a record counts as healthy; one that nothing checks always does."""
        if record.health_check_id and not self._is_healthy(record.health_check_id):
            return False
        alias = record.alias
        if alias is None or not alias.evaluate_health or alias.zone_id != zone.id:
            # API Gateway and its like are taken to be available whatever their target's state is.
            return True
        return depth < _LONGEST_CHAIN and any(
            self._healthy(zone, target, depth + 1) for target in _target(zone, record)
        )


def _target(zone: Zone, record: RecordSet) -> Sequence[RecordSet]:
    """The records of the alias's own type at its target in the zone."""
    types: Types = (zone.find(record.alias.name) if record.alias else None) or {}
    return types.get(record.type, ())


def _rrset(name: str, rdtype: str, data: _Data | None) -> dns.rrset.RRset:
    """The values in the form of the wire. Names in them are absolute, with or without the final dot."""
    data = data or _Data(0, [])
    return dns.rrset.from_text_list(
        name, data.ttl, dns.rdataclass.IN, rdtype, data.values, origin=dns.name.root, relativize=False
    )


def _negative(zone: Zone) -> dns.rrset.RRset:
    """The zone's SOA record as a negative answer carries it: its TTL says how long "no" may be kept."""
    soa = zone.names[zone.name]["SOA"][0]
    minimum = int(soa.values[0].split()[-1])
    return _rrset(zone.name, "SOA", _Data(min(soa.ttl, minimum), soa.values))
