"""The parts of the incident drill: alarms, records, readiness, judging an answer, load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from moto import mock_aws
from tests.unit.techmoda_ha.drill_kit import clients, make_stage
from tests.unit.techmoda_ha.test_drill_incident_response import NOW, FakeAlarms, response

from techmoda_ha.drills.incident_response.alarms import Alarms, settings_of, with_period
from techmoda_ha.drills.incident_response.bad_deployment import BadDeployment
from techmoda_ha.drills.incident_response.load import GOOD_IN_A_ROW, Load
from techmoda_ha.drills.incident_response.lost_region import LostRegion
from techmoda_ha.drills.incident_response.plan import SCENARIOS, IncidentPlan
from techmoda_ha.drills.incident_response.responses import Responder, Response
from techmoda_ha.drills.incident_response.scenario import Site

ROOT = Path(__file__).resolve().parents[3]
METRIC_ALARM: dict[str, Any] = {
    "AlarmName": "one", "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60,
    "Threshold": 1.0,
    "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching", "AlarmActions": ["arn:aws:sns:us-east-1:1:page"],
}  # fmt: skip
STAT = {"Metric": {"Namespace": "N", "MetricName": "M", "Dimensions": []}, "Period": 60, "Stat": "Sum"}


def test_an_alarm_gets_its_own_settings_back() -> None:
    with mock_aws():
        cloudwatch = clients("cloudwatch", "us-east-1")
        cloudwatch.put_metric_alarm(**METRIC_ALARM)
        alarms = Alarms(cloudwatch)
        before = settings_of(cloudwatch.describe_alarms(AlarmNames=["one"])["MetricAlarms"][0])
        alarms.hasten(["one"], 10)
        [hastened] = cloudwatch.describe_alarms(AlarmNames=["one"])["MetricAlarms"]
        assert (hastened["Period"], hastened["DatapointsToAlarm"]) == (10, 2)
        alarms.restore()
        alarms.restore()
        assert settings_of(cloudwatch.describe_alarms(AlarmNames=["one"])["MetricAlarms"][0]) == before
        assert alarms.states(["one", "gone"]) == {"one": hastened["StateValue"]}
        assert alarms.states([]) == {}


def test_metric_math_gets_the_period_in_each_of_its_metrics() -> None:
    described = {
        "AlarmName": "two",
        "Metrics": [{"Id": "e", "Expression": "m"}, {"Id": "m", "MetricStat": STAT}],
    }
    changed = with_period(settings_of(described), 10)
    assert [one.get("MetricStat", {}).get("Period") for one in changed["Metrics"]] == [None, 10]
    assert "Period" not in changed
    assert STAT["Period"] == 60


def item(subject: str, outcome: str, at: str) -> dict[str, Any]:
    texts = {
        "subject": subject,
        "playbook": "roll-back",
        "resource": "shop:live",
        "outcome": outcome,
        "at": at,
    }
    return {"id": {"S": f"incident#{subject}/{at}"}, **{name: {"S": text} for name, text in texts.items()}}


def test_the_first_finished_record_since_the_fault_is_the_answer() -> None:
    with mock_aws():
        dynamodb = clients("dynamodb", "us-east-1")
        dynamodb.create_table(
            TableName="incidents",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for found in (
            item("a", "acted", "2025-11-28T09:00:00.000Z"),
            item("a", "failed", "2025-11-28T10:00:01.000Z"),
            item("a", "over", "2025-11-28T10:00:02.000Z"),
            item("b", "acted", "2025-11-28T10:00:03.000Z"),
            item("a", "limited", "2025-11-28T10:00:04.000Z"),
        ):
            dynamodb.put_item(TableName="incidents", Item=found)
        dynamodb.put_item(TableName="incidents", Item={"id": {"S": "limit#roll-back#shop:live"}})
        responder = Responder(lambda service: clients(service, "us-east-1"), "incidents", "f", {})
        answer = responder.first(["a"], NOW)
        assert answer is not None
        assert answer.outcome == "limited"
        assert responder.failures(["a"], NOW) == [""]
        assert not responder.has_given_up(["a"], NOW)
        third = {**item("a", "failed", "2025-11-28T10:00:01.000Z"), "attempts": {"N": "3"}}
        dynamodb.put_item(TableName="incidents", Item=third)
        assert responder.has_given_up(["a"], NOW)
        responder.forget_turns([("roll-back", "shop:live")])
        assert len(dynamodb.scan(TableName="incidents")["Items"]) == 5


@dataclass(frozen=True)
class Known:
    """A responder that has looked at an alias."""

    served_since: datetime | None
    playbooks: dict[str, Any]

    def alarms_of(self, playbook: str) -> dict[str, Any]:
        return {name: one for name, one in self.playbooks.items() if one["playbook"] == playbook}

    def served(self, _alias: str) -> tuple[str, datetime, str] | None:
        return ("7", self.served_since, "6") if self.served_since else None

    def stable_after_seconds(self) -> float:
        return 600.0


ROLL_BACK = {"shop-5xx": {"playbook": "roll-back", "function": "shop", "alias": "live"}}


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Known(NOW.replace(hour=9), ROLL_BACK), ""),
        (Known(NOW.replace(hour=9, minute=55), ROLL_BACK), "version 7 has served for 300 of the 600 s"),
        (Known(None, ROLL_BACK), "has not looked yet"),
    ],
)
def test_a_version_must_have_proved_itself_before_a_bad_one_is_deployed(
    tmp_path: Path, known: Known, words: str
) -> None:
    site = Site(make_stage(tmp_path), "us-east-1", cast("Responder", known), cast("Alarms", FakeAlarms()))
    problem = BadDeployment(site, utc_now=lambda: NOW).unready()
    assert words in problem
    assert bool(problem) == bool(words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (response("left", engaged=True, by="latch"), ""),
        (response("acted", engaged=True, by="latch"), ""),
        (response("acted", "DNS still leads", engaged=False), "STOP is not engaged: DNS still leads"),
        (response("left", engaged=True, by="operator:ana"), "engaged by operator:ana, not by the latch"),
        (response("limited", "not so soon"), 'the responder\'s answer was "limited": not so soon'),
    ],
)
def test_a_failover_is_kept_by_the_latch_or_the_scenario_fails(
    tmp_path: Path, answer: Response, words: str
) -> None:
    site = Site(make_stage(tmp_path), "us-west-2", cast("Responder", Known(None, {})), cast("Alarms", None))
    scenario = LostRegion(site, cast("Any", None), fast=True, failback_seconds=1.0)
    assert scenario.objection(answer) == words if not words else words in scenario.objection(answer)


def test_a_load_is_well_after_good_answers_in_a_row() -> None:
    left = iter([True] * GOOD_IN_A_ROW + [False] + [True] * GOOD_IN_A_ROW)
    seen: list[bool] = []
    load = Load(lambda: next(left, True), 1, 1000.0)
    for _ in range(2 * GOOD_IN_A_ROW + 1):
        load._latest.append(load.act())
        seen.append(load.is_well())
    assert seen == [False] * 4 + [True] + [False] * 5 + [True]


def test_a_load_stops_when_told() -> None:
    load = Load(lambda: True, 2, 1000.0)
    load.start()
    load.stop()
    counted = load.good
    assert counted >= 2
    assert load.good == counted


def test_the_experiment_plays_every_scenario_once_in_the_order_of_the_plan() -> None:
    document = yaml.safe_load((ROOT / "drills/incident-response.yaml").read_text())
    played = [one["provider"].get("arguments", {}).get("scenario") for one in document["method"]]
    assert tuple(one for one in played if one) == SCENARIOS
    IncidentPlan.from_configuration(document["configuration"], fast=True)
