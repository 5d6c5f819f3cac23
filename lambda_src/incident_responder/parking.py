"""Where events go that lead to no incident: a queue that keeps them for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from incident_responder.events import UnusableEventError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class ParkingError(Exception):
    """The queue did not take the event; Lambda tries again, and keeps the event at last."""


class Parking:
    """The queue."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def park(self, error: UnusableEventError) -> None:
        """Keep the event as it came, with the reason beside it. Raises ParkingError."""
        told: dict[str, Any] = {
            name: {"DataType": "String", "StringValue": value}
            for name, value in {"Kind": error.kind, "Reason": str(error)[:1024]}.items()
        }
        try:
            self._client.send_message(
                QueueUrl=self._queue_url, MessageBody=json.dumps(error.event), MessageAttributes=told
            )
        except (BotoCoreError, ClientError) as failure:
            raise ParkingError(f"the queue {self._queue_url} takes no event: {failure}") from failure
