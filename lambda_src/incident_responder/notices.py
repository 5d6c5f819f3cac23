"""Telling people: one message to the topic for each incident that something came of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from incident_responder.decisions import Outcome
from incident_responder.records import Record

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

SUBJECT_LIMIT = 100  # SNS takes no longer one.
HEADS = {
    Outcome.ACTED: "Done",
    Outcome.WOULD_ACT: "Dry run",
    Outcome.REPORTED: "Report",
    Outcome.LEFT: "Left alone",
    Outcome.LIMITED: "Limit reached",
    Outcome.FAILED: "FAILED",
}


class NoticeError(Exception):
    """The topic did not take the message; the message says why."""


class Notices:
    """The topic that people read."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def tell(self, record: Record) -> None:
        """Tell what came of an incident. Raises NoticeError."""
        try:
            self._client.publish(TopicArn=self._topic_arn, Subject=subject(record), Message=message(record))
        except (BotoCoreError, ClientError) as error:
            raise NoticeError(f"the topic {self._topic_arn} takes no message: {error}") from error


def subject(record: Record) -> str:
    """Return the subject: what came of it, and of what. SNS wants ASCII without line breaks."""
    head = HEADS[record.outcome] if record.outcome else "Incident"
    text = f"{head}: {record.playbook} for {record.subject}".encode("ascii", "replace").decode()
    return " ".join(text.split())[:SUBJECT_LIMIT]


def message(record: Record) -> str:
    """Return the message: a sentence for people, then the audit record as JSON."""
    return f"{record.summary}\n\n{json.dumps(record.as_text(), indent=2)}\n"
