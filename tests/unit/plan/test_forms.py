"""Reports for CI and code scanning hold every violation, and never show unknown as passed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from tests.unit.plan.plan_kit import ROOT, document, plan, resource, system, table

from techmoda_ha.plan.engine import judge
from techmoda_ha.plan.judging import RULES
from techmoda_ha.plan.model import Location
from techmoda_ha.plan.parse import parse_plan
from techmoda_ha.plan.report import Report
from techmoda_ha.plan.waivers import read_waivers

PLACE = Location("envs/primary/tables.tf", 12)
WAIVER = {
    "rule": "data-stream",
    "environment": "primary",
    "address": "aws_dynamodb_table.products",
    "reason": "No rewind is needed here.",
    "owner": "ana",
    "expires": date(2026, 12, 31),
}


@pytest.fixture
def report() -> Report:
    """One violation with a place, one that is waived, one that only the other plan can tell."""
    bad = table(deletion_protection_enabled=False, stream_enabled=False)
    places = {("envs/primary", "aws_dynamodb_table", "products"): PLACE}
    judged = system(parse_plan(document(bad), "envs/primary", locations=places))
    waivers = read_waivers({"waivers": [WAIVER]})
    return Report.of(judged, judge(judged, waivers, date(2026, 1, 1)))


def results(report: Report) -> dict[str, dict[str, Any]]:
    run = json.loads(report.as_sarif())["runs"][0]
    return {one["ruleId"]: one for one in run["results"]}


def test_sarif_names_the_rule_the_address_and_the_line(report: Report) -> None:
    found = results(report)["data-deletion-protection"]
    assert (found["kind"], found["level"]) == ("fail", "error")
    (place,) = found["locations"]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "primary/aws_dynamodb_table.products"
    physical = place["physicalLocation"]
    assert (physical["artifactLocation"]["uri"], physical["region"]["startLine"]) == (PLACE.file, PLACE.line)


def test_sarif_shows_what_is_missing_at_the_root_of_its_environment(report: Report) -> None:
    (place,) = results(report)["backup-daily"]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "envs/primary/versions.tf"
    assert (ROOT / "envs" / "primary" / "versions.tf").is_file()


def test_sarif_shows_a_waived_violation_as_suppressed_and_an_unknown_one_as_open(report: Report) -> None:
    found = results(report)
    assert found["data-stream"]["suppressions"][0]["justification"] == "No rewind is needed here."
    assert (found["data-replica"]["kind"], found["data-replica"]["level"]) == ("open", "none")


def test_sarif_describes_every_rule_and_points_at_it(report: Report) -> None:
    document = json.loads(report.as_sarif())
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert document["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == list(RULES)
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in document["runs"][0]["results"])


def test_junit_has_a_test_for_each_rule_with_its_failure_or_why_it_was_skipped(report: Report) -> None:
    root = Xml.fromstring(report.as_junit())  # noqa: S314 - made by this very test
    tests = {test.get("name"): test for test in root.findall("./testsuite[@name='rules']/testcase")}
    assert set(tests) == {*RULES, "waivers"}
    assert "aws_dynamodb_table.products" in (tests["data-deletion-protection"].findtext("failure") or "")
    assert tests["data-replica"].find("skipped") is not None
    assert tests["parity-routes"].find("skipped") is not None
    assert len(tests["data-stream"]) == 0
    suite = root.find("./testsuite[@name='rules']")
    assert suite is not None
    assert suite.get("failures") == str(len(root.findall("./testsuite[@name='rules']/testcase/failure")))


def test_json_tells_the_state_of_every_rule(report: Report) -> None:
    document = json.loads(report.as_json())
    assert document["rules"].keys() == RULES.keys()
    states = {name: document["rules"][name] for name in ("data-deletion-protection", "data-stream")}
    assert states == {"data-deletion-protection": "violated", "data-stream": "waived"}
    assert document["rules"]["data-replica"] == "unknown"
    assert document["rules"]["parity-routes"] == "needs both plans"
    assert document["passed"] is False
    (found,) = [one for one in document["violations"] if one["rule"] == "data-deletion-protection"]
    assert found["location"] == str(PLACE)


def test_a_missed_objective_refuses_a_plan_that_breaks_no_rule() -> None:
    slow = resource(
        "aws_route53_health_check", "endpoint",
        {"type": "HTTPS", "request_interval": 30, "failure_threshold": 10},
    )  # fmt: skip
    record = resource(
        "aws_route53_record", "r", {"failover_routing_policy": [{"type": "PRIMARY"}], "ttl": 3600}
    )
    judged = system(plan(slow, record))
    report = Report.of(judged, judge(judged, (), date(2026, 1, 1), rules=[]))
    assert [one.id for one in report.missed] == ["rto/region"]
    assert report.problems == 1
