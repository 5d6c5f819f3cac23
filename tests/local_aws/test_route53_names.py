"""What is answered to a name: records, aliases, CNAMEs, wildcards, delegations and negative answers."""

from __future__ import annotations

import dns.rcode
import pytest
from tests.local_aws.zone_records import GATEWAY, SOA, alias, answered, record, resolver

from local_aws.dns.records import RecordSet, Zone
from local_aws.dns.resolver import Resolver


def test_a_simple_record_answers_with_all_its_values_and_its_ttl() -> None:
    answer = resolver(record("www.example.com", "192.0.2.1", "192.0.2.2", ttl=42)).answer(
        "www.example.com", "A"
    )
    assert answered(answer) == ["www.example.com. 42 IN A 192.0.2.1\nwww.example.com. 42 IN A 192.0.2.2"]
    assert answer.authoritative


def test_names_match_in_any_case_with_or_without_the_final_dot() -> None:
    www = resolver(record("WWW.Example.com", "192.0.2.1"))
    assert www.addresses("www.EXAMPLE.com.") == ["192.0.2.1"]


def test_an_alias_of_a_gateway_is_answered_with_60_seconds() -> None:
    answer = resolver(alias("api.example.com", GATEWAY, zone="Z1UJRXOUMOOFQ8")).answer("api.example.com", "A")
    assert answered(answer) == ["api.example.com. 60 IN A 127.0.0.2"]


def test_an_alias_of_a_record_of_the_zone_has_that_records_ttl_under_its_own_name() -> None:
    answer = resolver(
        alias("example.com", "www.example.com"), record("www.example.com", "192.0.2.1", ttl=7)
    ).answer("example.com", "A")
    assert answered(answer) == ["example.com. 7 IN A 192.0.2.1"]


def test_an_alias_answers_its_own_type_only() -> None:
    answer = resolver(alias("api.example.com", GATEWAY, zone="Z1UJRXOUMOOFQ8")).answer(
        "api.example.com", "AAAA"
    )
    assert (answer.rcode, answered(answer)) == (dns.rcode.NOERROR, [])


def test_an_alias_to_nothing_has_no_data() -> None:
    answer = resolver(
        alias("api.example.com", "d-gone.execute-api.us-east-1.amazonaws.com", zone="Z9")
    ).answer("api.example.com", "A")
    assert (answer.rcode, answered(answer), len(answer.authority)) == (dns.rcode.NOERROR, [], 1)


def test_a_cname_is_followed_to_its_addresses() -> None:
    answer = resolver(
        record("shop.example.com", "www.example.com", kind="CNAME"),
        record("www.example.com", "192.0.2.1"),
    ).answer("shop.example.com", "A")
    assert answered(answer) == [
        "shop.example.com. 300 IN CNAME www.example.com.",
        "www.example.com. 300 IN A 192.0.2.1",
    ]


def test_a_cname_to_a_gateway_ends_at_its_address() -> None:
    shop = resolver(record("shop.example.com", GATEWAY, kind="CNAME"))
    assert shop.addresses("shop.example.com") == ["127.0.0.2"]


def test_a_cname_out_of_the_known_zones_is_answered_alone() -> None:
    answer = resolver(record("shop.example.com", "shops.example.net", kind="CNAME")).answer(
        "shop.example.com", "A"
    )
    assert answered(answer) == ["shop.example.com. 300 IN CNAME shops.example.net."]


def test_cnames_in_a_circle_end() -> None:
    circle = resolver(
        record("a.example.com", "b.example.com", kind="CNAME"),
        record("b.example.com", "a.example.com", kind="CNAME"),
    )
    assert circle.addresses("a.example.com") == []


def test_an_unknown_name_does_not_exist_and_carries_the_soa() -> None:
    answer = resolver().answer("nowhere.example.com", "A")
    assert answer.rcode == dns.rcode.NXDOMAIN
    assert [rrset.to_text() for rrset in answer.authority] == [f"example.com. 900 IN SOA {SOA}"]


def test_a_name_without_that_type_has_no_data_and_carries_the_soa() -> None:
    answer = resolver(record("www.example.com", "192.0.2.1")).answer("www.example.com", "TXT")
    assert (answer.rcode, len(answer.authority)) == (dns.rcode.NOERROR, 1)


def test_a_name_that_only_has_names_below_it_exists() -> None:
    assert (
        resolver(record("a.b.example.com", "192.0.2.1")).answer("b.example.com", "A").rcode
        == dns.rcode.NOERROR
    )


@pytest.mark.parametrize("written", ["*.example.com", "\\052.example.com"])
def test_a_wildcard_answers_for_names_that_do_not_exist(written: str) -> None:
    wild = resolver(record(written, "192.0.2.9"), record("www.example.com", "x", kind="TXT"))
    assert answered(wild.answer("a.b.example.com", "A")) == ["a.b.example.com. 300 IN A 192.0.2.9"]
    assert wild.addresses("www.example.com") == []


def test_a_name_below_an_existing_one_is_not_the_wildcards() -> None:
    wild = resolver(record("*.example.com", "192.0.2.9"), record("www.example.com", "192.0.2.1"))
    assert wild.answer("a.www.example.com", "A").rcode == dns.rcode.NXDOMAIN


def test_a_name_of_no_hosted_zone_is_refused() -> None:
    answer = resolver().answer("example.org", "A")
    assert (answer.rcode, answer.authoritative) == (dns.rcode.REFUSED, False)


def test_the_zone_answers_its_name_servers_and_soa() -> None:
    assert len(resolver().answer("example.com", "NS").answer) == 1
    assert len(resolver().answer("example.com", "SOA").answer) == 1


def test_a_delegated_name_is_referred_to_its_name_servers() -> None:
    answer = resolver(record("sub.example.com", "ns.example.net.", kind="NS")).answer(
        "www.sub.example.com", "A"
    )
    assert answered(answer) == []
    assert [rrset.to_text() for rrset in answer.authority] == ["sub.example.com. 300 IN NS ns.example.net."]
    assert not answer.authoritative


def test_a_location_record_answers_only_where_it_is_for_everywhere() -> None:
    spain = record("www.example.com", "192.0.2.1", SetIdentifier="es", GeoLocation={"CountryCode": "ES"})
    default = record("www.example.com", "192.0.2.2", SetIdentifier="d", GeoLocation={"CountryCode": "*"})
    assert resolver(spain, default).addresses("www.example.com") == ["192.0.2.2"]
    assert resolver(spain).addresses("www.example.com") == []


def test_the_zone_with_the_longest_name_answers() -> None:
    outer = Zone.of("Z1", "example.com", [RecordSet.from_api(record("a.dev.example.com", "192.0.2.1"))])
    inner = Zone.of("Z2", "dev.example.com", [RecordSet.from_api(record("a.dev.example.com", "192.0.2.2"))])
    both = Resolver(lambda: [inner, outer], lambda _name: None, lambda _check: True)
    assert both.addresses("a.dev.example.com") == ["192.0.2.2"]
