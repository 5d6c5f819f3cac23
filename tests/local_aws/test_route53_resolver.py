"""Which record Route 53 answers with. The cases are those of its developer guide."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import dns.rcode
import pytest

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


def failover(kind: str, address: str, check: str | None) -> dict[str, Any]:
    fields: dict[str, Any] = {"HealthCheckId": check} if check else {}
    return record("www.example.com", address, SetIdentifier=kind, Failover=kind, **fields)


def weighted(name: str, address: str, weight: int, check: str | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = {"HealthCheckId": check} if check else {}
    return record(name, address, SetIdentifier=address, Weight=weight, **fields)


def resolver(*records: dict[str, Any], unhealthy: set[str] | None = None) -> Resolver:
    zone = Zone.of(ZONE, "example.com.", [RecordSet.from_api(fields) for fields in [*APEX, *records]])
    addresses = {GATEWAY + ".": "127.0.0.2"}
    down = unhealthy or set()
    chance = random.Random(1)  # noqa: S311 - the same choices in every run
    return Resolver(lambda: [zone], addresses.get, lambda check: check not in down, chance)


def answered(answer: Answer) -> list[str]:
    return [rrset.to_text() for rrset in answer.answer]


class TestFailover:
    PRIMARY, SECONDARY = "192.0.2.1", "192.0.2.2"

    def answers(self, primary: str | None, secondary: str | None, down: set[str]) -> list[str]:
        records = failover("PRIMARY", self.PRIMARY, primary), failover("SECONDARY", self.SECONDARY, secondary)
        # The order in which the records were created must not matter.
        assert resolver(*records[::-1], unhealthy=down).addresses("www.example.com") == resolver(
            *records, unhealthy=down
        ).addresses("www.example.com")
        return resolver(*records, unhealthy=down).addresses("www.example.com")

    def test_a_healthy_primary_answers_whatever_the_secondary_is(self) -> None:
        assert self.answers("p", "s", set()) == [self.PRIMARY]
        assert self.answers("p", "s", {"s"}) == [self.PRIMARY]

    def test_a_healthy_secondary_answers_for_an_unhealthy_primary(self) -> None:
        assert self.answers("p", "s", {"p"}) == [self.SECONDARY]

    def test_the_primary_answers_when_both_are_unhealthy(self) -> None:
        assert self.answers("p", "s", {"p", "s"}) == [self.PRIMARY]

    def test_a_secondary_without_a_health_check_always_counts_as_healthy(self) -> None:
        assert self.answers("p", None, {"p"}) == [self.SECONDARY]

    def test_a_primary_without_a_health_check_always_counts_as_healthy(self) -> None:
        assert self.answers(None, "s", set()) == [self.PRIMARY]

    def test_an_unhealthy_primary_without_a_secondary_still_answers(self) -> None:
        alone = resolver(failover("PRIMARY", self.PRIMARY, "p"), unhealthy={"p"})
        assert alone.addresses("www.example.com") == [self.PRIMARY]

    def test_an_alias_of_a_gateway_goes_by_its_own_health_check(self) -> None:
        fields: dict[str, Any] = {"SetIdentifier": "p", "Failover": "PRIMARY", "HealthCheckId": "p"}
        primary = alias("www.example.com", GATEWAY, zone="Z1UJRXOUMOOFQ8", **fields)
        secondary = failover("SECONDARY", self.SECONDARY, "s")
        assert resolver(primary, secondary).addresses("www.example.com") == ["127.0.0.2"]
        assert resolver(primary, secondary, unhealthy={"p"}).addresses("www.example.com") == [self.SECONDARY]

    def test_aliases_of_groups_fail_over_when_no_record_of_the_primary_group_is_healthy(self) -> None:
        records = [
            alias("www.example.com", "primary.example.com", SetIdentifier="p", Failover="PRIMARY"),
            alias("www.example.com", "secondary.example.com", SetIdentifier="s", Failover="SECONDARY"),
            weighted("primary.example.com", "192.0.2.11", 1, "p1"),
            weighted("primary.example.com", "192.0.2.12", 1, "p2"),
            weighted("secondary.example.com", "192.0.2.21", 1, "s1"),
        ]
        assert resolver(*records, unhealthy={"p1"}).addresses("www.example.com") == ["192.0.2.12"]
        assert resolver(*records, unhealthy={"p1", "p2"}).addresses("www.example.com") == ["192.0.2.21"]


class TestWeights:
    def shares(self, group: Resolver, times: int = 2000) -> Counter[str]:
        return Counter(group.addresses("www.example.com")[0] for _ in range(times))

    def test_records_answer_in_proportion_to_their_weights(self) -> None:
        shares = self.shares(
            resolver(weighted("www.example.com", "192.0.2.1", 3), weighted("www.example.com", "192.0.2.2", 1))
        )
        assert 0.70 < shares["192.0.2.1"] / shares.total() < 0.80

    def test_weight_zero_does_not_answer_while_a_weighted_record_is_healthy(self) -> None:
        shares = self.shares(
            resolver(
                weighted("www.example.com", "192.0.2.1", 1, "a"),
                weighted("www.example.com", "192.0.2.2", 0, "b"),
            ),
            times=200,
        )
        assert set(shares) == {"192.0.2.1"}

    def test_weight_zero_answers_when_all_weighted_records_are_unhealthy(self) -> None:
        group = resolver(
            weighted("www.example.com", "192.0.2.1", 1, "a"),
            weighted("www.example.com", "192.0.2.2", 0, "b"),
            unhealthy={"a"},
        )
        assert set(self.shares(group, times=50)) == {"192.0.2.2"}

    def test_all_weights_zero_share_alike(self) -> None:
        group = resolver(
            weighted("www.example.com", "192.0.2.1", 0), weighted("www.example.com", "192.0.2.2", 0)
        )
        assert set(self.shares(group, times=100)) == {"192.0.2.1", "192.0.2.2"}

    def test_all_unhealthy_answer_as_if_all_were_healthy(self) -> None:
        group = resolver(
            weighted("www.example.com", "192.0.2.1", 1, "a"),
            weighted("www.example.com", "192.0.2.2", 1, "b"),
            unhealthy={"a", "b"},
        )
        assert set(self.shares(group, times=100)) == {"192.0.2.1", "192.0.2.2"}


class TestTrees:
    """Latency aliases of weighted groups, as in "How health checks work in complex configurations"."""

    def tree(self, unhealthy: set[str], evaluate: bool = True, **first: Any) -> Resolver:
        latency = [
            alias(
                "example.com",
                "us.example.com",
                evaluate=evaluate,
                Region="us-east-1",
                SetIdentifier="u",
                **first,
            ),
            alias("example.com", "ap.example.com", Region="ap-southeast-2", SetIdentifier="a"),
        ]
        groups = [
            weighted("us.example.com", "192.0.2.1", 1, "us1"),
            weighted("us.example.com", "192.0.2.2", 1, "us2"),
            weighted("ap.example.com", "192.0.2.3", 1, "ap1"),
        ]
        return resolver(*latency, *groups, unhealthy=unhealthy)

    def test_a_branch_with_one_healthy_record_answers_with_that_record(self) -> None:
        assert self.tree({"us1"}).addresses("example.com") == ["192.0.2.2"]

    def test_a_branch_without_a_healthy_record_is_left_for_the_next(self) -> None:
        assert self.tree({"us1", "us2"}).addresses("example.com") == ["192.0.2.3"]

    def test_a_branch_whose_health_is_not_evaluated_answers_all_the_same(self) -> None:
        [address] = self.tree({"us1", "us2"}, evaluate=False).addresses("example.com")
        assert address in {"192.0.2.1", "192.0.2.2"}

    def test_an_alias_needs_both_its_own_check_and_a_healthy_target(self) -> None:
        assert self.tree({"own"}, HealthCheckId="own").addresses("example.com") == ["192.0.2.3"]

    def test_aliases_in_a_circle_answer_nothing(self) -> None:
        circle = resolver(alias("a.example.com", "b.example.com"), alias("b.example.com", "a.example.com"))
        assert answered(circle.answer("a.example.com", "A")) == []


class TestMultivalue:
    def group(self, count: int, unhealthy: set[str] | None = None) -> list[str]:
        records = [
            record(
                "www.example.com",
                f"192.0.2.{n}",
                SetIdentifier=str(n),
                MultiValueAnswer=True,
                HealthCheckId=str(n),
            )
            for n in range(count)
        ]
        return resolver(*records, unhealthy=unhealthy).addresses("www.example.com")

    def test_up_to_eight_healthy_records_answer(self) -> None:
        assert len(self.group(12)) == 8
        assert sorted(self.group(3, {"1"})) == ["192.0.2.0", "192.0.2.2"]

    def test_all_unhealthy_answer_with_up_to_eight(self) -> None:
        assert len(self.group(12, {str(n) for n in range(12)})) == 8


class TestNames:
    def test_a_simple_record_answers_with_all_its_values_and_its_ttl(self) -> None:
        answer = resolver(record("www.example.com", "192.0.2.1", "192.0.2.2", ttl=42)).answer(
            "www.example.com", "A"
        )
        assert answered(answer) == ["www.example.com. 42 IN A 192.0.2.1\nwww.example.com. 42 IN A 192.0.2.2"]
        assert answer.authoritative

    def test_names_match_in_any_case_with_or_without_the_final_dot(self) -> None:
        www = resolver(record("WWW.Example.com", "192.0.2.1"))
        assert www.addresses("www.EXAMPLE.com.") == ["192.0.2.1"]

    def test_an_alias_of_a_gateway_is_answered_with_60_seconds(self) -> None:
        answer = resolver(alias("api.example.com", GATEWAY, zone="Z1UJRXOUMOOFQ8")).answer(
            "api.example.com", "A"
        )
        assert answered(answer) == ["api.example.com. 60 IN A 127.0.0.2"]

    def test_an_alias_of_a_record_of_the_zone_has_that_records_ttl_under_its_own_name(self) -> None:
        answer = resolver(
            alias("example.com", "www.example.com"), record("www.example.com", "192.0.2.1", ttl=7)
        ).answer("example.com", "A")
        assert answered(answer) == ["example.com. 7 IN A 192.0.2.1"]

    def test_an_alias_answers_its_own_type_only(self) -> None:
        answer = resolver(alias("api.example.com", GATEWAY, zone="Z1UJRXOUMOOFQ8")).answer(
            "api.example.com", "AAAA"
        )
        assert (answer.rcode, answered(answer)) == (dns.rcode.NOERROR, [])

    def test_an_alias_to_nothing_has_no_data(self) -> None:
        answer = resolver(
            alias("api.example.com", "d-gone.execute-api.us-east-1.amazonaws.com", zone="Z9")
        ).answer("api.example.com", "A")
        assert (answer.rcode, answered(answer), len(answer.authority)) == (dns.rcode.NOERROR, [], 1)

    def test_a_cname_is_followed_to_its_addresses(self) -> None:
        answer = resolver(
            record("shop.example.com", "www.example.com", kind="CNAME"),
            record("www.example.com", "192.0.2.1"),
        ).answer("shop.example.com", "A")
        assert answered(answer) == [
            "shop.example.com. 300 IN CNAME www.example.com.",
            "www.example.com. 300 IN A 192.0.2.1",
        ]

    def test_a_cname_to_a_gateway_ends_at_its_address(self) -> None:
        shop = resolver(record("shop.example.com", GATEWAY, kind="CNAME"))
        assert shop.addresses("shop.example.com") == ["127.0.0.2"]

    def test_a_cname_out_of_the_known_zones_is_answered_alone(self) -> None:
        answer = resolver(record("shop.example.com", "shops.example.net", kind="CNAME")).answer(
            "shop.example.com", "A"
        )
        assert answered(answer) == ["shop.example.com. 300 IN CNAME shops.example.net."]

    def test_cnames_in_a_circle_end(self) -> None:
        circle = resolver(
            record("a.example.com", "b.example.com", kind="CNAME"),
            record("b.example.com", "a.example.com", kind="CNAME"),
        )
        assert circle.addresses("a.example.com") == []

    def test_an_unknown_name_does_not_exist_and_carries_the_soa(self) -> None:
        answer = resolver().answer("nowhere.example.com", "A")
        assert answer.rcode == dns.rcode.NXDOMAIN
        assert [rrset.to_text() for rrset in answer.authority] == [f"example.com. 900 IN SOA {SOA}"]

    def test_a_name_without_that_type_has_no_data_and_carries_the_soa(self) -> None:
        answer = resolver(record("www.example.com", "192.0.2.1")).answer("www.example.com", "TXT")
        assert (answer.rcode, len(answer.authority)) == (dns.rcode.NOERROR, 1)

    def test_a_name_that_only_has_names_below_it_exists(self) -> None:
        assert (
            resolver(record("a.b.example.com", "192.0.2.1")).answer("b.example.com", "A").rcode
            == dns.rcode.NOERROR
        )

    @pytest.mark.parametrize("written", ["*.example.com", "\\052.example.com"])
    def test_a_wildcard_answers_for_names_that_do_not_exist(self, written: str) -> None:
        wild = resolver(record(written, "192.0.2.9"), record("www.example.com", "x", kind="TXT"))
        assert answered(wild.answer("a.b.example.com", "A")) == ["a.b.example.com. 300 IN A 192.0.2.9"]
        assert wild.addresses("www.example.com") == []

    def test_a_name_below_an_existing_one_is_not_the_wildcards(self) -> None:
        wild = resolver(record("*.example.com", "192.0.2.9"), record("www.example.com", "192.0.2.1"))
        assert wild.answer("a.www.example.com", "A").rcode == dns.rcode.NXDOMAIN

    def test_a_name_of_no_hosted_zone_is_refused(self) -> None:
        answer = resolver().answer("example.org", "A")
        assert (answer.rcode, answer.authoritative) == (dns.rcode.REFUSED, False)

    def test_the_zone_answers_its_name_servers_and_soa(self) -> None:
        assert len(resolver().answer("example.com", "NS").answer) == 1
        assert len(resolver().answer("example.com", "SOA").answer) == 1

    def test_a_delegated_name_is_referred_to_its_name_servers(self) -> None:
        answer = resolver(record("sub.example.com", "ns.example.net.", kind="NS")).answer(
            "www.sub.example.com", "A"
        )
        assert answered(answer) == []
        assert [rrset.to_text() for rrset in answer.authority] == [
            "sub.example.com. 300 IN NS ns.example.net."
        ]
        assert not answer.authoritative

    def test_a_location_record_answers_only_where_it_is_for_everywhere(self) -> None:
        spain = record("www.example.com", "192.0.2.1", SetIdentifier="es", GeoLocation={"CountryCode": "ES"})
        default = record("www.example.com", "192.0.2.2", SetIdentifier="d", GeoLocation={"CountryCode": "*"})
        assert resolver(spain, default).addresses("www.example.com") == ["192.0.2.2"]
        assert resolver(spain).addresses("www.example.com") == []

    def test_the_zone_with_the_longest_name_answers(self) -> None:
        outer = Zone.of("Z1", "example.com", [RecordSet.from_api(record("a.dev.example.com", "192.0.2.1"))])
        inner = Zone.of(
            "Z2", "dev.example.com", [RecordSet.from_api(record("a.dev.example.com", "192.0.2.2"))]
        )
        both = Resolver(lambda: [inner, outer], lambda _name: None, lambda _check: True)
        assert both.addresses("a.dev.example.com") == ["192.0.2.2"]
