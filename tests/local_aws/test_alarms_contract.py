"""Alarms from the data to the actions. With high-resolution metrics these tests pass on AWS as well.

One fault is played through: errors come for some seconds and stop again. All alarms watch it together,
so that their periods pass only once.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.local_aws.deployer import Deployer
from tests.local_aws.waiting import eventually

pytestmark = [pytest.mark.local, pytest.mark.slow]

_LOG_EVENT = """
import json

def handler(event, context):
    print("ACTION " + json.dumps(event))
"""
_GOING_OFF = ("errors", "one-of-two", "p99", "error-rate")
_OPEN_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
}


@dataclass
class Story:
    """The fault and what was seen of it. Alarms and metrics are under a name of this run."""

    east: Deployer
    run: str = field(default_factory=lambda: f"test-{uuid.uuid4().hex[:8]}")
    messages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    function: str = ""

    def name(self, alarm: str) -> str:
        return f"{self.run}-{alarm}"

    def client(self, service: str) -> Any:
        return self.east.client(service)

    def put(self, alarm: str, **settings: Any) -> None:
        """An alarm on the sum of Errors over ten seconds, unless the settings say otherwise."""
        usual: dict[str, Any] = {
            "Namespace": self.run,
            "MetricName": "Errors",
            "Dimensions": [{"Name": "Api", "Value": "shop"}],
            "Statistic": "Sum",
            "Period": 10,
            "EvaluationPeriods": 1,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        }
        merged = {**usual, **settings}
        given = {key: value for key, value in merged.items() if value is not None}
        self.client("cloudwatch").put_metric_alarm(AlarmName=self.name(alarm), **given)

    def put_composite(self, alarm: str, rule: str, **settings: Any) -> None:
        self.client("cloudwatch").put_composite_alarm(
            AlarmName=self.name(alarm), AlarmRule=rule.replace("@", f"{self.run}-"), **settings
        )

    def state(self, alarm: str) -> str:
        found = self.client("cloudwatch").describe_alarms(
            AlarmNames=[self.name(alarm)], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return str((found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"])

    def publish(self, **values: float) -> None:
        """Publish values of metrics of the shop's API, in high resolution."""
        self.client("cloudwatch").put_metric_data(
            Namespace=self.run,
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "Api", "Value": "shop"}],
                    "Value": value,
                    "StorageResolution": 1,
                }
                for name, value in values.items()
            ],
        )

    def transitions(self, alarm: str) -> list[str]:
        """The states that the alarm went through, oldest first, without the one after its creation."""
        history = self.client("cloudwatch").describe_alarm_history(
            AlarmName=self.name(alarm),
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            HistoryItemType="StateUpdate",
            ScanBy="TimestampAscending",
        )["AlarmHistoryItems"]
        states = [json.loads(item["HistoryData"])["newState"]["stateValue"] for item in history]
        return states[1:]

    def about(self, alarm: str) -> list[dict[str, Any]]:
        """The notifications about an alarm."""
        return [message for message in self.messages if message["AlarmName"] == self.name(alarm)]


def stat(run: str, name: str) -> dict[str, Any]:
    metric = {"Namespace": run, "MetricName": name, "Dimensions": [{"Name": "Api", "Value": "shop"}]}
    described = {"Metric": metric, "Period": 10, "Stat": "Sum"}
    return {"Id": name.lower(), "ReturnData": False, "MetricStat": described}


@pytest.fixture(scope="module")
def story(east: Deployer) -> Iterator[Story]:
    """Put alarms, play the fault, and gather what CloudWatch did about it."""
    story = Story(east)
    topic, take = _listeners(story)
    _put_alarms(story, topic)
    eventually(lambda: story.state("errors") == "OK", 60)
    publishing = time.monotonic() + 30
    while not all(story.state(alarm) == "ALARM" for alarm in _GOING_OFF):
        assert time.monotonic() < publishing, "no alarm after thirty seconds of errors"
        story.publish(Errors=3, Requests=10, Latency=900)
        time.sleep(0.5)
    eventually(lambda: story.state("errors") == "OK" and story.state("composite") == "OK", 60)
    eventually(lambda: take() and len(story.about("errors")) >= 3, 60)
    yield story
    story.client("cloudwatch").delete_alarms(AlarmNames=[story.name("composite")])
    story.client("cloudwatch").delete_alarms(AlarmNames=[story.name("held")])


def _listeners(story: Story) -> tuple[str, Callable[[], bool]]:
    """A topic, and a function that takes what came from it and from EventBridge; and a Lambda action."""
    sqs, sns, events = (story.client(service) for service in ("sqs", "sns", "events"))
    queue = sqs.create_queue(QueueName=story.run, Attributes={"Policy": json.dumps(_OPEN_POLICY)})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic: str = sns.create_topic(Name=story.run)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [{"prefix": story.run}]}}
    events.put_rule(Name=story.run, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=story.run, Targets=[{"Id": "queue", "Arn": arn}])
    story.function = story.east.function(_LOG_EVENT)

    def take() -> bool:
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in received:
            body = json.loads(message["Body"])
            if "detail-type" in body:
                story.events.append(body)
            else:
                story.messages.append({**json.loads(body["Message"]), "Subject": body["Subject"]})
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return not received

    return topic, take


def _put_alarms(story: Story, topic: str) -> None:
    run = story.run
    story.put("errors", AlarmDescription="Errors", AlarmActions=[topic, story.function], OKActions=[topic])
    story.put("one-of-two", EvaluationPeriods=2, DatapointsToAlarm=1)
    story.put("other-dimensions", Dimensions=[{"Name": "Api", "Value": "other"}])
    story.put("no-dimensions", Dimensions=None)
    story.put("unknown", MetricName="Unknown", TreatMissingData="missing")
    story.put("missing-is-bad", MetricName="Unknown", TreatMissingData="breaching")
    story.put("p99", MetricName="Latency", Statistic=None, ExtendedStatistic="p99", Threshold=500)
    story.put("muted", ActionsEnabled=False, AlarmActions=[topic])
    rate = [{"Id": "rate", "Expression": "100 * errors / requests", "ReturnData": True}]
    story.put(
        "error-rate",
        **dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period")),
        Metrics=[*rate, stat(run, "Errors"), stat(run, "Requests")],
        Threshold=29,
    )
    story.put_composite("composite", 'ALARM("@errors") AND NOT ALARM(@unknown)', AlarmActions=[topic])
    story.put_composite("always", "TRUE")
    story.put_composite(
        "held",
        "ALARM(@errors)",
        AlarmActions=[topic],
        ActionsSuppressor=story.name("always"),
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=60,
    )


def test_an_alarm_follows_its_metric_there_and_back(story: Story) -> None:
    assert story.transitions("errors") == ["ALARM", "OK"]


@pytest.mark.parametrize("alarm", _GOING_OFF)
def test_alarms_on_periods_percentiles_and_metric_math_go_off(story: Story, alarm: str) -> None:
    assert story.transitions(alarm)[:1] == ["ALARM"]


@pytest.mark.parametrize("alarm", ["other-dimensions", "no-dimensions"])
def test_values_with_other_dimensions_do_not_count(story: Story, alarm: str) -> None:
    assert story.transitions(alarm) == []
    assert story.state(alarm) == "OK"


def test_without_data_the_treatment_of_missing_data_decides(story: Story) -> None:
    assert story.state("unknown") == "INSUFFICIENT_DATA"
    assert story.state("missing-is-bad") == "ALARM"


def test_a_topic_gets_a_message_for_each_change_that_has_an_action(story: Story) -> None:
    messages = sorted(story.about("errors"), key=lambda message: message["StateChangeTime"])
    changes = [(message["OldStateValue"], message["NewStateValue"]) for message in messages]
    assert changes == [("INSUFFICIENT_DATA", "OK"), ("OK", "ALARM"), ("ALARM", "OK")]
    alarm = messages[1]
    assert alarm["Subject"] == f'ALARM: "{story.name("errors")}" in US East (N. Virginia)'
    assert alarm["AlarmDescription"] == "Errors"
    trigger = alarm["Trigger"]
    assert (trigger["MetricName"], trigger["Statistic"], trigger["Period"]) == ("Errors", "SUM", 10)
    assert trigger["Dimensions"] == [{"value": "shop", "name": "Api"}]


def test_disabled_actions_do_not_happen(story: Story) -> None:
    assert story.transitions("muted") == ["ALARM", "OK"]
    assert story.about("muted") == []


def test_a_function_gets_the_alarm_as_its_event(story: Story) -> None:
    group = f"/aws/lambda/{story.function.rpartition(':')[2]}"

    def logged() -> list[Any]:
        found = story.client("logs").filter_log_events(logGroupName=group, filterPattern="ACTION")
        return [json.loads(event["message"].partition("ACTION ")[2]) for event in found["events"]]

    (event,) = eventually(logged, 60)
    assert event["source"] == "aws.cloudwatch"
    assert event["alarmArn"].endswith(f":alarm:{story.name('errors')}")
    assert event["alarmData"]["state"]["value"] == "ALARM"
    assert event["alarmData"]["previousState"]["value"] == "OK"


def _event(story: Story, alarm: str, state: str) -> Mapping[str, Any]:
    return next(
        event
        for event in story.events
        if event["detail"]["alarmName"] == story.name(alarm) and event["detail"]["state"]["value"] == state
    )


def test_eventbridge_gets_each_change_with_states_and_configuration(story: Story) -> None:
    event = _event(story, "errors", "ALARM")
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"][0].endswith(f":alarm:{story.name('errors')}")
    detail = event["detail"]
    assert detail["previousState"]["value"] == "OK"
    assert json.loads(detail["state"]["reasonData"])["threshold"] == 5.0
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {"namespace": story.run, "name": "Errors", "dimensions": {"Api": "shop"}},
        "period": 10,
        "stat": "Sum",
    }
    math = _event(story, "error-rate", "ALARM")["detail"]["configuration"]["metrics"]
    assert [metric.get("expression") for metric in math] == ["100 * errors / requests", None, None]


def test_a_composite_alarm_follows_its_rule_and_says_who_triggered_it(story: Story) -> None:
    assert story.transitions("composite") == ["ALARM", "OK"]
    (message,) = story.about("composite")
    assert message["AlarmRule"] == f'ALARM("{story.name("errors")}") AND NOT ALARM({story.name("unknown")})'
    assert message["TriggeringChildren"][0]["Arn"].endswith(story.name("errors"))


def test_a_suppressor_holds_the_actions_of_a_composite_alarm(story: Story) -> None:
    assert story.transitions("held") == ["ALARM", "OK"]
    assert story.about("held") == []
    assert _event(story, "held", "ALARM")["detail"]["state"]["actionsSuppressedBy"] == "Alarm"


def test_the_history_holds_changes_and_actions_to_the_millisecond(story: Story) -> None:
    items = story.client("cloudwatch").describe_alarm_history(AlarmName=story.name("errors"))
    by_kind: dict[str, list[Any]] = {}
    for item in items["AlarmHistoryItems"]:
        by_kind.setdefault(item["HistoryItemType"], []).append(item)
    assert len(by_kind["Action"]) == 4
    assert all("Successfully executed action" in item["HistorySummary"] for item in by_kind["Action"])
    assert any(item["Timestamp"].microsecond for item in by_kind["StateUpdate"])


def test_a_state_that_is_set_lasts_until_the_next_evaluation(story: Story) -> None:
    cloudwatch = story.client("cloudwatch")
    name = story.name("other-dimensions")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    described = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    assert (described["StateValue"], described["StateReason"]) == ("ALARM", "a drill")
    eventually(lambda: story.state("other-dimensions") == "OK", 60)
    assert story.transitions("other-dimensions") == ["ALARM", "OK"]
