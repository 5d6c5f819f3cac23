"""The function as it is called, from the event to what AWS is asked."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.incident_responder.kit import Answer, ScriptedAws, StoppedClock, refusal
from tests.unit.incident_responder.test_events import (
    ALARM_EVENT,
    BACKUP_EVENT,
    TOPIC_MESSAGE,
    changed,
    topic_record,
)

from common.environment import SettingError
from incident_responder import application
from incident_responder.application import Application, IncompleteError, build
from incident_responder.environment import Environment

PLAYBOOKS: dict[str, Any] = {
    "alarms": {
        "shop-api-5xx": {
            "playbook": "roll-back",
            "function": "shop",
            "alias": "live",
            "cooldown_minutes": 60,
        },
        "shop-writes": {
            "playbook": "raise-capacity",
            "table": "t",
            "throughput": "write",
            "factor": 3,
            "cooldown_minutes": 5,
        },
        "shop-concurrency": {"playbook": "report-concurrency", "function": "shop", "cooldown_minutes": 30},
        "shop-primary": {
            "playbook": "keep-failover",
            "table": "t",
            "function": "f",
            "alias": "live",
            "cooldown_minutes": 5,
        },
    },
    "backup_jobs": {"playbook": "restart-backup", "vault": "shop-vault", "cooldown_minutes": 360},
}
SETTINGS = {
    "ACTS_PER_HOUR": "10",
    "AWS_REGION": "us-east-1",
    "DRY_RUN": "false",
    "INCIDENT_TABLE": "shop-incidents",
    "KEEP_DAYS": "400",
    "PARKING_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/111111111111/shop-incidents-parked",
    "PLAYBOOKS": json.dumps(PLAYBOOKS),
    "STABLE_AFTER_SECONDS": "600",
    "TOPIC_ARN": "arn:aws:sns:us-east-1:111111111111:shop-alerts",
}
TICK = {"source": "aws.events", "detail-type": "Scheduled Event"}
Made = Callable[..., tuple[Application, ScriptedAws]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    def make(playbooks: object = PLAYBOOKS, **answers: Answer) -> tuple[Application, ScriptedAws]:
        aws = ScriptedAws(
            {
                "dynamodb.GetItem": {},
                "dynamodb.PutItem": {},
                "lambda.GetAlias": {"FunctionVersion": "8", "RevisionId": "r"},
                "sns.Publish": {"MessageId": "m"},
                "sqs.SendMessage": {"MessageId": "m", "MD5OfMessageBody": "x"},
                **answers,
            }
        )
        monkeypatch.setattr(application, "_maker_of_clients", lambda _region: aws.client)
        settings = Environment.from_environ({**SETTINGS, "PLAYBOOKS": json.dumps(playbooks)})
        return build(settings, StoppedClock()), aws

    return make


def test_an_alarm_of_the_table_is_worked_off(made: Made) -> None:
    app, aws = made()
    assert app.handle(ALARM_EVENT) == {"outcomes": ["left"]}  # Nothing is known of the alias yet.
    assert "lambda.GetAlias" in aws.names
    assert "sns.Publish" in aws.names


def test_an_alarm_over_a_topic_is_worked_off_as_well(made: Made) -> None:
    app, _ = made()
    assert app.handle({"Records": [topic_record(TOPIC_MESSAGE)]}) == {"outcomes": ["left"]}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"source": "aws.ec2", "detail-type": "Instance gone", "detail": {}}, "unknown"),
        (changed(ALARM_EVENT, alarmName="somebody-elses"), "unknown"),
        ({**ALARM_EVENT, "detail": {}}, "malformed"),
        ([1, 2], "malformed"),
        (None, "malformed"),
    ],
)
def test_what_nobody_knows_is_parked_with_the_reason(made: Made, event: Any, kind: str) -> None:
    app, aws = made()
    assert app.handle(event) == {"outcomes": [f"parked: {kind}"]}
    [parked] = aws.asked("sqs.SendMessage")
    assert json.loads(parked["MessageBody"]) == event
    assert parked["MessageAttributes"]["Kind"]["StringValue"] == kind
    assert parked["MessageAttributes"]["Reason"]["StringValue"]
    assert parked["QueueUrl"] == SETTINGS["PARKING_QUEUE_URL"]
    assert set(aws.names) == {"sqs.SendMessage"}


def test_a_backup_without_a_playbook_is_parked(made: Made) -> None:
    app, aws = made({"alarms": PLAYBOOKS["alarms"]})
    assert app.handle(BACKUP_EVENT) == {"outcomes": ["parked: unknown"]}
    assert "no playbook for backup job J1" in str(aws.asked("sqs.SendMessage"))


def test_an_event_that_cannot_be_parked_is_delivered_again(made: Made) -> None:
    app, _ = made(**{"sqs.SendMessage": refusal("SendMessage")})
    with pytest.raises(IncompleteError, match="takes no event"):
        app.handle({"source": "aws.ec2"})


def test_one_bad_record_does_not_keep_the_others_from_being_worked_off(made: Made) -> None:
    app, aws = made()
    records = [topic_record("good morning"), topic_record(TOPIC_MESSAGE), {"EventSource": "aws:sns"}]
    assert app.handle({"Records": records}) == {"outcomes": ["parked: unknown", "left", "parked: malformed"]}
    assert len(aws.asked("sqs.SendMessage")) == 2


def test_a_failure_of_one_record_is_told_after_the_others(made: Made) -> None:
    app, aws = made(**{"lambda.GetAlias": refusal("GetAlias")})
    records = [topic_record(TOPIC_MESSAGE), topic_record("good morning")]
    with pytest.raises(IncompleteError, match="not GetAlias"):
        app.handle({"Records": records})
    assert len(aws.asked("sqs.SendMessage")) == 1


def test_a_tick_looks_at_each_alias_once(made: Made) -> None:
    entry = PLAYBOOKS["alarms"]["shop-api-5xx"]
    app, aws = made({"alarms": {"one": entry, "two": entry, "three": {**entry, "function": "other"}}})
    assert app.handle(TICK) == {"outcomes": ["looked"]}
    assert [one["FunctionName"] for one in aws.asked("lambda.GetAlias")] == ["shop", "other"]
    assert "sns.Publish" not in aws.names


def test_what_is_counted_is_one_line_of_metrics(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    app, _ = made()
    app.handle({"source": "aws.ec2"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [metrics] = [line for line in lines if "_aws" in line]
    assert metrics["EventsParked"] == [1.0]
    assert metrics["EventsFailed"] == [0.0]
    assert metrics["Invocations"] == [1.0]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "TechModa/Incidents"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"playbook": "reboot", "cooldown_minutes": 5}, "must be one of"),
        ({"cooldown_minutes": 5}, "must be one of"),
        ({"playbook": "restart-backup", "vault": "v", "cooldown_minutes": 5}, "must be one of"),
        ("roll-back", "must be one of"),
        ({"playbook": "roll-back", "function": "f", "alias": "live"}, "cooldown_minutes"),
        ({"playbook": "roll-back", "function": "f", "alias": "live", "cooldown_minutes": 0}, "above 0"),
        ({"playbook": "roll-back", "function": "f", "alias": "live", "cooldown_minutes": True}, "above 0"),
        ({"playbook": "roll-back", "function": "f", "cooldown_minutes": 5}, "alias"),
        (
            {"playbook": "roll-back", "function": 7, "alias": "live", "cooldown_minutes": 5},
            "function must be",
        ),
        (
            {"playbook": "roll-back", "function": "f", "alias": "live", "cooldown_minutes": 5, "speed": 9},
            "speed",
        ),
        (
            {
                "playbook": "roll-back",
                "function": "f",
                "alias": "live",
                "cooldown_minutes": 5,
                "window_minutes": 0,
            },
            "window_minutes",
        ),
        (
            {
                "playbook": "raise-capacity",
                "table": "t",
                "throughput": "read",
                "cooldown_minutes": 5,
                "factor": True,
            },
            "factor must be",
        ),
    ],
)
def test_an_entry_that_is_not_right_stops_the_start(made: Made, entry: object, words: str) -> None:
    with pytest.raises(SettingError, match=f"alarm wrong.*{words}"):
        made({"alarms": {"wrong": entry}})


@pytest.mark.parametrize("table", [[], {}, {"alarms": []}, "text", None])
def test_a_table_that_is_none_stops_the_start(made: Made, table: object) -> None:
    with pytest.raises(SettingError, match="PLAYBOOKS"):
        made(table)


def test_text_that_is_no_json_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_maker_of_clients", lambda _region: ScriptedAws().client)
    with pytest.raises(SettingError, match="no JSON"):
        build(Environment.from_environ({**SETTINGS, "PLAYBOOKS": "{"}), StoppedClock())


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_each_setting_is_required(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        Environment.from_environ({key: value for key, value in SETTINGS.items() if key != name})


@pytest.mark.parametrize("word", ["yes", "True", "1", "off"])
def test_a_misspelt_dry_run_stops_the_start(word: str) -> None:
    with pytest.raises(SettingError, match="DRY_RUN"):
        Environment.from_environ({**SETTINGS, "DRY_RUN": word})


@pytest.mark.parametrize("text", ["0", "-1", "2.5", "many"])
def test_numbers_are_whole_and_at_least_one(text: str) -> None:
    with pytest.raises(SettingError, match="ACTS_PER_HOUR"):
        Environment.from_environ({**SETTINGS, "ACTS_PER_HOUR": text})


def test_the_handler_starts_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    aws = ScriptedAws({"sqs.SendMessage": {"MessageId": "m", "MD5OfMessageBody": "x"}})
    monkeypatch.setattr(application, "_maker_of_clients", lambda _region: aws.client)
    monkeypatch.delitem(sys.modules, "incident_responder.handler", raising=False)
    module = importlib.import_module("incident_responder.handler")
    assert module.handler({}, None) == {"outcomes": ["parked: unknown"]}
