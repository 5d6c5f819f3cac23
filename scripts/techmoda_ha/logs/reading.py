"""The log groups of an environment by name, and their events: FilterLogEvents, in the order of time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from techmoda_ha.aws_clients import aws_errors_as
from techmoda_ha.errors import HaError
from techmoda_ha.evidence import timestamp

Clients = Callable[[str, str], Any]


@dataclass(frozen=True)
class LogEvent:
    """One event of a log group: when its source says that it happened, its log stream, its words."""

    at: datetime
    stream: str
    message: str

    @classmethod
    def from_answer(cls, event: Mapping[str, Any]) -> LogEvent:
        """Return an event as FilterLogEvents gives it (milliseconds since the epoch)."""
        at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        return cls(at, event["logStreamName"], event["message"].strip())

    @property
    def is_metrics(self) -> bool:
        """Whether it is a record of metrics: CloudWatch's embedded metric format, which no person reads."""
        if '"_aws"' not in self.message:
            return False
        try:
            record = json.loads(self.message)
        except ValueError:
            return False
        about = record.get("_aws") if isinstance(record, dict) else None
        return isinstance(about, dict) and "CloudWatchMetrics" in about

    def as_line(self) -> str:
        """Return time and message as one line: parts of a message (a traceback's lines) are joined by |."""
        return f"{timestamp(self.at)} {' | '.join(self.message.splitlines())}"

    def as_json(self) -> dict[str, str]:
        """Return the event for programs; the message keeps its line breaks."""
        return {"at": timestamp(self.at), "stream": self.stream, "message": self.message}


def log_group(name: str, groups: Mapping[str, str]) -> str:
    """Return the log group of a name in an environment; what begins with "/" is a log group itself.

    Raises KeyError for a name that the environment does not have.
    """
    return name if name.startswith("/") else groups[name]


def read_events(
    clients: Clients, region: str, group: str, since: datetime, pattern: str = ""
) -> list[LogEvent]:
    """Return the events of a log group since a moment that match a filter pattern, oldest first.

    Raises HaError when the region does not answer, the group does not exist or the pattern is refused.
    """
    request = {"logGroupName": group, "startTime": int(since.timestamp() * 1000)}
    if pattern:
        request["filterPattern"] = pattern
    client = clients("logs", region)
    with aws_errors_as(
        f"The log group {group} in {region} could not be read.",
        "Check the filter pattern, your rights on CloudWatch Logs, and whether the region is up.",
    ):
        try:
            pages = client.get_paginator("filter_log_events").paginate(**request)
            found = [LogEvent.from_answer(event) for page in pages for event in page["events"]]
        except client.exceptions.ResourceNotFoundException as error:
            raise HaError(
                f"There is no log group {group} in {region}.",
                "Name one of the environment's logs, or the other region's environment: --env",
            ) from error
    # A page is in order; events that arrive late in another stream may come with a later page.
    return sorted(found, key=lambda event: event.at)
