"""What the responder understands of events, and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from incident_responder.events import MalformedEventError, UnknownEventError, read, split
from incident_responder.incidents import AlarmChange, BackupJobEnd, Tick

# CloudWatch user guide, "Sample events": times end in +0000.
ALARM_EVENT: dict[str, Any] = {
    "version": "0",
    "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    "detail-type": "CloudWatch Alarm State Change",
    "source": "aws.cloudwatch",
    "account": "111111111111",
    "time": "2025-11-28T10:00:01Z",
    "region": "us-east-1",
    "resources": ["arn:aws:cloudwatch:us-east-1:111111111111:alarm:shop-api-5xx"],
    "detail": {
        "alarmName": "shop-api-5xx",
        "configuration": {"description": "Errors"},
        "previousState": {"reason": "r", "timestamp": "2025-11-28T09:00:00.000+0000", "value": "OK"},
        "state": {"reason": "Threshold", "timestamp": "2025-11-28T10:00:00.985+0000", "value": "ALARM"},
    },
}
BACKUP_EVENT: dict[str, Any] = {
    "source": "aws.backup",
    "detail-type": "Backup Job State Change",
    "time": "2025-11-28T10:00:01Z",
    "detail": {
        "backupJobId": "J1",
        "state": "FAILED",
        "resourceArn": "arn:aws:dynamodb:us-east-1:111111111111:table/shop",
        "statusMessage": "the role may not",
    },
}
TOPIC_MESSAGE = {
    "AlarmName": "shop-api-5xx",
    "NewStateValue": "ALARM",
    "OldStateValue": "OK",
    "NewStateReason": "Threshold",
    "StateChangeTime": "2025-11-28T10:00:00.985+0000",
}


def topic_record(message: object) -> dict[str, Any]:
    return {"EventSource": "aws:sns", "Sns": {"MessageId": "m-1", "Message": json.dumps(message)}}


def changed(event: dict[str, Any], **detail: Any) -> dict[str, Any]:
    return {**event, "detail": {**event["detail"], **detail}}


def test_an_alarms_change_is_read_from_eventbridge() -> None:
    change = AlarmChange("shop-api-5xx", "ALARM", "OK", "Threshold", "2025-11-28T10:00:00.985Z")
    assert read(ALARM_EVENT) == change


def test_the_same_change_from_a_topic_is_the_same_incident() -> None:
    assert read(topic_record(TOPIC_MESSAGE)) == read(ALARM_EVENT)


def test_a_backup_jobs_end_is_read() -> None:
    table = "arn:aws:dynamodb:us-east-1:111111111111:table/shop"
    assert read(BACKUP_EVENT) == BackupJobEnd(
        "J1", "FAILED", table, "the role may not", "2025-11-28T10:00:01Z"
    )


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_only_the_state_alarm_calls_for_an_answer(state: str) -> None:
    event = changed(ALARM_EVENT, state={**ALARM_EVENT["detail"]["state"], "value": state})
    happened = read(event)
    assert isinstance(happened, AlarmChange)
    assert happened.is_over


@pytest.mark.parametrize(
    ("state", "is_over"), [("FAILED", False), ("EXPIRED", False), ("ABORTED", True), ("COMPLETED", True)]
)
def test_a_job_that_somebody_stopped_did_not_fail(state: str, is_over: bool) -> None:
    happened = read(changed(BACKUP_EVENT, state=state))
    assert isinstance(happened, BackupJobEnd)
    assert happened.is_over is is_over


def test_the_schedule_ticks() -> None:
    assert read({"source": "aws.events", "detail-type": "Scheduled Event"}) == Tick()


@pytest.mark.parametrize(
    "event",
    [
        {"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification", "detail": {}},
        {"source": "aws.cloudwatch", "detail-type": "CloudWatch Dashboard Change"},
        {"Records": []},
        {},
        topic_record("good morning"),
        topic_record({"AlarmArn": "no name"}),
    ],
)
def test_what_nobody_knows_is_unknown(event: dict[str, Any]) -> None:
    with pytest.raises(UnknownEventError) as refused:
        read(event)
    assert refused.value.event == event


@pytest.mark.parametrize(
    "event",
    [
        None,
        [1],
        "text",
        {**ALARM_EVENT, "detail": None},
        {**ALARM_EVENT, "detail": {}},
        changed(ALARM_EVENT, alarmName=""),
        changed(ALARM_EVENT, alarmName=7),
        changed(ALARM_EVENT, state={"value": "PANIC", "timestamp": "2025-11-28T10:00:00.985+0000"}),
        changed(ALARM_EVENT, state={"value": "ALARM", "timestamp": "yesterday"}),
        changed(ALARM_EVENT, state={"value": "ALARM", "timestamp": "2025-11-28T10:00:00"}),
        changed(BACKUP_EVENT, backupJobId=None),
        {key: value for key, value in BACKUP_EVENT.items() if key != "time"},
        {"EventSource": "aws:sns", "Sns": {"Message": "not JSON"}},
        {"EventSource": "aws:sns"},
        topic_record({**TOPIC_MESSAGE, "NewStateValue": "PANIC"}),
    ],
)
def test_a_damaged_event_of_a_known_kind_is_malformed(event: Any) -> None:
    with pytest.raises(MalformedEventError):
        read(event)


def test_a_topics_records_are_single_events_and_all_else_is_one() -> None:
    assert split({"Records": [1, 2]}) == [1, 2]
    assert split(ALARM_EVENT) == [ALARM_EVENT]
    assert split(None) == [None]
