"""When a health check is healthy. The cases are those of Route 53's developer guide and API Reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from local_aws.health_checks.checker import Checker, Result, considered_healthy, healthy_percent
from local_aws.health_checks.config import CHECKER_REGIONS, Alarm, HealthCheck, read
from local_aws.health_checks.status import AlarmState, Statuses

GOOD, BAD = Result(True, "HTTP Status Code 200, OK"), Result(False, "Connection timed out.")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALARM = Alarm("us-east-1", "errors")


def checker(*results: Result, threshold: int = 3) -> Checker:
    """A checker that had these results."""
    made = Checker("us-east-1", "198.51.100.1")
    for result in results:
        made.take(result, NOW, threshold)
    return made


class TestChecker:
    def test_a_new_one_counts_the_endpoint_as_healthy(self) -> None:
        assert checker().healthy

    def test_it_takes_as_many_failures_in_a_row_as_the_threshold_to_become_unhealthy(self) -> None:
        assert checker(BAD, BAD).healthy
        assert not checker(BAD, BAD, BAD).healthy

    def test_a_success_in_between_starts_the_count_again(self) -> None:
        assert checker(BAD, BAD, GOOD, BAD, BAD).healthy

    def test_it_takes_as_many_successes_to_become_healthy_again(self) -> None:
        assert not checker(BAD, BAD, BAD, GOOD, GOOD).healthy
        assert checker(BAD, BAD, BAD, GOOD, GOOD, GOOD).healthy
        assert not checker(BAD, BAD, BAD, GOOD, GOOD, BAD, GOOD, GOOD).healthy

    def test_with_a_threshold_of_one_each_result_counts(self) -> None:
        assert not checker(BAD, threshold=1).healthy
        assert checker(BAD, GOOD, threshold=1).healthy

    def test_it_reports_the_last_result_and_the_last_failure(self) -> None:
        seen = checker(BAD, GOOD)
        assert seen.last
        assert seen.last_failure
        assert seen.last.text == "Success: HTTP Status Code 200, OK"
        assert seen.last_failure.text == "Failure: Connection timed out."


class TestMajority:
    @pytest.mark.parametrize(
        ("healthy", "of", "expected"),
        [(3, 16, True), (2, 16, False), (18, 100, False), (19, 100, True), (1, 3, True), (0, 3, False)],
    )
    def test_an_endpoint_is_healthy_if_more_than_18_percent_of_the_checkers_say_so(
        self, healthy: int, of: int, expected: bool
    ) -> None:
        checkers = [replace(checker(), healthy=number < healthy) for number in range(of)]
        assert considered_healthy(checkers) is expected
        assert healthy_percent(checkers) == pytest.approx(100 * healthy / of)


class World:
    """Health checks, what their checkers think, and alarms."""

    def __init__(self, *checks: HealthCheck, down: Iterable[str] = ()) -> None:
        self.checks = {check.id: check for check in checks}
        self.down = set(down)
        self.alarms: dict[Alarm, AlarmState] = {}
        self.statuses = Statuses(lambda: self.checks, self._checkers, self._alarm)

    def _checkers(self, health_check_id: str) -> list[Checker]:
        return [replace(checker(), healthy=health_check_id not in self.down)]

    def _alarm(self, alarm: Alarm) -> AlarmState:
        return self.alarms.get(alarm, AlarmState.INSUFFICIENT_DATA)

    def healthy(self, health_check_id: str) -> bool:
        return self.statuses.is_healthy(health_check_id)


def endpoint(health_check_id: str, **fields: Any) -> HealthCheck:
    return HealthCheck(health_check_id, "HTTPS", domain_name="api.example.com", port=443, **fields)


def calculated(threshold: int, *children: str, **fields: Any) -> HealthCheck:
    return HealthCheck("c", "CALCULATED", children=children, health_threshold=threshold, **fields)


def of_alarm(insufficient_data: str = "Healthy", **fields: Any) -> HealthCheck:
    return HealthCheck("m", "CLOUDWATCH_METRIC", alarm=ALARM, insufficient_data=insufficient_data, **fields)


class TestStatus:
    def test_an_endpoint_is_as_its_checkers_find(self) -> None:
        assert World(endpoint("a")).healthy("a")
        assert not World(endpoint("a"), down="a").healthy("a")

    def test_an_inverted_check_starts_unhealthy_and_is_healthy_when_the_endpoint_is_not(self) -> None:
        assert not World(endpoint("a", inverted=True)).healthy("a")
        assert World(endpoint("a", inverted=True), down="a").healthy("a")

    def test_a_disabled_check_is_healthy_whatever_it_would_measure(self) -> None:
        assert World(endpoint("a", disabled=True), down="a").healthy("a")
        assert World(calculated(9, disabled=True)).healthy("c")

    def test_inverting_is_what_stops_traffic_at_a_disabled_check(self) -> None:
        assert not World(endpoint("a", disabled=True, inverted=True), down="a").healthy("a")

    def test_a_check_that_does_not_exist_stops_nothing(self) -> None:
        assert World().healthy("gone")


class TestCalculated:
    @pytest.mark.parametrize(("threshold", "expected"), [(1, True), (2, True), (3, False)])
    def test_it_is_healthy_when_enough_children_are(self, threshold: int, expected: bool) -> None:
        world = World(calculated(threshold, *"xyz"), endpoint("x"), endpoint("y"), endpoint("z"), down="z")
        assert world.healthy("c") is expected
        assert world.statuses.healthy_children(world.checks["c"]) == 2

    def test_a_threshold_of_zero_is_always_healthy(self) -> None:
        assert World(calculated(0, "x"), endpoint("x"), down="x").healthy("c")

    def test_a_threshold_above_the_number_of_children_is_always_unhealthy(self) -> None:
        assert not World(calculated(2, "x"), endpoint("x")).healthy("c")

    def test_an_inverted_child_counts_by_its_inverted_status(self) -> None:
        stop = endpoint("stop", inverted=True)
        assert not World(calculated(2, "x", "stop"), endpoint("x"), stop).healthy("c")
        assert World(calculated(2, "x", "stop"), endpoint("x"), stop, down=["stop"]).healthy("c")

    def test_a_disabled_child_counts_as_healthy(self) -> None:
        assert World(calculated(1, "x"), endpoint("x", disabled=True), down="x").healthy("c")

    def test_a_child_that_is_deleted_counts_for_nothing(self) -> None:
        assert not World(calculated(1, "gone")).healthy("c")

    def test_it_can_be_inverted(self) -> None:
        assert not World(calculated(1, "x", inverted=True), endpoint("x")).healthy("c")


class TestAlarms:
    def world(self, state: AlarmState, **fields: Any) -> World:
        world = World(of_alarm(**fields))
        world.alarms[ALARM] = state
        return world

    def test_it_is_healthy_while_the_alarm_is_ok(self) -> None:
        assert self.world(AlarmState.OK).healthy("m")
        assert not self.world(AlarmState.ALARM).healthy("m")
        assert self.world(AlarmState.ALARM, inverted=True).healthy("m")

    @pytest.mark.parametrize(
        ("insufficient_data", "expected"),
        [("Healthy", True), ("Unhealthy", False), ("LastKnownStatus", True)],
    )
    def test_without_data_it_is_as_configured(self, insufficient_data: str, expected: bool) -> None:
        world = self.world(AlarmState.INSUFFICIENT_DATA, insufficient_data=insufficient_data)
        assert world.healthy("m") is expected

    @pytest.mark.parametrize("last", [AlarmState.OK, AlarmState.ALARM])
    def test_the_last_known_status_stays_when_the_data_runs_out(self, last: AlarmState) -> None:
        world = self.world(last, insufficient_data="LastKnownStatus")
        world.statuses.observe()
        world.alarms.clear()
        assert world.healthy("m") is (last is AlarmState.OK)

    def test_a_disabled_check_does_not_follow_its_alarm(self) -> None:
        world = self.world(AlarmState.ALARM, insufficient_data="LastKnownStatus", disabled=True)
        world.statuses.observe()
        assert world.healthy("m")
        world.checks["m"] = replace(world.checks["m"], disabled=False)
        world.alarms.clear()
        assert world.healthy("m")


class TestConfiguration:
    def test_what_is_not_given_has_route_53s_defaults(self) -> None:
        check = read("a", {"Type": "HTTPS", "FullyQualifiedDomainName": "api.example.com"})
        assert (check.port, check.interval, check.failure_threshold, check.path) == (443, 30, 3, "/")
        assert check.regions == CHECKER_REGIONS
        assert check.sni
        assert [check.inverted, check.disabled, check.measure_latency] == [False, False, False]

    def test_a_path_gets_its_slash(self) -> None:
        assert read("a", {"Type": "HTTP", "ResourcePath": "health?x=1"}).path == "/health?x=1"

    @pytest.mark.parametrize(
        ("config", "host"),
        [
            ({"Type": "HTTP", "Port": 80, "FullyQualifiedDomainName": "a.example"}, "a.example"),
            ({"Type": "HTTPS_STR_MATCH", "Port": 443, "FullyQualifiedDomainName": "a.example"}, "a.example"),
            ({"Type": "HTTP", "Port": 443, "FullyQualifiedDomainName": "a.example"}, "a.example:443"),
            ({"Type": "HTTP", "Port": 8080, "IPAddress": "192.0.2.1"}, "192.0.2.1:8080"),
            (
                {"Type": "HTTP", "IPAddress": "192.0.2.1", "FullyQualifiedDomainName": "a.example"},
                "a.example",
            ),
        ],
    )
    def test_the_host_header_names_the_port_unless_it_is_the_protocols_own(
        self, config: dict[str, Any], host: str
    ) -> None:
        assert read("a", config).host == host
