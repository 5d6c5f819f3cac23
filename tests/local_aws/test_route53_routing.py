"""Which of several records Route 53 answers with. The cases are those of its developer guide."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.local_aws.zone_records import GATEWAY, alias, answered, record, resolver

from local_aws.dns.resolver import Resolver


def failover(kind: str, address: str, check: str | None) -> dict[str, Any]:
    fields: dict[str, Any] = {"HealthCheckId": check} if check else {}
    return record("www.example.com", address, SetIdentifier=kind, Failover=kind, **fields)


def weighted(name: str, address: str, weight: int, check: str | None = None) -> dict[str, Any]:
    fields: dict[str, Any] = {"HealthCheckId": check} if check else {}
    return record(name, address, SetIdentifier=address, Weight=weight, **fields)


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
