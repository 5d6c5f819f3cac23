"""modules/monitoring on the local AWS: made once, unchanged by a second plan, destroyed without a trace."""

from __future__ import annotations

import json

import pytest
from tests.modules.root_module import ROOT, RootModule

from local_aws.testing import LocalAws

pytestmark = [pytest.mark.local, pytest.mark.slow]


@pytest.fixture(scope="module")
def example(aws: LocalAws) -> RootModule:
    """Return the complete example, applied."""
    directory = ROOT / "modules" / "monitoring" / "examples" / "complete"
    example = RootModule(directory, aws.terraform_state / "monitoring.tfstate", aws).init()
    example.apply()
    return example


def test_every_alarm_notifies_the_topic(example: RootModule) -> None:
    (topic,) = example.aws.client("sns", "us-east-1").list_topics()["Topics"]
    alarms = example.aws.client("cloudwatch", "us-east-1").describe_alarms()["MetricAlarms"]
    assert len(alarms) == 11
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms} == {(topic["TopicArn"],)}


def test_the_dashboard_is_stored_as_it_was_given(example: RootModule) -> None:
    dashboard = example.aws.client("cloudwatch", "us-east-1").get_dashboard(
        DashboardName="example-monitoring"
    )
    titles = [widget["properties"]["title"] for widget in json.loads(dashboard["DashboardBody"])["widgets"]]
    assert titles == ["Latencia de API", "Métricas de Lambda", "Capacidad de DynamoDB"]


def test_a_second_plan_changes_nothing(example: RootModule) -> None:
    assert example.is_unchanged()


def test_destroying_leaves_no_alarm(example: RootModule) -> None:
    example.destroy()
    assert example.aws.client("cloudwatch", "us-east-1").describe_alarms()["MetricAlarms"] == []
